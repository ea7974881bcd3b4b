using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>The maps that a layer computes from one image, and the kernels with which a convolution computes them.</summary>
public static class FeatureMaps
{
    /// <summary>What a layer computes from one image, with dropout off; the model stays in its mode.</summary>
    /// <param name="model">The network.</param>
    /// <param name="split">Where the image is.</param>
    /// <param name="image">Which, from 0 to Count − 1.</param>
    /// <param name="layer">The layer's name, such as <c>block1_conv1</c>.</param>
    /// <returns>The maps on the CPU, <c>[maps, rows, columns]</c>; a tensor that belongs to the caller's dispose scope, if there is
    /// one.</returns>
    /// <exception cref="ArgumentException">There is no such image or layer, or it gives no maps; the message says which.</exception>
    public static Tensor Of(Module<Tensor, Tensor> model, ImageSplit split, int image, string layer)
    {
        ArgumentNullException.ThrowIfNull(split);
        using var scope = NewDisposeScope();
        var maps = LayerOutputs.Of(model, split.Only(image), layer);
        return maps.dim() == 4
            ? maps[0].MoveToOuterDisposeScope()
            : throw new ArgumentException(
                $"The layer '{layer}' turns an image into {maps[0].numel():N0} numbers in a row, not into maps; name a layer "
                    + "before Flatten.",
                nameof(layer)
            );
    }

    /// <summary>The kernels of a convolution's filters, without their biases: a copy.</summary>
    /// <param name="model">The network.</param>
    /// <param name="layer">The convolution's name, such as <c>block1_conv1</c>.</param>
    /// <returns>On the CPU, <c>[filters, channels, rows, columns]</c>; a tensor that belongs to the caller's dispose scope, if there is
    /// one.</returns>
    /// <exception cref="ArgumentException">There is no such layer, or it is not a convolution; the message says which.</exception>
    public static Tensor KernelsOf(Module<Tensor, Tensor> model, string layer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layer);
        var found = NamedLayer.Of(model, layer);
        using var scope = NewDisposeScope();
        return found is Conv2d convolution
            ? convolution.weight.detach().cpu().clone().MoveToOuterDisposeScope()
            : throw new ArgumentException(
                $"The layer '{layer}' is a {found.GetType().Name} and has no kernels; name a Conv2d.",
                nameof(layer)
            );
    }
}
