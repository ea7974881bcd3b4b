namespace CnnTutorial.Tests.Training;

public sealed class MetricsReportTests
{
    [Fact]
    public void It_survives_saving_and_loading_and_names_what_is_missing()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "metrics.json");
        Assert.Contains("05-train", Assert.Throws<FileNotFoundException>(() => MetricsReport.Load(path)).Message, StringComparison.Ordinal);
        var dataset = new ImageDataset
        {
            Name = "Toy",
            Train = Toy.Images(4, 1),
            Test = Toy.Images(2, 1),
            ClassNames = ["a", "b", "c", "d"],
            Source = new DatasetSource(DatasetSourceKind.Bundled, "made for a test", null),
            License = "none",
            Citation = "none",
        };
        var (train, test) = (HistoryTests.Sample.Last.Train, HistoryTests.Sample.Last.Validation!);

        var report = MetricsReport.Of(dataset, Accelerator.Detect(), HistoryTests.Sample, train, test);
        report.Save(path);

        Assert.Equal(report, MetricsReport.Load(path));
        Assert.Equal((0.9712, 1.75, 2, true), (report.TestAccuracy, report.SecondsPerEpoch, report.Epochs, report.IsSample));
        Assert.Contains("\"testAccuracy\": 0.9712", File.ReadAllText(path), StringComparison.Ordinal);
    }
}
