using System.Globalization;

namespace CnnTutorial;

/// <summary>Drawings that the drawing pad copied as text.</summary>
public static class Drawings
{
    private const int Side = 28;
    private const int Bytes = Side * Side / 2;

    /// <summary>Reads drawings. Each line is the name of a class, a tab, and the drawing: 28×28 pixels of 4 bits (0 is paper, 15 is ink),
    /// row by row, the left of two pixels in the high half of a byte, as base64. Lines that are empty or begin with # are
    /// skipped.</summary>
    /// <param name="text">What the pad's <i>Copy as text</i> put on the clipboard.</param>
    /// <param name="seed">Decides which fifth of each class is kept for the test.</param>
    /// <returns>Classes in the order in which they first occur.</returns>
    /// <exception cref="InvalidDataException">A line is not a drawing, or there are too few drawings; the message says which and
    /// why.</exception>
    public static ImageDataset Parse(string text, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(text);
        var classNames = new List<string>();
        var (images, labels) = (new List<byte>(), new List<byte>());
        var number = 0;
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            // The drawing is the last word; a space may come before it, since some editors turn a tab into spaces.
            var end = line.LastIndexOfAny(['\t', ' ']);
            var pixels = new byte[Bytes];
            if (end < 0)
            {
                throw Bad(number, "has no class name before its drawing; draw it again, with a class name");
            }

            if (!Convert.TryFromBase64String(line[(end + 1)..], pixels, out var written) || written != Bytes)
            {
                throw Bad(number, $"does not hold a complete drawing of {Side}×{Side} pixels; copy all of the text again");
            }

            var name = line[..end].Trim();
            var label = classNames.IndexOf(name);
            if (label < 0)
            {
                label = classNames.Count;
                classNames.Add(name);
            }

            labels.Add((byte)label);
            foreach (var two in pixels)
            {
                images.Add((byte)((two >> 4) * 17));
                images.Add((byte)((two & 15) * 17));
            }
        }

        const string source = "The text of drawings";
        var (train, test) = OwnImages.Split(source, classNames, new ImageSplit([.. images], [.. labels], Side, Side), seed);
        return new ImageDataset
        {
            Name = "My drawings",
            Train = train,
            Test = test,
            ClassNames = classNames,
            Source = new DatasetSource(DatasetSourceKind.Own, "drawn on the drawing pad", null),
            License = "Yours",
            Citation = "Drawn by you.",
        };
    }

    private static InvalidDataException Bad(int line, string cause) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Line {line} of the text of drawings {cause}."));
}
