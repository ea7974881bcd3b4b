namespace CnnTutorial.Tests.Training;

public sealed class MetricsReportTests
{
    [Fact]
    public void It_survives_saving_and_loading_and_names_what_is_missing()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "metrics.json");
        Assert.Contains(
            "write it with report.Save(path), or correct the path",
            Assert.Throws<FileNotFoundException>(() => MetricsReport.Load(path)).Message,
            StringComparison.Ordinal
        );
        var (train, test) = (HistoryTests.Sample.Last.Train, HistoryTests.Sample.Last.Validation!);

        var report = MetricsReport.Of(Dataset, Accelerator.Detect(), HistoryTests.Sample, train, test);
        report.Save(path);

        Assert.Equal(report, MetricsReport.Load(path));
        Assert.Equal((0.9712, 1.75, 2, true), (report.TestAccuracy, report.SecondsPerEpoch, report.Epochs, report.IsSample));
        Assert.Contains("\"testAccuracy\": 0.9712", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_how_many_images_each_split_had_and_which_rate_was_kept_and_why()
    {
        var (first, second) = (History(0.01, 0.9712), History(0.001, 0.98765));
        var (train, validation) = (Evaluation(40, 0.99), Evaluation(8, 0.98765));

        var report = MetricsReport.Of(Dataset, Accelerator.Detect(), [first, second], kept: second, train, validation);

        Assert.Equal((40, 8, 2, 0.001), (report.TrainCount, report.ValidationCount, report.TestCount, report.LearningRate));
        Assert.Equal((0.98765, null), (report.ValidationAccuracy, report.TestAccuracy));
        Assert.Equal(
            "validation accuracy after the last epoch: 97.12 % at 0.01, 98.77 % at 0.001; none did better than 0.001",
            report.LearningRateReason
        );
        Assert.EndsWith(
            "0.01 was kept although 0.001 did better",
            MetricsReport.Of(Dataset, Accelerator.Detect(), [first, second], kept: first, train, validation).LearningRateReason,
            StringComparison.Ordinal
        );
        Assert.Null(MetricsReport.Of(Dataset, Accelerator.Detect(), [first], kept: first, train, validation).LearningRateReason);
    }

    [Fact]
    public void A_choice_that_the_figures_do_not_bear_out_is_refused()
    {
        var (first, second) = (History(0.01, 0.97), History(0.001, 0.98));
        var figures = Evaluation(8, 0.98);
        Assert.Contains(
            "not one of those that were tried",
            Assert
                .Throws<ArgumentException>(() => MetricsReport.Of(Dataset, Accelerator.Detect(), [first], second, figures, figures))
                .Message,
            StringComparison.Ordinal
        );
        var blind = first with { Epochs = [first.Last with { Validation = null }] };
        Assert.Contains(
            "without validation images",
            Assert
                .Throws<ArgumentException>(() => MetricsReport.Of(Dataset, Accelerator.Detect(), [blind], blind, figures, figures))
                .Message,
            StringComparison.Ordinal
        );
    }

    private static readonly ImageDataset Dataset = new()
    {
        Name = "Toy",
        Train = Toy.Images(4, 1),
        Test = Toy.Images(2, 1),
        ClassNames = ["a", "b", "c", "d"],
        Source = new DatasetSource(DatasetSourceKind.Bundled, "made for a test", null),
        License = "none",
        Citation = "none",
    };

    private static Evaluation Evaluation(int count, double accuracy) =>
        new(0.1, new Dictionary<string, double> { [Metric.Accuracy.Name] = accuracy }, count);

    private static History History(double rate, double accuracy) =>
        new([new EpochResult(1, Evaluation(40, accuracy), Evaluation(8, accuracy), 1)], rate, 32);
}
