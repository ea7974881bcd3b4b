using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>One layer's part in a forward pass.</summary>
/// <param name="Name">As the network calls it.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Input">The shape that came in.</param>
/// <param name="Least">The smallest number that came in.</param>
internal sealed record LayerCall(string Name, Module<Tensor, Tensor> Layer, long[] Input, float Least)
{
    /// <summary>The shape that went out; null where the layer threw.</summary>
    public long[]? Output { get; set; }
}

/// <summary>A forward pass, layer by layer in the order in which they ran.</summary>
internal sealed class LayerTrace
{
    private LayerTrace(List<LayerCall> calls, Tensor? output, ExceptionDispatchInfo? failure) =>
        (Calls, Output, Failure) = (calls, output, failure);

    public IReadOnlyList<LayerCall> Calls { get; }

    /// <summary>What the network gave; null where it threw.</summary>
    public Tensor? Output { get; }

    public ExceptionDispatchInfo? Failure { get; }

    /// <summary>Sends images through the network in evaluation mode.</summary>
    public static LayerTrace Of(Module<Tensor, Tensor> model, Tensor images)
    {
        var calls = new List<LayerCall>();
        var removers = new List<Action>();
        foreach (var (name, module) in model.named_children())
        {
            if (module is not Module<Tensor, Tensor> layer)
            {
                continue;
            }

            var before = layer.register_forward_pre_hook(
                (_, input) =>
                {
                    using var least = input.min();
                    calls.Add(new LayerCall(name, layer, input.shape, least.item<float>()));
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
