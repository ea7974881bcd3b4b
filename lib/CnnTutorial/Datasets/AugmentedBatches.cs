using System.Collections;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>
/// Augmentation: the batches of another source, in which each image is a little shifted, turned and, if asked for, mirrored, differently
/// in every epoch. A network that sees few images learns that such changes do not change the class.
/// </summary>
/// <remarks>
/// Choose only changes that leave the class as it is: a mirrored cat is a cat, a mirrored 2 is no digit. Pixels that come in from beyond
/// the border are 0 (paper, as around MNIST's digits), or repeat the border's pixels.
/// </remarks>
/// <param name="batches">What to change: shuffled batches of training images, float32 <c>[B, C, rows, columns]</c>.</param>
/// <param name="shift">By how many pixels an image is moved at most, in each direction.</param>
/// <param name="rotate">By how many degrees it is turned at most, to either side.</param>
/// <param name="flip">Whether each image is mirrored with probability one half: left becomes right.</param>
/// <param name="repeatBorder">Whether the border's pixels are repeated outwards, as suits photos; otherwise 0 comes in.</param>
/// <param name="seed">Makes the changes depend on this number and the epoch only; null takes TorchSharp's own random numbers, which
/// <c>torch.manual_seed</c> governs.</param>
public sealed class AugmentedBatches(
    IBatchSource batches,
    double shift = 2,
    double rotate = 10,
    bool flip = false,
    bool repeatBorder = false,
    int? seed = null
) : IBatchSource
{
    /// <inheritdoc/>
    public int Count => batches.Count;

    /// <inheritdoc/>
    public int ImageCount => batches.ImageCount;

    /// <inheritdoc/>
    public int Epoch
    {
        get => batches.Epoch;
        set => batches.Epoch = value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> ImageShape => batches.ImageShape;

    /// <summary>Begins an epoch.</summary>
    /// <returns>Batches, each of which is disposed when the next is asked for.</returns>
    public IEnumerator<Batch> GetEnumerator()
    {
        using var random = seed is { } number ? new Generator(unchecked(((uint)number * 0x85EBCA6Bu) + (uint)Epoch)) : null;
        foreach (var batch in batches)
        {
            var changed = new Batch(Change(batch.Images, random), batch.Labels.alias().DetachFromDisposeScope());
            yield return changed;
            changed.Dispose();
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Such as <c>4,000 images, shifted by up to 2 pixels, turned by up to 10 degrees</c>.</summary>
    public override string ToString() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{ImageCount:N0} images, shifted by up to {shift} pixels, turned by up to {rotate} "
                + $"degrees{(flip ? ", mirrored by chance" : "")}"
        );

    private Tensor Change(Tensor images, Generator? random)
    {
        using var scope = NewDisposeScope();
        var (count, rows, columns) = (images.shape[0], images.shape[2], images.shape[3]);
        // One number between -1 and 1 for each image.
        Tensor Any() => empty(count).uniform_(-1, 1, random);

        var angle = Any().Times(rotate * Math.PI / 180);
        var mirror = flip ? Any().sign() : ones(count);
        // Where each pixel of the new image is looked up in the old one, in coordinates that reach from -1 to 1 across the image: a
        // rotation, a mirror, and a step (https://pytorch.org/docs/stable/generated/torch.nn.functional.affine_grid.html).
        var (cos, sin) = (angle.cos(), angle.sin());
        var across = stack([cos * mirror, -sin.Times((double)rows / columns), Any().Times(2 * shift / columns)], 1);
        var down = stack([(sin * mirror).Times((double)columns / rows), cos, Any().Times(2 * shift / rows)], 1);
        var places = nn.functional.affine_grid(stack([across, down], 1).to(images.device), images.shape, align_corners: false);
        return nn
            .functional.grid_sample(
                images,
                places,
                GridSampleMode.Bilinear,
                repeatBorder ? GridSamplePaddingMode.Border : GridSamplePaddingMode.Zeros,
                align_corners: false
            )
            .DetachFromDisposeScope();
    }
}
