using System.Reflection;
using System.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>All from which training goes on as if it had never stopped, but the images: weights, the optimizer's memory and random
/// numbers.</summary>
/// <param name="Weights">As safetensors.</param>
/// <param name="Optimizer">As TorchSharp's <c>save_state_dict</c> writes it: learning rates, averages, the number of steps; null where the
/// optimizer cannot be saved.</param>
/// <param name="HadGradients">For each of the optimizer's weights 1 or 0. A step leaves a weight alone only where it never had a gradient,
/// also in its averages.</param>
/// <param name="Random">The state of TorchSharp's generator on the CPU, from which dropout draws, and the order of the images where there
/// is no seed.</param>
internal sealed record TrainingSnapshot(byte[] Weights, byte[]? Optimizer, byte[] HadGradients, byte[] Random)
{
    /// <summary>Copies what there is at this moment.</summary>
    public static TrainingSnapshot Take(Module<Tensor, Tensor> model, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        return new TrainingSnapshot(
            CnnTutorial.Weights.ToBytes(model),
            ToBytes(optimizer),
            [.. optimizer.parameters().Select(HasGradient)],
            get_rng_state().bytes.ToArray()
        );
    }

    /// <summary>Puts weights and optimizer back as they were, both or neither.</summary>
    /// <param name="model">A network of the same architecture.</param>
    /// <param name="optimizer">An optimizer of the same kind.</param>
    /// <exception cref="InvalidDataException">The optimizer's part does not fit.</exception>
    /// <exception cref="InvalidOperationException">A weight cannot be written to.</exception>
    public void Restore(Module<Tensor, Tensor> model, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        if (Random.Length != get_rng_state().numel() || HadGradients.Length != optimizer.parameters().Count())
        {
            throw new InvalidDataException("What it holds of random numbers or of the optimizer's weights is of another size here");
        }

        var weights = CnnTutorial.Weights.OfBytes(model, Weights);
        var before = ToBytes(optimizer);
        try
        {
            if (Optimizer is not null)
            {
                Load(optimizer, Optimizer);
            }

            ModelWeights.Set(model, weights);
        }
        catch
        {
            // The weights put themselves back.
            if (before is not null)
            {
                Load(optimizer, before);
            }

            throw;
        }
    }

    /// <summary>Lets random numbers go on from where they were, and gives those weights a gradient of zero that had one.</summary>
    public void RestoreSurroundings(optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var state = empty(Random.Length, ScalarType.Byte, CPU);
        Random.CopyTo(state.bytes);
        set_rng_state(state);
        foreach (var (parameter, had) in optimizer.parameters().Zip(HadGradients))
        {
            // A sum that begins with zero can differ in the sign of a zero from one that begins with its first number.
            if (had == 1 && HasGradient(parameter) == 0)
            {
                parameter.grad = zeros_like(parameter).DetachFromDisposeScope();
            }
        }
    }

    private static byte HasGradient(Parameter parameter)
    {
        using var gradient = parameter.grad;
        return gradient is null ? (byte)0 : (byte)1;
    }

    private static byte[]? ToBytes(optim.Optimizer optimizer)
    {
        if (optimizer is not OptimizerHelper helper)
        {
            return null;
        }

        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        helper.save_state_dict(writer);
        return stream.ToArray();
    }

    private static void Load(optim.Optimizer optimizer, byte[] bytes)
    {
        var helper = (OptimizerHelper)optimizer;
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        try
        {
            helper.load_state_dict(reader);
        }
        catch (Exception e)
        {
            throw new InvalidDataException($"What it holds of the optimizer does not fit this one ({ModelWeights.FirstLine(e)})", e);
        }

        // Tensors that loading made belong to the optimizer, not to whoever's scope happens to be open.
        foreach (var state in helper.state_dict().State)
        {
            foreach (var field in state.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                if (field.GetValue(state) is Tensor tensor and not TorchSharp.Modules.Parameter)
                {
                    tensor.DetachFromDisposeScope();
                }
            }
        }
    }
}
