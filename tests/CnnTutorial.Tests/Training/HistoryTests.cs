namespace CnnTutorial.Tests.Training;

public sealed class HistoryTests
{
    internal static readonly History Sample = new(
        [new EpochResult(1, Of(0.5, 0.85, 100), Of(0.2, 0.95, 50), 2), new EpochResult(2, Of(0.25, 0.925, 100), Of(0.1, 0.9712, 50), 1.5)],
        0.01,
        32
    );

    [Fact]
    public void It_shows_itself_as_a_table_in_html_and_in_plain_text()
    {
        Assert.Contains("<td class=\"number\">97.12 %</td>", Sample.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("2  0.2500   92.50 %", Sample.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_survives_saving_and_loading()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "history.json");
        Sample.Save(path);
        Assert.Equal(Sample.ToString(), History.Load(path).ToString());
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_history_without_an_epoch_and_one_without_accuracy_survive_too()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "history.json");
        var own = new Evaluation(0.5, new Dictionary<string, double> { ["top two"] = 0.9 }, 100);
        foreach (var history in (History[])[new([], 0.01, 32, "Stopped."), new([new EpochResult(1, own, null, 2)], 0.01, 32)])
        {
            history.Save(path);
            Assert.Equal(history.ToString(), History.Load(path).ToString());
        }
    }

    [Fact]
    public void What_is_no_history_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "history.json");
        Assert.Contains(
            "write it with history.Save(path), or correct the path",
            Assert.Throws<FileNotFoundException>(() => History.Load(path)).Message,
            StringComparison.Ordinal
        );
        File.WriteAllText(path, "{\"epochs\": [");
        Assert.Contains(
            "is not a training history",
            Assert.Throws<InvalidDataException>(() => History.Load(path)).Message,
            StringComparison.Ordinal
        );
        File.WriteAllText(path, "{}");
        Assert.Contains(
            "is not a training history",
            Assert.Throws<InvalidDataException>(() => History.Load(path)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_training_stopped_in_its_first_epoch_has_no_last_result_and_says_so() =>
        Assert.Contains(
            "before its first epoch",
            Assert.Throws<InvalidOperationException>(() => new History([], 0.01, 32, "Stopped.").Last).Message,
            StringComparison.Ordinal
        );

    private static Evaluation Of(double loss, double accuracy, int count) =>
        new(loss, new Dictionary<string, double> { ["accuracy"] = accuracy }, count);
}
