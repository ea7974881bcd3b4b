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
}
