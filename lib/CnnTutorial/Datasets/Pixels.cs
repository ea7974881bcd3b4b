using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>From bytes to what a network takes.</summary>
internal static class Pixels
{
    /// <summary>float32 in [0, 1], each pixel divided by 255, in the layout that is fastest; what is no uint8 tensor only gets the
    /// layout.</summary>
    public static Tensor Scale(Tensor images)
    {
        if (images.dtype != ScalarType.Byte)
        {
            return ChannelsLast.View(images);
        }

        using var scope = NewDisposeScope();
        return ChannelsLast.View(images.to(ScalarType.Float32).div_(255)).MoveToOuterDisposeScope();
    }

    /// <summary>Images as a learner's own code makes them: of four dimensions, and numbers throughout.</summary>
    /// <exception cref="ArgumentException">One sentence says what is wrong with them.</exception>
    public static void ThrowIfNotFinite(Tensor images, string parameter)
    {
        using var scope = NewDisposeScope();
        // A sum is NaN or infinite where any of its numbers is, and needs no memory; only then is it worth finding the place.
        if (!images.is_floating_point() || images.numel() == 0 || images.sum().isfinite().item<bool>())
        {
            return;
        }

        var bad = images.isfinite().logical_not_().nonzero();
        if (bad.shape[0] > 0)
        {
            throw new ArgumentException(
                $"The images hold NaN or infinite numbers, {bad.shape[0]} in all, the first at "
                    + $"[{string.Join(", ", bad[0].cpu().data<long>().ToArray())}]; a pixel is a number in [0, 1], so look at the "
                    + "computation that made them.",
                parameter
            );
        }
    }
}
