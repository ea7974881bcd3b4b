using BigGustave;
using CnnTutorial;

namespace SampleMaker;

/// <summary>A picture of the first images of each class, one class per row, to look at the result.</summary>
internal static class ContactSheet
{
    private const int Columns = 30;
    private const int Classes = 10;

    public static void Write(string path, ImageSplit split)
    {
        var builder = PngBuilder.Create(Columns * split.Columns, Classes * split.Rows, hasAlphaChannel: false);
        var shown = new int[Classes];
        for (var i = 0; i < split.Count; i++)
        {
            var column = shown[split.Labels[i]]++;
            if (column < Columns)
            {
                Draw(builder, split, i, column * split.Columns, split.Labels[i] * split.Rows);
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var stream = File.Create(path);
        builder.Save(stream);
    }

    private static void Draw(PngBuilder builder, ImageSplit split, int index, int left, int top)
    {
        var pixels = split.Image(index);
        for (var i = 0; i < pixels.Length; i++)
        {
            builder.SetPixel(new Pixel(pixels[i]), left + (i % split.Columns), top + (i / split.Columns));
        }
    }
}
