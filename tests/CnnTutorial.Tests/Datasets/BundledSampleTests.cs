namespace CnnTutorial.Tests;

public sealed class BundledSampleTests
{
    public static TheoryData<string, int, int> Samples => new() { { "mnist", 4_000, 1_000 }, { "fashion-mnist", 6_000, 1_000 } };

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_is_verified_balanced_and_says_that_it_is_one(string folder, int train, int test)
    {
        using var store = new StoreFixture();
        store.Options = store.Options with { Offline = true };
        var dataset = store.Load(Dataset(folder) with { PackagedFolders = [] });

        Assert.True(dataset.Source.IsSample);
        Assert.Null(dataset.Source.Location);
        Assert.NotEqual(Dataset(folder).Name, dataset.Name);
        Assert.Equal((train, test), (dataset.Train.Count, dataset.Test.Count));
        Assert.All(dataset.Train.CountByClass(10), count => Assert.Equal(train / 10, count));
        Assert.All(dataset.Test.CountByClass(10), count => Assert.Equal(test / 10, count));
        Assert.Equal(10, dataset.ClassNames.Count);
        var notice = Assert.Single(store.Notices);
        Assert.Contains(dataset.License, notice);
        Assert.Contains("For the full", notice);
        Assert.Contains("CNN_TUTORIAL_DATA", notice);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_samples_classes_are_mixed_so_that_an_unshuffled_batch_is_no_single_class(string folder, int train, int test)
    {
        var sample = Dataset(folder).Sample;
        Assert.True(sample.Read(sample.Files.TrainLabels).Content.Take(100).Distinct().Count() >= 8, $"{train}");
        Assert.True(sample.Read(sample.Files.TestLabels).Content.Take(100).Distinct().Count() >= 8, $"{test}");
    }

    [Fact]
    public void Digits_are_framed_as_MNIST_frames_them()
    {
        var sample = DatasetCatalog.Mnist.Sample;
        var images = sample.Read(sample.Files.TestImages);
        for (var i = 0; i < images.Count; i++)
        {
            var pixels = images.Content.AsSpan(i * 784, 784);
            var (top, left, bottom, right) = Ink(pixels, out var centreY, out var centreX);
            Assert.Equal(20, Math.Max(bottom - top, right - left) + 1);
            // Counted from 0: in the 10,000 test images of MNIST, every centre lies within half a pixel of 14 (measured). Except where
            // the box would leave the frame.
            Assert.True(Math.Abs(centreY - 14) <= 0.51 || top == 0 || bottom == 27, $"digit {i}: {centreY}");
            Assert.True(Math.Abs(centreX - 14) <= 0.51 || left == 0 || right == 27, $"digit {i}: {centreX}");
            Assert.InRange(Mean(pixels), 5, 110); // white on black
        }
    }

    [Fact]
    public void No_image_is_in_both_splits()
    {
        var sample = DatasetCatalog.Mnist.Sample;
        var train = Keys(sample.Read(sample.Files.TrainImages));
        var test = Keys(sample.Read(sample.Files.TestImages));
        Assert.Equal((4_000, 1_000), (train.Count, test.Count));
        Assert.Empty(train.Intersect(test));
    }

    private static DatasetDescription Dataset(string folder) =>
        new[] { DatasetCatalog.Mnist, DatasetCatalog.FashionMnist }.Single(dataset => dataset.Folder == folder);

    private static HashSet<string> Keys(IdxFile images) => [.. images.Content.Chunk(784).Select(Convert.ToHexString)];

    private static double Mean(ReadOnlySpan<byte> pixels)
    {
        double sum = 0;
        foreach (var pixel in pixels)
        {
            sum += pixel;
        }

        return sum / pixels.Length;
    }

    private static (int Top, int Left, int Bottom, int Right) Ink(ReadOnlySpan<byte> pixels, out double centreY, out double centreX)
    {
        int top = 28,
            left = 28,
            bottom = -1,
            right = -1;
        double mass = 0,
            y = 0,
            x = 0;
        for (var i = 0; i < pixels.Length; i++)
        {
            if (pixels[i] == 0)
            {
                continue;
            }

            (top, bottom, left, right) = (Math.Min(top, i / 28), Math.Max(bottom, i / 28), Math.Min(left, i % 28), Math.Max(right, i % 28));
            mass += pixels[i];
            y += pixels[i] * (i / 28);
            x += pixels[i] * (i % 28);
        }

        (centreY, centreX) = (y / mass, x / mass);
        return (top, left, bottom, right);
    }
}
