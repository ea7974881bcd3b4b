using System.Text.Json;

namespace CnnTutorial;

/// <summary>The figures of a training run as a file, <c>artifacts/mnist/metrics.json</c>, for scripts and for comparing runs.</summary>
public sealed record MetricsReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The data set's name.</summary>
    public required string Dataset { get; init; }

    /// <summary>Which copy of it was found.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it was the bundled sample and not the whole data set.</summary>
    public required bool IsSample { get; init; }

    /// <summary>Images trained on.</summary>
    public required int TrainCount { get; init; }

    /// <summary>Images tested on.</summary>
    public required int TestCount { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>The finished epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>The optimizer's learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Images a batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The median over epochs.</summary>
    public required double SecondsPerEpoch { get; init; }

    /// <summary>The median over epochs.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>The mean loss over the training images after the last epoch, dropout off.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>The share of training images classified rightly after the last epoch, dropout off, in [0, 1].</summary>
    public required double TrainAccuracy { get; init; }

    /// <summary>The mean loss over the test images.</summary>
    public required double TestLoss { get; init; }

    /// <summary>The share of test images classified rightly, in [0, 1].</summary>
    public required double TestAccuracy { get; init; }

    /// <summary>Gathers the figures.</summary>
    /// <param name="dataset">What was trained on.</param>
    /// <param name="accelerator">Where.</param>
    /// <param name="history">How it went.</param>
    /// <param name="train">The trained network on the training split.</param>
    /// <param name="test">The trained network on the test split.</param>
    public static MetricsReport Of(ImageDataset dataset, Accelerator accelerator, History history, Evaluation train, Evaluation test) =>
        new()
        {
            Dataset = dataset.Name,
            Source = dataset.Source.Description,
            IsSample = dataset.Source.IsSample,
            TrainCount = train.Count,
            TestCount = test.Count,
            Device = $"{accelerator.Type}: {accelerator.Name}",
            Epochs = history.Epochs.Count,
            LearningRate = history.LearningRate,
            BatchSize = history.BatchSize,
            SecondsPerEpoch = Median(history.Epochs.Select(epoch => epoch.Seconds)),
            ImagesPerSecond = Median(history.Epochs.Select(epoch => epoch.ImagesPerSecond)),
            TrainLoss = train.Loss,
            TrainAccuracy = train.Accuracy,
            TestLoss = test.Loss,
            TestAccuracy = test.Accuracy,
        };

    /// <summary>Reads a report.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no report.</exception>
    public static MetricsReport Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There are no metrics at {path}; run notebook 05-train first, which writes them.", path);
        }

        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<MetricsReport>(stream, Json)!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path} does not hold a run's metrics ({e.Message.Split('.')[0]}); delete it and run notebook 05-train again.",
                e
            );
        }
    }

    /// <summary>Writes the report; an older file stays whole until the new one is.</summary>
    /// <param name="path">The file.</param>
    public void Save(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
