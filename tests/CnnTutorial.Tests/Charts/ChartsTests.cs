using System.Text.Json;
using CnnTutorial.Tests.Training;
using Microsoft.Data.Analysis;
using TorchSharp;
using XPlot.Plotly;

namespace CnnTutorial.Tests.Charts;

public sealed class ChartsTests
{
    private static readonly string[] Names = ["zero", "one", "two & three", "four"];

    [Fact]
    public void An_image_grid_holds_each_image_and_its_label()
    {
        var split = Toy.Images(5, 1);
        var (data, layout) = ChartParts.Of(CnnTutorial.Charts.ImageGrid(split, [4, 0], Names, columns: 2));
        var z = data[0].GetProperty("z");
        // Images lie 12 units apart (8 pixels and a gap of 4), 2 from the left edge and 7 from the top.
        Assert.Equal(split.Image(4)[0], z[7][2].GetInt32());
        Assert.Equal(split.Image(0)[9], z[8][15].GetInt32());
        Assert.Equal(JsonValueKind.Null, z[7][0].ValueKind);
        Assert.Equal(
            [Encoded(Names[split.Labels[4]]), Encoded(Names[split.Labels[0]])],
            layout.GetProperty("annotations").EnumerateArray().Select(annotation => annotation.GetProperty("text").GetString())
        );
    }

    [Fact]
    public void A_prediction_grid_names_answer_probability_and_truth_in_the_right_colour()
    {
        var split = new ImageSplit(new byte[3 * 64], [1, 0, 0], 8, 8);
        var predictions = new Predictions([0.1f, 0.9f, 0.2f, 0.8f, 0.55f, 0.45f], 2);
        var (data, layout) = ChartParts.Of(CnnTutorial.Charts.PredictionGrid(split, predictions, [0, 1, 2], ["Zero", "One"]));
        var titles = layout
            .GetProperty("annotations")
            .EnumerateArray()
            .Where(annotation => annotation.GetProperty("text").GetString()!.Contains('%', StringComparison.Ordinal))
            .ToList();
        Assert.Equal(["One 90% (One)", "One 80% (Zero)", "Zero 55% (Zero)"], titles.Select(title => title.GetProperty("text").GetString()));
        Assert.Equal(["@right", "@wrong", "@right"], titles.Select(title => title.GetProperty("font").GetProperty("color").GetString()));
        Assert.Equal([-0.8, -7.2], data[1].GetProperty("y").EnumerateArray().Take(2).Select(height => Math.Round(height.GetDouble(), 4)));
    }

    [Fact]
    public void The_learning_curve_has_percent_on_the_left_and_loss_on_the_right()
    {
        var (data, layout) = ChartParts.Of(CnnTutorial.Charts.LearningCurve(HistoryTests.Sample));
        Assert.Equal(4, data.GetArrayLength());
        Assert.Equal([95, 97.12], data[1].GetProperty("y").EnumerateArray().Select(y => Math.Round(y.GetDouble(), 6)));
        Assert.Equal("y2", data[2].GetProperty("yaxis").GetString());
        Assert.Equal("right", layout.GetProperty("yaxis2").GetProperty("side").GetString());
    }

    [Fact]
    public void Two_trainings_are_compared_in_one_figure()
    {
        var (data, layout) = ChartParts.Of(
            CnnTutorial.Charts.CompareLearning(("1e-2", HistoryTests.Sample), ("1e-3", HistoryTests.Sample))
        );
        Assert.Equal(
            [("1e-2", "y", true), ("1e-3", "y", true), ("1e-2", "y2", false), ("1e-3", "y2", false)],
            data.EnumerateArray()
                .Select(trace =>
                    (
                        trace.GetProperty("name").GetString(),
                        trace.GetProperty("yaxis").GetString(),
                        trace.GetProperty("showlegend").GetBoolean()
                    )
                )
        );
        // The accuracies stand above the losses, and nothing of them overlaps.
        Assert.True(
            layout.GetProperty("yaxis").GetProperty("domain")[0].GetDouble()
                > layout.GetProperty("yaxis2").GetProperty("domain")[1].GetDouble()
        );
        Assert.False(layout.GetProperty("yaxis2").TryGetProperty("overlaying", out _));
    }

    [Theory]
    [InlineData(20, "lines+markers")]
    [InlineData(60, "lines")]
    public void Curves_of_many_epochs_have_no_markers(int epochs, string mode)
    {
        var many = HistoryTests.Sample with
        {
            Epochs = [.. Enumerable.Range(1, epochs).Select(epoch => HistoryTests.Sample.Epochs[0] with { Epoch = epoch })],
        };
        var (data, layout) = ChartParts.Of(CnnTutorial.Charts.LearningCurve(many));
        Assert.All(data.EnumerateArray(), trace => Assert.Equal(mode, trace.GetProperty("mode").GetString()));
        Assert.Equal(epochs == 20, layout.GetProperty("xaxis").TryGetProperty("dtick", out _));
    }

    [Fact]
    public void A_histogram_counts_every_value_once()
    {
        using var values = torch.tensor(new[] { 0f, 0f, 0.5f, 1f, 1f, 1f });
        var (data, _) = ChartParts.Of(CnnTutorial.Charts.Histogram(values, "t", "x", bins: 2));
        Assert.Equal([2, 4], data[0].GetProperty("y").EnumerateArray().Select(y => y.GetInt32()));
        Assert.Equal([0.25, 0.75], data[0].GetProperty("x").EnumerateArray().Select(x => x.GetDouble()));
    }

    [Fact]
    public void Class_balance_has_a_bar_for_each_class_and_split()
    {
        var frame = new DataFrame(
            new StringDataFrameColumn("Class", Names),
            new PrimitiveDataFrameColumn<int>("Training", [4, 3, 2, 1]),
            new PrimitiveDataFrameColumn<int>("Test", [1, 1, 1, 1])
        );
        var (data, _) = ChartParts.Of(CnnTutorial.Charts.ClassBalance(frame));
        Assert.Equal(["Training", "Test"], data.EnumerateArray().Select(trace => trace.GetProperty("name").GetString()));
        Assert.Equal([4, 3, 2, 1], data[0].GetProperty("y").EnumerateArray().Select(y => y.GetInt32()));
    }

    [Fact]
    public void The_confusion_matrix_writes_every_count()
    {
        var matrix = ConfusionMatrix.Of([0, 1, 1], new Predictions([0.9f, 0.1f, 0.2f, 0.8f, 0.6f, 0.4f], 2));
        var (_, layout) = ChartParts.Of(CnnTutorial.Charts.Confusion(matrix, ["a", "b"]));
        Assert.Equal(
            ["1", "0", "1", "1"],
            layout.GetProperty("annotations").EnumerateArray().Select(annotation => annotation.GetProperty("text").GetString())
        );
    }

    private static string Encoded(string text) => System.Net.WebUtility.HtmlEncode(text);
}
