using System.Collections;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>
/// Mini-batches from tensors that stay where they are, on the CPU or the GPU. Each enumeration is one epoch: each image once, in a new
/// order if shuffled. The last batch is smaller if the number of images is not a multiple of the batch size.
/// </summary>
/// <remarks>
/// A batch lives until the next one is asked for, so an epoch never holds more than one; clone what you want to keep. A step must free
/// what it computes:
/// <code>
/// foreach (var batch in batches)
/// {
///     using var scope = torch.NewDisposeScope();
///     …
/// }
/// </code>
/// </remarks>
public sealed class Batches : IBatchSource
{
    private readonly Tensor _images;
    private readonly Tensor _labels;
    private readonly bool _shuffle;
    private readonly int? _seed;

    /// <summary>Prepares batches; the caller still owns the tensors.</summary>
    /// <param name="images">float32 <c>[N, Channels, Rows, Columns]</c>, or any other tensor of N rows; uint8 is scaled to float32 in [0,
    /// 1] batch
    /// by batch.</param>
    /// <param name="labels">int64 <c>[N]</c>.</param>
    /// <param name="batchSize">How many images a batch has, at least 1.</param>
    /// <param name="shuffle">False to keep the order, as for a test.</param>
    /// <param name="seed">Makes the order of each epoch depend on this number and the epoch only; null takes TorchSharp's own random
    /// numbers, which <c>torch.manual_seed</c> governs.</param>
    /// <exception cref="ArgumentException">The numbers of images and labels differ, there are none, or the images hold NaN or infinite
    /// numbers.</exception>
    public Batches(Tensor images, Tensor labels, int batchSize, bool shuffle = true, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (labels.dim() != 1 || images.dim() < 1 || images.shape[0] != labels.shape[0])
        {
            throw new ArgumentException(
                $"Images of shape [{string.Join(", ", images.shape)}] and labels of shape [{string.Join(", ", labels.shape)}] do not "
                    + "belong together; each image needs one label.",
                nameof(labels)
            );
        }

        if (labels.shape[0] == 0)
        {
            throw new ArgumentException("There are no images to make batches of.", nameof(images));
        }

        Pixels.ThrowIfNotFinite(images, nameof(images));
        (_images, _labels, BatchSize, _shuffle, _seed) = (images, labels, batchSize, shuffle, seed);
    }

    /// <summary>How many images a batch has; the last may have fewer.</summary>
    public int BatchSize { get; }

    /// <summary>How many images an epoch has.</summary>
    public int ImageCount => (int)_labels.shape[0];

    /// <summary>How many batches an epoch has.</summary>
    public int Count => (ImageCount + BatchSize - 1) / BatchSize;

    /// <summary>The number of the next epoch, from 0; it grows with each enumeration. With a seed, set it to go on where an earlier run
    /// ended.</summary>
    public int Epoch { get; set; }

    /// <summary>Begins an epoch.</summary>
    /// <returns>Batches, each of which is disposed when the next is asked for.</returns>
    public IEnumerator<Batch> GetEnumerator()
    {
        var epoch = Epoch++;
        // Not in the caller's scope, which may end with the first step; freed when the enumeration ends, however it ends.
        using var shuffled = new ShuffledOrder(_seed, epoch);
        using var order = _shuffle ? shuffled.Of(ImageCount, _images.device) : null;
        for (var start = 0L; start < ImageCount; start += BatchSize)
        {
            var batch = Slice(order, start, Math.Min(BatchSize, ImageCount - start));
            yield return batch;
            // Not in a finally: batches.First() ends the enumeration, and its batch must live on.
            batch.Dispose();
        }
    }

    /// <summary>The shape of one image: channels, rows, columns.</summary>
    public IReadOnlyList<long> ImageShape => _images.shape[1..];

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Batch Slice(Tensor? order, long start, long length)
    {
        if (order is not null)
        {
            return Batch.Of(_images, _labels, order, start, length);
        }

        using var scope = NewDisposeScope();
        return new Batch(
            Pixels.Scale(_images.narrow(0, start, length)).MoveToOuterDisposeScope(),
            _labels.narrow(0, start, length).MoveToOuterDisposeScope()
        );
    }
}
