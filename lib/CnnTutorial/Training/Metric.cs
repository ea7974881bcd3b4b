using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>A number that says how good a network is. It is only reported; the network learns from the loss.</summary>
/// <param name="Name">What it is called in tables and charts.</param>
/// <param name="Values">From logits <c>[N, classes]</c> and labels <c>[N]</c> (int64) to one value per sample, <c>[N]</c>; the metric is
/// their mean.</param>
public sealed record Metric(string Name, Func<Tensor, Tensor, Tensor> Values)
{
    /// <summary>The share of samples whose largest logit is at their label, in [0, 1].</summary>
    public static Metric Accuracy { get; } = new("accuracy", (logits, labels) => logits.argmax(1).eq(labels));
}
