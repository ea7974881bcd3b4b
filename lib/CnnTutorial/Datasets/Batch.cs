using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>A few images with their labels, for one training step.</summary>
/// <param name="Images">float32 <c>[B, Channels, Rows, Columns]</c>.</param>
/// <param name="Labels">int64 <c>[B]</c>.</param>
public sealed record Batch(Tensor Images, Tensor Labels) : IDisposable
{
    /// <summary>float32 <c>[B, Channels, Rows, Columns]</c>; grey images on a CPU are channels-last, which is faster there.</summary>
    public Tensor Images { get; } = ChannelsLast.Restride(Images);

    /// <summary>B, how many images there are.</summary>
    public int Count => (int)Labels.shape[0];

    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }

    /// <summary>The images and labels at the given places of an order.</summary>
    internal static Batch Of(Tensor images, Tensor labels, Tensor order, long start, long length)
    {
        using var scope = NewDisposeScope();
        var indices = order.narrow(0, start, length);
        return new Batch(
            Pixels.Scale(images.index_select(0, indices)).MoveToOuterDisposeScope(),
            labels.index_select(0, indices).MoveToOuterDisposeScope()
        );
    }
}
