using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>What a layer inside a network computes from images.</summary>
public static class LayerOutputs
{
    /// <summary>The trainer evaluates as many images at a time: the features of a thousand images take 75 MB.</summary>
    private const int PartSize = 1000;

    /// <summary>Runs the network, with dropout off and no gradients, and keeps what one of its layers gives. The model stays in its
    /// mode.</summary>
    /// <param name="model">The network.</param>
    /// <param name="split">N images; their labels are not used.</param>
    /// <param name="layer">The layer's name, such as <c>fc1_relu</c>.</param>
    /// <returns>The layer's outputs on the CPU, <c>[N, …]</c>; a tensor that belongs to the caller's dispose scope, if there is
    /// one.</returns>
    /// <exception cref="ArgumentException">There is no such layer, it is not used, or there are no images; the message says
    /// which.</exception>
    public static Tensor Of(Module<Tensor, Tensor> model, ImageSplit split, string layer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(layer);
        if (split.Count == 0)
        {
            throw new ArgumentException("There is no image to look at: the split is empty.", nameof(split));
        }

        var found =
            NamedLayer.Of(model, layer) as Module<Tensor, Tensor>
            ?? throw new ArgumentException(
                $"The layer '{layer}' does not turn one tensor into one tensor, so there is no single output to show; name another.",
                nameof(layer)
            );
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        // Copied, since a layer after it may change its numbers in place. If the layer is called more than once, the last call counts.
        Tensor? seen = null;
        var hook = found.register_forward_hook(
            (_, _, output) =>
            {
                seen = output.detach().cpu().clone();
                return output;
            }
        );
        try
        {
            EvaluationMode.Run(
                model,
                device =>
                {
                    using var within = NewDisposeScope();
                    var images = split.ToByteTensor(device);
                    for (long start = 0; start < split.Count; start += PartSize)
                    {
                        using var part = NewDisposeScope();
                        seen = null;
                        model.call(Pixels.Scale(images.narrow(0, start, Math.Min(PartSize, split.Count - start))));
                        parts.Add(
                            seen?.MoveToOtherDisposeScope(scope)
                                ?? throw new ArgumentException(
                                    $"The layer '{layer}' is not used in the forward pass, so it has no output; name another.",
                                    nameof(layer)
                                )
                        );
                    }
                }
            );
        }
        finally
        {
            hook.remove();
        }

        return cat(parts).MoveToOuterDisposeScope();
    }
}
