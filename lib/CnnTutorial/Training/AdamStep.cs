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
/// The gradients are set to zero where they lie: memory that stays where it is leaves no holes between steps.
/// </remarks>
internal sealed class AdamStep
{
    private readonly Adam _adam;
    private readonly List<Group> _groups;

    private AdamStep(Adam adam, List<Group> groups) => (_adam, _groups) = (adam, groups);

    /// <summary>What takes a step and then sets the gradients to zero; the optimizer itself where it is not Adam as it is used most, in float32 on a CPU.</summary>
    public static Action Of(optim.Optimizer optimizer)
    {
        if (optimizer is Adam adam && adam.GetType() == typeof(Adam) && GroupsOf(adam) is { } groups)
        {
            return new AdamStep(adam, groups).Take;
        }

        return () =>
        {
            optimizer.step();
            foreach (var parameter in optimizer.parameters())
            {
                using var gradient = parameter.grad;
                gradient?.zero_();
            }
        };
    }

    private static List<Group>? GroupsOf(Adam adam)
    {
        var states = adam.state_dict();
        var next = 0;
        var groups = new List<Group>();
        foreach (var group in adam.ParamGroups.Cast<Adam.ParamGroup>())
        {
            var weights = new List<(Parameter, Adam.State)>();
            foreach (var parameter in group.Parameters)
            {
                if (states.State[next++] is not Adam.State state || !CanTake(parameter) || !CanTake(state.exp_avg) || !CanTake(state.exp_avg_sq))
                {
                    return null;
                }

                weights.Add((parameter, state));
            }

            if (group.Options is not Adam.Options { weight_decay: null or 0, amsgrad: null or false, maximize: null or false, beta1: { } beta1, beta2: { } beta2, eps: { } epsilon })
            {
                return null;
            }

            groups.Add(new Group(group, weights, beta1, beta2, epsilon));
        }

        return groups;
    }

    private static bool CanTake(Tensor tensor) => tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.is_contiguous();

    private void Take()
    {
        foreach (var (options, weights, beta1, beta2, epsilon) in _groups)
        {
            foreach (var (parameter, state) in weights)
            {
                using var gradient = parameter.grad;
                if (gradient is null)
                {
                    continue;
                }

                // Autograd lays a gradient out as its weights are; what a learner's own code put there may lie otherwise.
                using var dense = gradient.contiguous();
                state.step++;
                var size = options.LearningRate / (1 - Math.Pow(beta1, state.step));
                var correction = Math.Sqrt(1 - Math.Pow(beta2, state.step));
                Update(Numbers(parameter), Numbers(dense), Numbers(state.exp_avg), Numbers(state.exp_avg_sq), (float)beta1, (float)beta2, (float)size, (float)correction, (float)epsilon);
                gradient.zero_();
            }
        }
    }

    private static Span<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>Algorithm 1 of Kingma and Ba, https://arxiv.org/abs/1412.6980, with the division by the second correction where PyTorch has it.</summary>
    private static void Update(Span<float> weights, ReadOnlySpan<float> gradients, Span<float> means, Span<float> squares, float beta1, float beta2, float size, float correction, float epsilon)
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

    private sealed record Group(Adam.ParamGroup Options, List<(Parameter Parameter, Adam.State State)> Weights, double Beta1, double Beta2, double Epsilon);
}
