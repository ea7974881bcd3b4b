using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial.Tests.Datasets;

public sealed class ImageSplitOnDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Image i is filled with i and has the label i % 10, so that each image can be told from the others, and whether it kept its label.
    private (string Images, string Labels) Write(int count)
    {
        var images = Path.Combine(_folder.Path, "images");
        var labels = Path.Combine(_folder.Path, "labels");
        using (var stream = File.Create(images))
        {
            IdxFile.FromImages([.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Repeat((byte)i, 6))], 2, 3).Write(stream);
        }

        using (var stream = File.Create(labels))
        {
            IdxFile.FromLabels([.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]).Write(stream);
        }

        return (images, labels);
    }

    private static List<(int Image, long Label)> Epoch(IBatchSource batches, List<int>? sizes = null)
    {
        var seen = new List<(int, long)>();
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            sizes?.Add(batch.Count);
            Assert.Equal([batch.Count, 1, 2, 3], batch.Images.shape);
            var pixels = (batch.Images * 255).round().reshape(batch.Count, 6);
            Assert.Equal(pixels.amin(1).data<float>().ToArray(), pixels.amax(1).data<float>().ToArray());
            seen.AddRange(pixels.amax(1).data<float>().Select(value => (int)value).Zip(batch.Labels.data<long>()));
        }

        return seen;
    }

    [Theory]
    [InlineData(1)] // a block a window
    [InlineData(16 * 6 * 3)] // three blocks a window
    [InlineData(ImageSplitOnDisk.DefaultWindowBytes)]
    public void Each_epoch_has_each_image_once_with_its_label_in_a_new_order(int windowBytes)
    {
        var (images, labels) = Write(200);
        using var file = ImageSplitOnDisk.Open(images, labels, windowBytes);
        Assert.Equal((200, 2, 3), (file.Count, file.Rows, file.Columns));
        var batches = file.Batches(16, seed: 5, CPU);
        var sizes = new List<int>();
        var (first, second) = (Epoch(batches, sizes), Epoch(batches));

        Assert.Equal(13, batches.Count);
        Assert.Equal(200, batches.ImageCount);
        Assert.Equal([.. Enumerable.Repeat(16, 12), 8], sizes.OrderDescending());
        Assert.Equal(Enumerable.Range(0, 200), first.Select(image => image.Image).Order());
        Assert.Equal(Enumerable.Range(0, 200), second.Select(image => image.Image).Order());
        Assert.All([.. first, .. second], image => Assert.Equal(image.Image % 10, image.Label));
        Assert.NotEqual(first, second);
        Assert.NotEqual(Enumerable.Range(0, 200), first.Select(image => image.Image));
        Assert.Equal(first, Epoch(file.Batches(16, seed: 5, CPU)));
    }

    [Fact]
    public void What_is_no_pair_of_such_files_is_refused_by_name()
    {
        var (images, labels) = Write(20);
        var bytes = File.ReadAllBytes(images);

        string Message(byte[] content)
        {
            File.WriteAllBytes(images, content);
            return Assert.Throws<InvalidDataException>(() => ImageSplitOnDisk.Open(images, labels)).Message;
        }

        Assert.Contains("is truncated", Message(bytes[..^1]), StringComparison.Ordinal);
        Assert.Contains("trailing", Message([.. bytes, 0]), StringComparison.Ordinal);
        Assert.Contains("gunzip", Message([0x1f, 0x8b, 0, 0]), StringComparison.Ordinal);
        Assert.Contains("empty", Message([]), StringComparison.Ordinal);
        Assert.Contains("19 images", Message([.. bytes[..7], 19, .. bytes[8..^6]]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(65_536, 65_536)] // 4 GiB, which as an int would be 0
    [InlineData(1 << 30, 2)]
    public void An_image_larger_than_memory_may_hold_is_refused_though_the_file_has_it(int rows, int columns)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There a file of 4 GiB takes that room.");
        var (images, labels) = Write(1);
        using (var stream = File.Create(images))
        {
            byte[] header = [0, 0, 8, 3, 0, 0, 0, 1, .. BitConverter.GetBytes(rows).Reverse(), .. BitConverter.GetBytes(columns).Reverse()];
            stream.Write(header);
            stream.SetLength(16 + ((long)rows * columns)); // a hole, which takes no room
        }

        Assert.Contains(
            "1,073,741,824 bytes each are allowed",
            Assert.Throws<InvalidDataException>(() => ImageSplitOnDisk.Open(images, labels)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_batch_larger_than_memory_may_hold_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There a file of 3 GiB takes that room.");
        var (images, labels) = Write(3);
        using (var stream = File.Create(images))
        {
            byte[] header = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0x80, 0, 0, 0, 0x80, 0]; // three of 1 GiB
            stream.Write(header);
            stream.SetLength(16 + (3L << 30));
        }

        using var file = ImageSplitOnDisk.Open(images, labels);
        Assert.Contains(
            "take at most 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => file.Batches(2, seed: 1, CPU)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_file_that_shrinks_under_a_training_ends_it_with_its_name()
    {
        var (images, labels) = Write(200);
        using var file = ImageSplitOnDisk.Open(images, labels, windowBytes: 1);
        using (var stream = new FileStream(images, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.SetLength(500);
        }

        Assert.Contains(
            images,
            Assert.Throws<EndOfStreamException>(() => Epoch(file.Batches(16, seed: 1, CPU))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Nothing_is_left_behind_however_an_epoch_ends()
    {
        var (images, labels) = Write(200);
        using var file = ImageSplitOnDisk.Open(images, labels);
        var batches = file.Batches(16, seed: 1, CPU);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        Epoch(batches);
        foreach (var batch in batches)
        {
            batch.Dispose();
            break;
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }
}
