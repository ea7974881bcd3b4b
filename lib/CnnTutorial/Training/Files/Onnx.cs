using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Saves a network with its layers as an ONNX file, which programs in other languages run without C# and TorchSharp.</summary>
/// <remarks>
/// The network gets <c>images</c>, of shape <c>[batch, …]</c>, and gives <c>scores</c>; the number of images is free. Layers and weights
/// keep their names. What only training needs (dropout) is left out. Weights are written as 32-bit fractions.
/// </remarks>
public static class Onnx
{
    /// <summary>Writes the file; an older file stays whole until the new one is.</summary>
    /// <param name="model">A <c>Sequential</c>, also with others inside it.</param>
    /// <param name="path">The file, which usually ends in <c>.onnx</c>; its folder is made if it is missing.</param>
    /// <param name="inputShape">The shape of one image, such as 1, 28, 28: channels, rows, columns.</param>
    /// <exception cref="NotSupportedException">The network has a layer, or a setting of a layer, that cannot be written; the message names
    /// it.</exception>
    /// <exception cref="ArgumentException">Images of this shape do not fit the network.</exception>
    /// <exception cref="IOException">The file cannot be written; the message says why.</exception>
    public static void Save(Module<Tensor, Tensor> model, string path, params long[] inputShape)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(inputShape);
        if (inputShape.Length == 0 || inputShape.Any(length => length < 1))
        {
            throw new ArgumentException(
                $"inputShape is [{string.Join(", ", inputShape)}], which is no image; give the shape of one image, such as 1, 28, 28.",
                nameof(inputShape)
            );
        }

        var file = OnnxGraph.Of(model, inputShape);
        AtomicFile.Write(path, stream => stream.Write(file.Written));
    }
}
