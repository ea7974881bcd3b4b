using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Turns bytes into the numbers that a network takes.</summary>
internal static class Pixels
{
    /// <summary>float32 in [0, 1], each pixel divided by 255, in the layout that is fastest; a tensor that is not uint8 only gets the
    /// layout.</summary>
    public static Tensor Scale(Tensor images)
    {
        if (images.dtype != ScalarType.Byte)
        {
            return ChannelsLast.View(images);
        }

        using var scope = NewDisposeScope();
        return ChannelsLast.View(images.to(ScalarType.Float32).DivideBy(255)).MoveToOuterDisposeScope();
    }

    /// <summary>Refuses images with NaN or infinite numbers, which a learner's own code may make.</summary>
    /// <exception cref="ArgumentException">The message says what is wrong with them.</exception>
    public static void ThrowIfNotFinite(Tensor images, string parameter)
    {
        using var scope = NewDisposeScope();
        // The sum is NaN or infinite if any number is, and takes no extra memory. Only then the place is looked for.
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
