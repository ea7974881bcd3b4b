using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Compares what the learner's network computes with what the network of step 2 computes from the same weights, however it is
/// written.</summary>
internal static class ThreeBlockBehaviour
{
    /// <summary>How far apart two logits may be through rounding.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>How far apart the logits are in evaluation mode; null if the weights have other shapes and cannot be compared.</summary>
    /// <param name="model">The learner's network.</param>
    /// <param name="replaced">A layer that the reference network has instead of its own.</param>
    public static double? Distance(Module<Tensor, Tensor> model, (string Name, Module<Tensor, Tensor> Layer)? replaced = null)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var reference = ThreeBlockLayers.Create(replaced);
        var weights = ByName(model);
        foreach (var (name, parameter) in reference.named_parameters())
        {
            if (weights is null || !weights.TryGetValue(name, out var own) || !own.shape.SequenceEqual(parameter.shape))
            {
                return null;
            }

            parameter.copy_(own);
        }

        reference.eval();
        model.eval();
        var images = Images();
        var (output, failure) = Attempt.Of(() => model.call(images));
        return failure is null && output!.shape.SequenceEqual([6, 10])
            ? (reference.call(images) - output).abs().max().to(ScalarType.Float64).item<double>()
            : null;
    }

    /// <summary>The layer without weights that was replaced, found by replacing each in the reference network in turn; null if none gives
    /// the same logits.</summary>
    public static (string Name, string Instead)? Replaced(Module<Tensor, Tensor> model)
    {
        foreach (var name in ThreeBlockLayers.Names)
        {
            foreach (var (instead, layer) in ThreeBlockLayers.Instead(name))
            {
                if (Distance(model, (name, layer)) < Tolerance)
                {
                    return (name, instead);
                }
            }
        }

        return null;
    }

    /// <summary>Checks the dropout. The last layer is set to pass on ten of its inputs, plus one, and its outputs in training mode are
    /// compared with those in evaluation mode.</summary>
    /// <param name="model">A network that computes the right logits in evaluation mode; its last weights are overwritten.</param>
    /// <exception cref="WrongAnswerException">Not half of what reaches the last layer is dropped, or not only that.</exception>
    public static void ThrowIfDropoutDiffers(Module<Tensor, Tensor> model)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var weights = ByName(model)!;
        weights["predictions.weight"].zero_();
        weights["predictions.bias"].copy_(ones(10));
        var images = PracticeImages.Numbered(12, seed: 5).ToImageTensor();
        var pairs = new List<(double Full, double Now)>();
        for (var unit = 0; unit < 120 && pairs.Count < 400; unit += 10)
        {
            using var pass = NewDisposeScope();
            var row = new float[10, 128];
            for (var i = 0; i < 10; i++)
            {
                row[i, unit + i] = 1;
            }

            weights["predictions.weight"].copy_(tensor(row));
            model.eval();
            var full = model.call(images).flatten().data<float>().ToArray().Select(logit => logit - 1);
            model.train();
            var now = model.call(images).flatten().data<float>().ToArray();
            pairs.AddRange(full.Zip(now).Where(pair => pair.First > 1e-3f).Select(pair => ((double)pair.First, (double)pair.Second)));
        }

        Judge(pairs);
    }

    private static void Judge(List<(double Full, double Now)> pairs)
    {
        const string Expected = "One dropout, between fc1_relu and predictions, which switches off half of the values in training.";
        const string Cure = "Keep `(\"dropout\", Dropout(0.5))`, and add no other.";
        if (pairs.Count < 50)
        {
            // By chance nearly all units give 0 with these random weights: dropout cannot be seen.
            return;
        }

        if (pairs.TrueForAll(pair => Near(pair.Now, pair.Full + 1)))
        {
            throw new WrongAnswerException(
                Expected,
                "In training the network gives the same answer twice: nothing is dropped out.",
                "Keep `(\"dropout\", Dropout(0.5))`; written as a function, it needs `training` of the network."
            );
        }

        if (pairs.Exists(pair => pair.Now == 0))
        {
            throw new WrongAnswerException(
                Expected,
                $"In training {pairs.Count(pair => pair.Now == 0) / (double)pairs.Count:P0} of the logits are zero: a dropout stands "
                    + "after the last "
                    + "layer.",
                "What the last layer gives is the answer, and none of it may be switched off: a dropout stands before `predictions`. "
                    + Cure
            );
        }

        var off = pairs.Count(pair => Near(pair.Now, 1)) / (double)pairs.Count;
        var kept = pairs.Where(pair => !Near(pair.Now, 1)).Select(pair => (pair.Now - 1) / pair.Full).ToList();
        var spread = kept.Count == 0 ? 0 : kept.Max() - kept.Min();
        if (spread > 0.02)
        {
            throw new WrongAnswerException(
                Expected,
                $"In training what reaches the last layer is between {kept.Min():0.00} and {kept.Max():0.00} times what it is without "
                    + "dropout: a "
                    + "dropout or a layer like it works earlier in the network too.",
                "Only one dropout, after fc1_relu: the convolutions and fc1 get all that came before. " + Cure
            );
        }

        if (Math.Abs(off - 0.5) > 0.1)
        {
            throw new WrongAnswerException(
                Expected,
                off > 0.68 && off < 0.82
                    ? $"In training {off:P0} of the values are switched off: two dropouts each switch off half of them."
                    : $"In training {off:P0} of the values are switched off.",
                "What follows the third block stays as it is: one `Dropout(0.5)`."
            );
        }
    }

    /// <summary>The weights by the last part of their layers' names; null if one is missing.</summary>
    private static Dictionary<string, Tensor>? ByName(Module<Tensor, Tensor> model)
    {
        var found = new Dictionary<string, Tensor>();
        foreach (var (name, parameter) in model.named_parameters())
        {
            var parts = name.Split('.');
            found[string.Join('.', parts[^Math.Min(2, parts.Length)..])] = parameter;
        }

        return found.Count == model.named_parameters().Count() ? found : null;
    }

    private static Tensor Images() =>
        cat([PracticeImages.Numbered(3, seed: 3).ToImageTensor(), PracticeImages.Quarters(3, seed: 4).ToImageTensor()]);

    private static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-4 * Math.Max(1, Math.Abs(b));
}
