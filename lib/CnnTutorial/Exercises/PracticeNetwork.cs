using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A tiny network for the checks.</summary>
internal static class PracticeNetwork
{
    /// <summary>Makes one for <see cref="PracticeImages.Quarters"/>.</summary>
    /// <param name="dropout">The share of values that are dropped out in training.</param>
    /// <param name="seed">Fixes the weights without using TorchSharp's random numbers, which the notebook uses; null for random
    /// ones.</param>
    public static Module<Tensor, Tensor> Create(double dropout = 0, int? seed = null)
    {
        var model = Sequential(
            ("conv", Conv2d(1, 4, kernel_size: 4, stride: 4)),
            ("relu", ReLU()),
            ("flatten", Flatten()),
            ("dropout", Dropout(dropout)),
            ("predictions", Linear(4 * 7 * 7, PracticeImages.Classes))
        );
        if (seed is { } number)
        {
            var random = new Random(number);
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            foreach (var parameter in model.parameters())
            {
                parameter.copy_(
                    tensor(
                        [.. Enumerable.Range(0, (int)parameter.numel()).Select(_ => (random.NextSingle() - 0.5f) * 0.4f)],
                        parameter.shape
                    )
                );
            }
        }

        return model;
    }

    /// <param name="model">A network with weights.</param>
    /// <param name="which">It, at the beginning of a sentence.</param>
    /// <exception cref="WrongAnswerException">It was disposed of.</exception>
    public static void ThrowIfFreed(Module<Tensor, Tensor> model, string which)
    {
        // TorchSharp takes the parameters out of a layer that is disposed of (seen with 0.107.0).
        if (!model.parameters().Any() && model.modules().Any(layer => layer is TorchSharp.Modules.Linear or TorchSharp.Modules.Conv2d))
        {
            throw new WrongAnswerException(
                "A network that can be used afterwards.",
                $"{which} was freed: its weights are gone.",
                "`using` and `Dispose()` free a network: leave them out."
            );
        }
    }

    /// <summary>All weights in one row.</summary>
    public static float[] Weights(Module<Tensor, Tensor> model)
    {
        using var scope = NewDisposeScope();
        return
        [
            .. model
                .parameters()
                .SelectMany(parameter => parameter.detach().cpu().to(ScalarType.Float32).flatten().data<float>().ToArray()),
        ];
    }

    /// <summary>All gradients in one row; null if no weight has one.</summary>
    public static float[]? Gradient(Module<Tensor, Tensor> model)
    {
        using var scope = NewDisposeScope();
        var parts = model.parameters().Select(parameter => (Size: (int)parameter.numel(), parameter.grad)).ToList();
        return parts.TrueForAll(part => part.grad is null)
            ? null
            : [.. parts.SelectMany(part => part.grad is null ? new float[part.Size] : part.grad.flatten().data<float>().ToArray())];
    }

    public static void Copy(Module<Tensor, Tensor> from, Module<Tensor, Tensor> to)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (source, target) in from.parameters().Zip(to.parameters()))
        {
            target.copy_(source);
        }
    }
}
