using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Adam's step in one pass over the weights.</summary>
/// <remarks>
/// TorchSharp's Adam calls ten operations of libtorch for each layer's weights and biases. They are so small that starting
/// them and waking a second thread for them takes longer than the arithmetic. This reads and writes the same memory, the
/// optimizer's own averages included, so that the optimizer can be saved, or go on by itself, at any time.
/// </remarks>
internal sealed class AdamStep
{
    /// <summary>Floats that are updated at a time: few enough to stay in a core's cache, enough to be worth giving to a thread.</summary>
    private const int BlockLength = 8192;

    private readonly List<Weight> _weights;
    private readonly List<(int Weight, int Start, int Length)> _blocks;

    private AdamStep(List<Weight> weights)
    {
        _weights = weights;
        _blocks =
        [
            .. weights.SelectMany((weight, i) => Blocks((int)weight.Parameter.numel()).Select(block => (i, block.Start, block.Length))),
        ];
    }

    /// <summary>The step of an optimizer; null if it is not plain Adam (no weight decay, AMSGrad or maximizing) in float32 on a
    /// CPU.</summary>
    public static AdamStep? Of(optim.Optimizer optimizer) =>
        optimizer is Adam adam && adam.GetType() == typeof(Adam) && WeightsOf(adam) is { } weights ? new AdamStep(weights) : null;

    /// <summary>Takes a step.</summary>
    /// <param name="gradients">For each part of the batch the gradients of the optimizer's parameters, in their order; they are added up.
    /// Null: no gradient, so the weights do not change.</param>
    /// <param name="team">The threads that share the work; null for only the calling thread.</param>
    public void Take(IReadOnlyList<IReadOnlyList<Tensor?>> gradients, WorkerTeam? team = null)
    {
        using var scope = NewDisposeScope();
        // Autograd stores a gradient in the layout of its weights; a gradient that the learner's code made may have another layout.
        var dense = gradients.Select(part => part.Select(gradient => gradient?.contiguous()).ToList()).ToList();
        for (var i = 0; i < _weights.Count; i++)
        {
            if (dense.Any(part => part[i] is not null))
            {
                _weights[i].State.step++;
            }
        }

        if (team is null)
        {
            for (var i = 0; i < _blocks.Count; i++)
            {
                Update(_blocks[i], dense);
            }
        }
        else
        {
            team.Run(_blocks.Count, i => Update(_blocks[i], dense));
        }
    }

    private static IEnumerable<(int Start, int Length)> Blocks(int length)
    {
        for (var start = 0; start < length; start += BlockLength)
        {
            yield return (start, Math.Min(BlockLength, length - start));
        }
    }

    private static List<Weight>? WeightsOf(Adam adam)
    {
        var states = adam.state_dict();
        var next = 0;
        var weights = new List<Weight>();
        foreach (var group in adam.ParamGroups.Cast<Adam.ParamGroup>())
        {
            if (
                group.Options
                is not Adam.Options
                {
                    weight_decay: null or 0,
                    amsgrad: null or false,
                    maximize: null or false,
                    beta1: { } beta1,
                    beta2: { } beta2,
                    eps: { } epsilon
                }
            )
            {
                return null;
            }

            foreach (var parameter in group.Parameters)
            {
                if (
                    states.State[next++] is not Adam.State state
                    || !CanTake(parameter)
                    || !CanTake(state.exp_avg)
                    || !CanTake(state.exp_avg_sq)
                )
                {
                    return null;
                }

                weights.Add(new Weight(group, parameter, state, beta1, beta2, epsilon));
            }
        }

        return weights;
    }

    private static bool CanTake(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.is_contiguous();

    private void Update((int Weight, int Start, int Length) block, List<List<Tensor?>> parts)
    {
        var (group, parameter, state, beta1, beta2, epsilon) = _weights[block.Weight];
        Span<float> sum = stackalloc float[BlockLength];
        sum = sum[..block.Length];
        var any = false;
        // Always in the same order, so that the sum does not depend on which part is done first.
        foreach (var part in parts)
        {
            if (part[block.Weight] is { } gradient)
            {
                var numbers = Block(gradient);
                if (any)
                {
                    Add(sum, numbers);
                }
                else
                {
                    numbers.CopyTo(sum);
                }

                any = true;
            }
        }

        if (any)
        {
            var size = group.LearningRate / (1 - Math.Pow(beta1, state.step));
            var correction = Math.Sqrt(1 - Math.Pow(beta2, state.step));
            Update(
                Block(parameter),
                sum,
                Block(state.exp_avg),
                Block(state.exp_avg_sq),
                (float)beta1,
                (float)beta2,
                (float)size,
                (float)correction,
                (float)epsilon
            );
        }

        Span<float> Block(Tensor tensor) => Numbers(tensor).Slice(block.Start, block.Length);
    }

    private static void Add(Span<float> sum, ReadOnlySpan<float> numbers)
    {
        var s = MemoryMarshal.Cast<float, Vector<float>>(sum);
        var n = MemoryMarshal.Cast<float, Vector<float>>(numbers);
        for (var i = 0; i < s.Length; i++)
        {
            s[i] += n[i];
        }

        for (var i = s.Length * Vector<float>.Count; i < sum.Length; i++)
        {
            sum[i] += numbers[i];
        }
    }

    private static Span<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>Algorithm 1 of Kingma and Ba, https://arxiv.org/abs/1412.6980, with the division by the second correction where PyTorch has
    /// it.</summary>
    private static void Update(
        Span<float> weights,
        ReadOnlySpan<float> gradients,
        Span<float> means,
        Span<float> squares,
        float beta1,
        float beta2,
        float size,
        float correction,
        float epsilon
    )
    {
        var vectors = weights.Length / Vector<float>.Count;
        var w = MemoryMarshal.Cast<float, Vector<float>>(weights);
        var g = MemoryMarshal.Cast<float, Vector<float>>(gradients);
        var m = MemoryMarshal.Cast<float, Vector<float>>(means);
        var v = MemoryMarshal.Cast<float, Vector<float>>(squares);
        for (var i = 0; i < vectors; i++)
        {
            m[i] = (m[i] * beta1) + (g[i] * (1 - beta1));
            v[i] = (v[i] * beta2) + (g[i] * g[i] * (1 - beta2));
            w[i] -= m[i] * size / ((Vector.SquareRoot(v[i]) / new Vector<float>(correction)) + new Vector<float>(epsilon));
        }

        for (var i = vectors * Vector<float>.Count; i < weights.Length; i++)
        {
            means[i] = (means[i] * beta1) + (gradients[i] * (1 - beta1));
            squares[i] = (squares[i] * beta2) + (gradients[i] * gradients[i] * (1 - beta2));
            weights[i] -= means[i] * size / ((MathF.Sqrt(squares[i]) / correction) + epsilon);
        }
    }

    private sealed record Weight(Adam.ParamGroup Group, Parameter Parameter, Adam.State State, double Beta1, double Beta2, double Epsilon);
}
