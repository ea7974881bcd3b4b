using System.Globalization;
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

    /// <summary>Images with which the settings were chosen: neither trained on nor tested on.</summary>
    public int ValidationCount { get; init; }

    /// <summary>Images of the test split.</summary>
    public required int TestCount { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>The finished epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>The learning rate of the network that was kept.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Why that rate was kept, with the figures of all that were tried; null if only one was tried.</summary>
    public string? LearningRateReason { get; init; }

    /// <summary>Images per batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The median over epochs.</summary>
    public required double SecondsPerEpoch { get; init; }

    /// <summary>The median over epochs.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>The mean loss over the training images after the last epoch, dropout off.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>The share of training images classified rightly after the last epoch, dropout off, in [0, 1].</summary>
    public required double TrainAccuracy { get; init; }

    /// <summary>The mean loss over the validation images after the last epoch; null if there were none.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>The share of validation images classified rightly after the last epoch, in [0, 1]; null if there were none.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>The mean loss over the test images; null until the test split was opened.</summary>
    public double? TestLoss { get; init; }

    /// <summary>The share of test images classified rightly, in [0, 1]; null until the test split was opened.</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>Gathers the figures of a training whose settings were chosen with a validation split. The test figures stay empty until
    /// the test split is opened: <c>report with { TestLoss = …, TestAccuracy = … }</c>.</summary>
    /// <param name="dataset">What was trained on.</param>
    /// <param name="accelerator">Where.</param>
    /// <param name="tried">All trainings, each with validation after every epoch.</param>
    /// <param name="kept">The one of <paramref name="tried"/> whose network was kept.</param>
    /// <param name="train">The kept network on the training split.</param>
    /// <param name="validation">The kept network on the validation split.</param>
    /// <exception cref="ArgumentException"><paramref name="kept"/> is not one of <paramref name="tried"/>, or one of these has no
    /// validation figures.</exception>
    public static MetricsReport Of(
        ImageDataset dataset,
        Accelerator accelerator,
        IReadOnlyList<History> tried,
        History kept,
        Evaluation train,
        Evaluation validation
    )
    {
        if (!tried.Any(history => ReferenceEquals(history, kept)))
        {
            throw new ArgumentException("The kept training is not one of those that were tried; add it to the list.", nameof(kept));
        }

        if (tried.Any(history => history.Last.Validation is null))
        {
            throw new ArgumentException(
                "A training was tried without validation images, so nothing can say which is better; call Fit with validation: validation.",
                nameof(tried)
            );
        }

        return Begin(dataset, accelerator, kept, train) with
        {
            ValidationCount = validation.Count,
            ValidationLoss = validation.Loss,
            ValidationAccuracy = validation.Accuracy,
            LearningRateReason = tried.Count > 1 ? Reason(tried, kept) : null,
        };
    }

    /// <summary>Gathers the figures of a training without a validation split.</summary>
    /// <param name="dataset">What was trained on.</param>
    /// <param name="accelerator">Where.</param>
    /// <param name="history">How it went.</param>
    /// <param name="train">The trained network on the training split.</param>
    /// <param name="test">The trained network on the test split.</param>
    public static MetricsReport Of(ImageDataset dataset, Accelerator accelerator, History history, Evaluation train, Evaluation test) =>
        Begin(dataset, accelerator, history, train) with
        {
            TestLoss = test.Loss,
            TestAccuracy = test.Accuracy,
        };

    private static MetricsReport Begin(ImageDataset dataset, Accelerator accelerator, History history, Evaluation train) =>
        new()
        {
            Dataset = dataset.Name,
            Source = dataset.Source.Description,
            IsSample = dataset.Source.IsSample,
            TrainCount = train.Count,
            TestCount = dataset.Test.Count,
            Device = $"{accelerator.Type}: {accelerator.Name}",
            Epochs = history.Epochs.Count,
            LearningRate = history.LearningRate,
            BatchSize = history.BatchSize,
            SecondsPerEpoch = Median(history.Epochs.Select(epoch => epoch.Seconds)),
            ImagesPerSecond = Median(history.Epochs.Select(epoch => epoch.ImagesPerSecond)),
            TrainLoss = train.Loss,
            TrainAccuracy = train.Accuracy,
        };

    private static string Reason(IReadOnlyList<History> tried, History kept)
    {
        var figures = string.Join(", ", tried.Select(history => $"{Percent(history)} at {Rate(history)}"));
        var best = tried.MaxBy(history => history.Last.Validation!.Accuracy)!;
        return best.Last.Validation!.Accuracy > kept.Last.Validation!.Accuracy
            ? $"validation accuracy after the last epoch: {figures}; {Rate(kept)} was kept although {Rate(best)} did better"
            : $"validation accuracy after the last epoch: {figures}; none did better than {Rate(kept)}";
    }

    private static string Rate(History history) => history.LearningRate.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Percent(History history) =>
        (100 * history.Last.Validation!.Accuracy).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    /// <summary>Reads a report.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not a report.</exception>
    public static MetricsReport Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There are no metrics at {path}; {CourseFile.HowToMake(path, "report.Save(path)")}.", path);
        }

        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<MetricsReport>(stream, Json)!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path} does not hold a run's metrics ({e.Message.Split('.')[0]}); delete it and "
                    + $"{CourseFile.HowToMake(path, "report.Save(path)")}.",
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
