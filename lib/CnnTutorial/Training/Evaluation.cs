using System.Text.Json.Serialization;

namespace CnnTutorial;

/// <summary>A network's loss and metrics over some images.</summary>
/// <param name="Loss">The mean loss of a sample.</param>
/// <param name="Metrics">The mean of each metric, by name.</param>
/// <param name="Count">The number of samples.</param>
public sealed record Evaluation(double Loss, IReadOnlyDictionary<string, double> Metrics, int Count) : IHtmlDisplay
{
    /// <summary>The metric "accuracy", in [0, 1].</summary>
    /// <exception cref="KeyNotFoundException">The trainer was made without it.</exception>
    [JsonIgnore]
    public double Accuracy => Metrics[Metric.Accuracy.Name];

    /// <inheritdoc/>
    public string ToHtml() => Html.Table("", Headers, [Row]);

    /// <inheritdoc/>
    public override string ToString() => Html.PlainTable("", Headers, [Row]);

    private List<string> Headers => ["Images", "Loss", .. Metrics.Keys.Select(name => char.ToUpperInvariant(name[0]) + name[1..])];

    private List<string> Row => [$"{Count:N0}", $"{Loss:0.0000}", .. Metrics.Select(metric => TextOf(metric.Key, metric.Value))];

    /// <summary>A metric as text: accuracy in percent.</summary>
    internal static string TextOf(string name, double value) => name == Metric.Accuracy.Name ? $"{100 * value:0.00} %" : $"{value:0.0000}";
}
