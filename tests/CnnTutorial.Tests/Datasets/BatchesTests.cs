using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial.Tests;

public sealed class BatchesTests : IDisposable
{
    private const int Images = 25;
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_epoch_has_each_image_once_with_its_label_and_a_smaller_last_batch(bool shuffle)
    {
        var batches = Make(batchSize: 10, shuffle);
        Assert.Equal(3, batches.Count);
        var sizes = new List<int>();
        var seen = new List<long>();
        foreach (var batch in batches)
        {
            sizes.Add(batch.Count);
            Assert.Equal(new long[] { batch.Count, 1, 2, 2 }, batch.Images.shape);
            // Each image was filled with its label's number.
            Assert.Equal(batch.Labels.data<long>().ToArray(), batch.Images[TensorIndex.Colon, 0, 1, 1].to(int64).data<long>().ToArray());
            seen.AddRange(batch.Labels.data<long>());
        }

        Assert.Equal([10, 10, 5], sizes);
        Assert.Equal(Enumerable.Range(0, Images).Select(i => (long)i), shuffle ? seen.Order() : seen);
        Assert.Equal(!shuffle, seen.SequenceEqual(seen.Order()));
    }

    [Fact]
    public void The_next_epoch_has_another_order()
    {
        var batches = Make();
        Assert.NotEqual(Epoch(batches), Epoch(batches));
    }

    [Fact]
    public void The_same_seed_gives_the_same_epochs_and_another_seed_others()
    {
        var (one, two, other) = (Make(seed: 5), Make(seed: 5), Make(seed: 6));
        Assert.Equal(Epoch(one), Epoch(two));
        var second = Epoch(one);
        Assert.Equal(second, Epoch(two));
        Assert.NotEqual(second, Epoch(other));
        Assert.Equal(second, Epoch(new Batches(Tensors().Images, Tensors().Labels, 10, seed: 5) { Epoch = 1 }));
    }

    [Fact]
    public void Without_a_seed_manual_seed_governs_the_order()
    {
        manual_seed(3);
        var first = Epoch(Make());
        manual_seed(3);
        Assert.Equal(first, Epoch(Make()));
    }

    [Fact]
    public void The_first_batch_outlives_the_enumeration()
    {
        var batch = Make().First();
        Assert.Equal(10, batch.Labels.shape[0]);
        Assert.False(batch.Images.IsInvalid);
        batch.Dispose();
    }

    [Fact]
    public void An_epoch_leaves_no_tensor_behind()
    {
        var batches = Make();
        Epoch(batches);
        using var scope = NewDisposeScope();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Epoch(batches);
        _ = batches.Take(1).Select(batch => batch.Count).ToList(); // an enumeration that is broken off…
        // …leaves its batch of two tensors to the scope
        Assert.InRange(DisposeScopeManager.Statistics.ThreadTotalLiveCount - before, 0, 2);
    }

    [Fact]
    public void A_step_may_ask_for_its_batch_within_its_own_scope()
    {
        using var epoch = Make().GetEnumerator();
        var count = 0;
        while (true)
        {
            using var scope = NewDisposeScope();
            if (!epoch.MoveNext())
            {
                break;
            }

            count += epoch.Current.Count;
        }

        Assert.Equal(Images, count);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        var (images, labels) = Tensors();
        Assert.Throws<ArgumentOutOfRangeException>(() => new Batches(images, labels, 0));
        var error = Assert.Throws<ArgumentException>(() => new Batches(images, labels[..3], 10));
        Assert.Contains("[25, 1, 2, 2]", error.Message);
        Assert.Contains("[3]", error.Message);
        Assert.Throws<ArgumentException>(() => new Batches(images[..0], labels[..0], 10));
    }

    private static (Tensor Images, Tensor Labels) Tensors()
    {
        var labels = arange(Images, dtype: int64);
        return (labels.to(float32).view(-1, 1, 1, 1).expand(-1, 1, 2, 2).contiguous(), labels);
    }

    private static Batches Make(int batchSize = 10, bool shuffle = true, int? seed = null)
    {
        var (images, labels) = Tensors();
        return new Batches(images, labels, batchSize, shuffle, seed);
    }

    private static List<long> Epoch(Batches batches) => [.. batches.SelectMany(batch => batch.Labels.data<long>().ToArray())];
}
