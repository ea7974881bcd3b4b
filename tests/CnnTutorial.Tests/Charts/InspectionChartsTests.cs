using System.Text.Json;
using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Charts;

[Collection(TorchRandom.Name)]
public sealed class InspectionChartsTests
{
    [Fact]
    public void Every_number_of_every_map_stands_between_its_edges_and_zero_is_the_middle_of_the_scale()
    {
        using var scope = NewDisposeScope();
        // Maps of 2 rows and 3 columns: 0 to 5, then 0 to -5, then 10 to 15.
        var maps = stack([arange(6), -arange(6), arange(10, 16)]).reshape(3, 2, 3);
        var (data, layout) = ChartParts.Of(CnnTutorial.Charts.FeatureMaps(maps, "t", columns: 2));
        var trace = data[0];
        Assert.Equal((-15, 15), (trace.GetProperty("zmin").GetDouble(), trace.GetProperty("zmax").GetDouble()));
        var z = trace.GetProperty("z");
        Assert.Equal((5, 7), (z.GetArrayLength(), z[0].GetArrayLength()));
        double?[] Row(int row) =>
            [.. z[row].EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Null ? default(double?) : value.GetDouble())];
        Assert.Equal([0, 1, 2, null, 0, -1, -2], Row(0));
        Assert.Equal([3, 4, 5, null, -3, -4, -5], Row(1));
        Assert.Equal([null, null, null, null, null, null, null], Row(2));
        Assert.Equal([10, 11, 12, null, null, null, null], Row(3));
        var (x, y) = (Numbers(trace, "x"), Numbers(trace, "y"));
        Assert.Equal((8, 6), (x.Length, y.Length));
        // Each map is 28 wide and high, whatever its numbers, with a frame around it and its number above.
        var frames = layout.GetProperty("shapes").EnumerateArray().ToList();
        Assert.Equal([(x[0], x[3], y[0], y[2]), (x[4], x[7], y[0], y[2]), (x[0], x[3], y[3], y[5])], frames.Select(Edges));
        Assert.All(frames.Select(Edges), frame => Assert.Equal((28, 28), (frame.Item2 - frame.Item1, frame.Item4 - frame.Item3)));
        Assert.Equal(
            ["0", "1", "2"],
            layout.GetProperty("annotations").EnumerateArray().Select(annotation => annotation.GetProperty("text").GetString())
        );
    }

    [Fact]
    public void A_kernel_stands_to_the_left_of_its_map_on_a_scale_of_its_own()
    {
        using var scope = NewDisposeScope();
        var (data, layout) = ChartParts.Of(CnnTutorial.Charts.FeatureMaps(ones(2, 4, 4), "t", 0.001 * arange(18).reshape(2, 1, 3, 3)));
        Assert.Equal([1, 0.017], data.EnumerateArray().Select(trace => Math.Round(trace.GetProperty("zmax").GetDouble(), 6)));
        Assert.Equal([0.009, 0.01, 0.011], data[1].GetProperty("z")[0].EnumerateArray().Skip(4).Select(value => value.GetDouble()));
        var (maps, kernels) = (Numbers(data[0], "x"), Numbers(data[1], "x"));
        Assert.True(kernels[3] < maps[0] && maps[4] < kernels[4], "kernel, map, kernel, map");
        Assert.Equal(4, layout.GetProperty("shapes").GetArrayLength());
    }

    [Fact]
    public void Shapes_that_make_no_picture_are_named()
    {
        using var scope = NewDisposeScope();
        Assert.StartsWith(
            "The maps have the shape [1, 2, 4, 4]",
            Assert.Throws<ArgumentException>(() => CnnTutorial.Charts.FeatureMaps(ones(1, 2, 4, 4), "t")).Message,
            StringComparison.Ordinal
        );
        var error = Assert.Throws<ArgumentException>(() => CnnTutorial.Charts.FeatureMaps(ones(36, 14, 14), "t", ones(36, 24, 3, 3)));
        Assert.Contains(
            "beside 36 maps there is room for one kernel each, [36, 1, rows, columns]",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "There is no occlusion map",
            Assert.Throws<ArgumentException>(() => CnnTutorial.Charts.Occlusion([], [])).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_occlusion_map_says_answer_truth_and_fall_and_outlines_the_ink()
    {
        using var scope = NewDisposeScope();
        var linear = Linear(64, 2);
        using (no_grad())
        {
            linear.weight!.zero_();
            linear.weight[0, 9] = 4;
            linear.bias!.zero_();
        }

        var pixels = new byte[64];
        pixels[9] = 255;
        var map = OcclusionMap.Of(Sequential(("flatten", Flatten()), ("out", linear)), new ImageSplit(pixels, [1], 8, 8), 0, patch: 1);
        var (data, layout) = ChartParts.Of(CnnTutorial.Charts.Occlusion([map], ["Zero", "One"]));
        var texts = layout.GetProperty("annotations").EnumerateArray().ToList();
        Assert.Equal(["Zero 98% (One)", "falls to 50% at most"], texts.Select(text => text.GetProperty("text").GetString()));
        Assert.Equal("@wrong", texts[0].GetProperty("font").GetProperty("color").GetString());
        Assert.Equal(0.482, data[1].GetProperty("zmax").GetDouble(), 1e-3);
        Assert.Equal("50 %", data[1].GetProperty("text")[1][1].GetString());
        Assert.Equal("98 %", data[1].GetProperty("text")[0][0].GetString());
        // The one pixel has four sides, each of two ends and nothing after it.
        Assert.Equal(12, data[2].GetProperty("x").GetArrayLength());
        var left = data[1].GetProperty("x0").GetDouble() - 0.5;
        Assert.Equal(
            [left + 1, left + 2],
            data[2]
                .GetProperty("x")
                .EnumerateArray()
                .Where(x => x.ValueKind == JsonValueKind.Number)
                .Select(x => x.GetDouble())
                .Distinct()
                .Order()
        );
    }

    [Fact]
    public void Losses_are_smoothed_and_one_that_grows_does_not_squeeze_the_others()
    {
        double[] good = [2, 1, 0.5, 0.25],
            bad = [2, 1e9, 1e9, double.NaN];
        var (data, layout) = ChartParts.Of(CnnTutorial.Charts.CompareLosses([("good", good), ("bad", bad), ("none", [])], window: 2));
        Assert.Equal(["good", "bad", "none"], data.EnumerateArray().Select(trace => trace.GetProperty("name").GetString()));
        Assert.Equal([2, 1.5, 0.75, 0.375], Numbers(data[0], "y"));
        Assert.Equal(JsonValueKind.Null, data[1].GetProperty("y")[3].ValueKind);
        Assert.Equal("log", layout.GetProperty("yaxis").GetProperty("type").GetString());
        Assert.Equal(
            [0.3, 4],
            layout.GetProperty("yaxis").GetProperty("range").EnumerateArray().Select(end => Math.Round(Math.Pow(10, end.GetDouble()), 6))
        );
    }

    private static double[] Numbers(JsonElement trace, string name) =>
        [.. trace.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    private static (double, double, double, double) Edges(JsonElement shape) =>
        (
            shape.GetProperty("x0").GetDouble(),
            shape.GetProperty("x1").GetDouble(),
            shape.GetProperty("y0").GetDouble(),
            shape.GetProperty("y1").GetDouble()
        );
}
