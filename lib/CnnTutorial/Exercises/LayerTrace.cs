using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>One layer's part in a forward pass.</summary>
/// <param name="Name">As the network calls it, without the names of the modules around it.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Input">The shape that came in.</param>
/// <param name="Least">The smallest number that came in.</param>
internal sealed record LayerCall(string Name, Module<Tensor, Tensor> Layer, long[] Input, float Least)
{
    /// <summary>The shape that went out; null if the layer threw.</summary>
    public long[]? Output { get; set; }
}

/// <summary>A forward pass, layer by layer in the order in which they ran.</summary>
internal sealed class LayerTrace
{
    private LayerTrace(List<LayerCall> calls, Tensor? output, ExceptionDispatchInfo? failure) =>
        (Calls, Output, Failure) = (calls, output, failure);

    public IReadOnlyList<LayerCall> Calls { get; }

    /// <summary>What the network gave; null if it threw.</summary>
    public Tensor? Output { get; }

    public ExceptionDispatchInfo? Failure { get; }

    /// <summary>The layers of a network that hold no others, with the last part of their names, in the order of their names.</summary>
    public static IReadOnlyList<(string Name, Module Layer)> Leaves(Module model)
    {
        var leaves = new List<(string, Module)>();
        Collect(model);
        return leaves;

        void Collect(Module module)
        {
            foreach (var (name, child) in module.named_children())
            {
                if (child.named_children().Any())
                {
                    Collect(child);
                }
                else
                {
                    leaves.Add((name, child));
                }
            }
        }
    }

    /// <summary>Sends images through the network in evaluation mode.</summary>
    public static LayerTrace Of(Module<Tensor, Tensor> model, Tensor images)
    {
        var calls = new List<LayerCall>();
        var removers = new List<Action>();
        foreach (var layers in Leaves(model).GroupBy(leaf => leaf.Layer, ReferenceEqualityComparer.Instance))
        {
            if (layers.Key is not Module<Tensor, Tensor> layer)
            {
                continue;
            }

            // The same object may be used in several places: its calls get its names in turn.
            var names = layers.Select(leaf => leaf.Name).ToList();
            var times = 0;
            var before = layer.register_forward_pre_hook(
                (_, input) =>
                {
                    using var least = input.min();
                    calls.Add(new LayerCall(names[times++ % names.Count], layer, input.shape, least.to(ScalarType.Float32).item<float>()));
                    return input;
                }
            );
            var after = layer.register_forward_hook(
                (_, _, output) =>
                {
                    calls[^1].Output = output.shape;
                    return output;
                }
            );
            removers.Add(before.remove);
            removers.Add(after.remove);
        }

        try
        {
            model.eval();
            using var noGradients = no_grad();
            var (output, failure) = Attempt.Of(() => model.call(images));
            return new LayerTrace(calls, output, failure);
        }
        finally
        {
            removers.ForEach(remove => remove());
        }
    }
}
