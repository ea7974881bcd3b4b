using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>All that training needs to go on as if it had never stopped, except the images: weights, the optimizer's memory and random
/// numbers.</summary>
/// <remarks>
/// By name: the model's weights as <c>state_dict</c> has them; <c>training/optimizer.…</c> the optimizer's memory, see
/// <see cref="OptimizerMemory"/>; <c>training/random</c> the state of TorchSharp's generator on the CPU, from which dropout draws, and the
/// order of the images if there is no seed; <c>training/had_gradients</c> for each of the optimizer's weights 1 or 0, since a step leaves
/// a weight and its averages unchanged only if it never had a gradient.
/// </remarks>
internal static class TrainingSnapshot
{
    private const string OptimizerPrefix = Safetensors.TrainingPrefix + "optimizer.";
    private const string RandomName = Safetensors.TrainingPrefix + "random";
    private const string GradientsName = Safetensors.TrainingPrefix + "had_gradients";

    /// <summary>The current state: the tensors themselves, not copies. New ones belong to the caller's dispose scope.</summary>
    /// <param name="model">The network.</param>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="hasMemory">False if the optimizer does not make its memory accessible, which is then missing.</param>
    public static Dictionary<string, Tensor> Of(Module<Tensor, Tensor> model, optim.Optimizer optimizer, out bool hasMemory)
    {
        var tensors = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
        var memory = OptimizerMemory.Read(optimizer);
        hasMemory = memory is not null;
        foreach (var (name, value) in memory ?? [])
        {
            tensors.Add(OptimizerPrefix + name, value);
        }

        tensors.Add(RandomName, RandomState.Get());
        tensors.Add(GradientsName, tensor(optimizer.parameters().Select(HasGradient).ToArray()));
        return tensors;
    }

    /// <summary>A copy of the current state, as bytes, so that it need not be freed.</summary>
    public static byte[] Copy(Module<Tensor, Tensor> model, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        Safetensors.Write(stream, Of(model, optimizer, out _), withChecksum: false);
        return stream.ToArray();
    }

    /// <summary>Puts weights and optimizer back as they were, both or neither.</summary>
    /// <param name="copy">What <see cref="Copy"/> gave.</param>
    /// <param name="model">The network.</param>
    /// <param name="optimizer">The optimizer.</param>
    public static void Restore(byte[] copy, Module<Tensor, Tensor> model, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream(copy);
        Restore(Safetensors.Read(stream, model.state_dict(), withTraining: true).Tensors, model, optimizer);
    }

    /// <summary>Puts weights and optimizer back as they were, both or neither.</summary>
    /// <param name="tensors">By the names above.</param>
    /// <param name="model">A network of the same architecture.</param>
    /// <param name="optimizer">An optimizer of the same kind.</param>
    /// <exception cref="InvalidDataException">The optimizer's part does not fit; the message is part of a sentence.</exception>
    /// <exception cref="InvalidOperationException">A weight cannot be written to.</exception>
    public static void Restore(IReadOnlyDictionary<string, Tensor> tensors, Module<Tensor, Tensor> model, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        ThrowIfOfAnotherSize(tensors, RandomName, RandomState.Get().numel());
        ThrowIfOfAnotherSize(tensors, GradientsName, optimizer.parameters().Count());
        var before = OptimizerMemory.Read(optimizer)?.ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        if (before is not null)
        {
            var memory = tensors
                .Where(entry => entry.Key.StartsWith(OptimizerPrefix, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[OptimizerPrefix.Length..], entry => entry.Value);
            OptimizerMemory.Write(optimizer, memory);
        }

        try
        {
            ModelWeights.Set(model, tensors);
        }
        catch
        {
            // ModelWeights.Set has restored the weights itself.
            if (before is not null)
            {
                OptimizerMemory.Write(optimizer, before);
            }

            throw;
        }
    }

    /// <summary>Restores the random numbers, and gives a gradient of zero to the weights that had a gradient.</summary>
    /// <param name="tensors">By the names above.</param>
    /// <param name="optimizer">The optimizer.</param>
    public static void RestoreSurroundings(IReadOnlyDictionary<string, Tensor> tensors, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        RandomState.Set(tensors[RandomName]);
        foreach (var (parameter, had) in optimizer.parameters().Zip(tensors[GradientsName].data<byte>()))
        {
            // As without an interruption: -0 added to 0 is 0, but -0 as the first gradient stays -0.
            if (had == 1 && HasGradient(parameter) == 0)
            {
                parameter.grad = zeros_like(parameter).DetachFromDisposeScope();
            }
        }
    }

    private static void ThrowIfOfAnotherSize(IReadOnlyDictionary<string, Tensor> tensors, string name, long count)
    {
        if (!tensors.TryGetValue(name, out var found) || found.dtype != ScalarType.Byte || found.numel() != count)
        {
            throw new InvalidDataException($"'{name}' is missing or of another size than here");
        }
    }

    private static byte HasGradient(Parameter parameter)
    {
        using var gradient = parameter.grad;
        return gradient is null ? (byte)0 : (byte)1;
    }
}
