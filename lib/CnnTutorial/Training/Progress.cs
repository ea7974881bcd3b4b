using System.Text;

namespace CnnTutorial;

/// <summary>Shows training as it goes: a moving bar in a notebook, one line per epoch in a console. <see cref="Trainer"/> adds it by
/// itself.</summary>
public sealed class Progress : Callback
{
    private readonly List<string> _lines = [];
    private ProgressBar? _bar;
    private double _secondsPerEpoch;

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingState state)
    {
        _lines.Clear();
        _secondsPerEpoch = 0;
        _bar = new ProgressBar($"Epoch {Math.Min(state.Finished.Count + 1, state.Epochs)}/{state.Epochs}");
    }

    /// <inheritdoc/>
    public override void OnBatchEnd(TrainingState state) => _bar?.Report(Fraction(state), () => RunningLine(state), Finished);

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochResult result)
    {
        _secondsPerEpoch = result.Seconds;
        var line = EpochLine(state, result);
        _lines.Add(line);
        if (_bar?.IsLive == false)
        {
            Console.WriteLine(line);
        }
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingState state, History history)
    {
        var last = history.StoppedBecause ?? Summary(history.Epochs.Count, history.Epochs.Sum(epoch => epoch.Seconds));
        // The lines of the epochs are removed, since the history that Fit returns shows them as a table.
        _bar?.Finish(history.Epochs.Count == state.Epochs ? 1 : Fraction(state), last);
    }

    internal static string Summary(int epochs, double seconds) => $"{epochs} {(epochs == 1 ? "epoch" : "epochs")} in {Duration(seconds)}";

    private static double Fraction(TrainingState state) => (state.Epoch - 1 + ((double)state.Batch / state.Batches)) / state.Epochs;

    private string RunningLine(TrainingState state)
    {
        var running = state.Running;
        var speed = state.ImagesDone / state.EpochTime.TotalSeconds;
        var line = new StringBuilder(
            $"Epoch {state.Epoch}/{state.Epochs} · batch {state.Batch}/{state.Batches} · loss {running.Loss:0.0000}"
        );
        foreach (var (name, value) in running.Metrics)
        {
            line.Append($" · {name} {Evaluation.TextOf(name, value)}");
        }

        // Before the first epoch is over its own speed is the best guess.
        var perEpoch = _secondsPerEpoch > 0 ? _secondsPerEpoch : state.Images / speed;
        var left = perEpoch * (state.Epochs - state.Epoch + 1 - ((double)state.Batch / state.Batches));
        return line.Append($" · {speed:N0} images/s · {Duration(left)} left").ToString();
    }

    private static string EpochLine(TrainingState state, EpochResult result)
    {
        var line = new StringBuilder(
            $"Epoch {result.Epoch}/{state.Epochs}: {result.Seconds:0.0} s, {result.ImagesPerSecond:N0} images/s, "
        ).Append(Numbers("", result.Train));
        return result.Validation is null ? line.ToString() : line.Append("; ").Append(Numbers("validation ", result.Validation)).ToString();
    }

    private static string Numbers(string prefix, Evaluation evaluation) =>
        string.Join(
            ", ",
            evaluation
                .Metrics.Select(metric => $"{prefix}{metric.Key} {Evaluation.TextOf(metric.Key, metric.Value)}")
                .Prepend($"{prefix}loss {evaluation.Loss:0.0000}")
        );

    private string Finished() => string.Join('\n', _lines);

    private static string Duration(double seconds) => seconds < 60 ? $"{seconds:0} s" : $"{(int)(seconds / 60)} min {seconds % 60:00} s";
}
