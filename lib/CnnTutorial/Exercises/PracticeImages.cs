namespace CnnTutorial;

/// <summary>Small made-up data for the checks.</summary>
internal static class PracticeImages
{
    public const int Size = 28;
    public const int Classes = 4;

    /// <summary>Images of noise that can be told apart: the first pixel is the image's number. The second and third are 0 and
    /// 255.</summary>
    /// <param name="count">At most 256.</param>
    /// <param name="seed">Another seed, other noise.</param>
    public static ImageSplit Numbered(int count, int seed)
    {
        var random = new Random(seed);
        var images = new byte[count * Size * Size];
        random.NextBytes(images);
        for (var i = 0; i < count; i++)
        {
            (images[i * Size * Size], images[(i * Size * Size) + 1], images[(i * Size * Size) + 2]) = ((byte)i, 0, 255);
        }

        return new ImageSplit(images, [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(10))], Size, Size);
    }

    /// <summary>A task that a tiny network learns in a moment: which quarter of an image is bright.</summary>
    public static ImageSplit Quarters(int count, int seed, int size = Size)
    {
        var random = new Random(seed);
        var images = new byte[count * size * size];
        var labels = new byte[count];
        for (var i = 0; i < count; i++)
        {
            labels[i] = (byte)random.Next(Classes);
            for (var p = 0; p < size * size; p++)
            {
                var quarter = (p / size / (size / 2) * 2) + (p % size / (size / 2));
                images[(i * size * size) + p] = (byte)((quarter == labels[i] ? 120 : 0) + random.Next(136));
            }
        }

        return new ImageSplit(images, labels, size, size);
    }
}
