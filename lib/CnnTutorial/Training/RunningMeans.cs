using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Sums loss and metrics over batches on the device, so that no step has to wait for a number to be copied.</summary>
internal sealed class RunningMeans : IDisposable
{
    private readonly IReadOnlyList<Metric> _metrics;

    /// <summary><c>[1 + metrics]</c>: the sum of losses, then of each metric, over samples.</summary>
    private readonly Tensor _sums;

    public RunningMeans(IReadOnlyList<Metric> metrics, Device device)
    {
        _metrics = metrics;
        _sums = zeros(1 + metrics.Count, ScalarType.Float32, device).DetachFromDisposeScope();
    }

    /// <summary>The samples so far.</summary>
    public int Count { get; private set; }

    public void Reset()
    {
        _sums.zero_();
        Count = 0;
    }

    /// <summary>Adds a batch; the last may be smaller than the others, so its mean loss counts by its size.</summary>
    public void Add(Tensor logits, Tensor labels, Tensor meanLoss)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var count = labels.shape[0];
        var values = _metrics
            .Select(metric => metric.Values(logits, labels).to(ScalarType.Float32).sum())
            .Prepend(meanLoss.Times(count))
            .ToArray();
        _sums.AddInPlace(stack(values));
        Count += (int)count;
    }

    public Evaluation Means()
    {
        using var scope = NewDisposeScope();
        var sums = _sums.cpu().data<float>().ToArray();
        var metrics = _metrics
            .Select((metric, i) => (metric.Name, Mean: Mean(sums[i + 1])))
            .ToDictionary(pair => pair.Name, pair => pair.Mean);
        return new Evaluation(Mean(sums[0]), metrics, Count);
    }

    public void Dispose() => _sums.Dispose();

    private double Mean(double sum) => Count == 0 ? double.NaN : sum / Count;
}
