using CnnTutorial;

namespace SampleMaker;

/// <summary>The first images of each class of one split of Fashion-MNIST, in their published order.</summary>
internal static class FashionSample
{
    public static ImageSplit Read(string folder, string prefix, int perClass)
    {
        var images = IdxFile.Open(Path.Combine(folder, $"{prefix}-images-idx3-ubyte.gz"), IdxKind.Images);
        var labels = IdxFile.Open(Path.Combine(folder, $"{prefix}-labels-idx1-ubyte.gz"), IdxKind.Labels);
        var all = new ImageSplit(images.Content, labels.Content, images.Rows, images.Columns);

        var taken = new int[10];
        var chosen = new List<int>();
        for (var i = 0; i < all.Count; i++)
        {
            if (taken[all.Labels[i]]++ < perClass)
            {
                chosen.Add(i);
            }
        }

        return new ImageSplit(
            [.. chosen.SelectMany(i => all.Image(i).ToArray())],
            [.. chosen.Select(i => all.Labels[i])],
            all.Rows,
            all.Columns
        );
    }
}
