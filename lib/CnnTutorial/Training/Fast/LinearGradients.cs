using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Modules = TorchSharp.Modules;

namespace CnnTutorial;

/// <summary>The gradients of a batch that is computed in parts; those of large linear layers' weights for all its parts at once.</summary>
/// <remarks>
/// The gradient of a linear layer's weights is a product of its inputs and of the gradient of its outputs, so it has as many
/// numbers as there are weights, however few images a part has: each part would write them anew, to be read and added up.
/// Inputs and outputs are few. They are kept until all parts are done, and the product is made once, in blocks of rows.
/// </remarks>
internal sealed class LinearGradients : IDisposable
{
    private const int RowsOfBlock = 16;

    private readonly IReadOnlyList<Tensor> _parameters;
    private readonly Dictionary<Modules.Linear, Late> _late = [];

    /// <summary>Fewer weights stay in a core's cache anyway, and the threads would have to meet once more for them. Benchmarks change it to
    /// measure what it is worth.</summary>
    internal static long LeastWeights { get; set; } = 1 << 16;

    /// <summary>Begins a batch.</summary>
    /// <param name="layers">The network's.</param>
    /// <param name="parameters">What the gradients are for.</param>
    /// <param name="parts">How many parts the batch has.</param>
    public LinearGradients(IReadOnlyList<Module<Tensor, Tensor>> layers, IReadOnlyList<Tensor> parameters, int parts)
    {
        _parameters = parameters;
        foreach (var layer in layers.OfType<Modules.Linear>().Where(layer => layer.weight!.numel() >= LeastWeights))
        {
            var users = layers.SelectMany(other => other.parameters()).Count(parameter => parameter.Handle == layer.weight!.Handle);
            var index = parameters.TakeWhile(parameter => parameter.Handle != layer.weight!.Handle).Count();
            // Weights that two layers share have a gradient from both.
            if (users == 1 && index < parameters.Count)
            {
                _late.Add(
                    layer,
                    new Late(
                        index,
                        layer.weight!.detach().DetachFromDisposeScope(),
                        new Tensor[parts],
                        new Tensor[parts],
                        new Tensor[parts]
                    )
                );
            }
        }
    }

    /// <summary>What <c>layer.call</c> gives.</summary>
    public Tensor Forward(Modules.Linear layer, Tensor input, int part)
    {
        if (!_late.TryGetValue(layer, out var late))
        {
            return layer.call(input);
        }

        late.Inputs[part] = input.detach().DetachFromDisposeScope();
        return late.Outputs[part] = functional.linear(input, late.Weight, layer.bias);
    }

    /// <summary>A part's gradients, in the order of the parameters; null for those that <see cref="Complete"/> is to make.</summary>
    public Tensor?[] Backward(Tensor loss, int part)
    {
        Tensor[] variables = [.. _parameters];
        foreach (var late in _late.Values)
        {
            variables[late.Index] = late.Outputs[part];
        }

        Tensor?[] gradients = [.. autograd.grad([loss], variables).Select(gradient => gradient.DetachFromDisposeScope())];
        foreach (var late in _late.Values)
        {
            (late.Gradients[part], gradients[late.Index]) = (gradients[late.Index]!, null);
        }

        return gradients;
    }

    /// <summary>Adds what is missing, to the first part's.</summary>
    public void Complete(Tensor?[][] gradients, WorkerTeam team)
    {
        foreach (var late in _late.Values)
        {
            var sum = empty_like(late.Weight).DetachFromDisposeScope();
            var rows = (int)sum.shape[0];
            team.Run(
                (rows + RowsOfBlock - 1) / RowsOfBlock,
                block =>
                {
                    using var scope = NewDisposeScope();
                    var (first, length) = (block * RowsOfBlock, Math.Min(RowsOfBlock, rows - (block * RowsOfBlock)));
                    var target = sum.narrow(0, first, length);
                    for (var part = 0; part < late.Inputs.Length; part++)
                    {
                        target.addmm_(late.Gradients[part].narrow(1, first, length).t(), late.Inputs[part], beta: part == 0 ? 0 : 1);
                    }
                }
            );
            gradients[0][late.Index] = sum;
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _late.Values.SelectMany(late => late.Inputs.Concat(late.Gradients).Append(late.Weight)))
        {
            // Null in a part that failed, or was never begun because another did.
            tensor?.Dispose();
        }
    }

    /// <summary>A layer whose weights' gradient comes late: its weights, their place among the parameters, and for each part what goes in,
    /// what comes out and its gradient.</summary>
    private sealed record Late(int Index, Tensor Weight, Tensor[] Inputs, Tensor[] Outputs, Tensor[] Gradients);
}
