using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial.Tests.Charts;

public sealed class MatricesTests
{
    [Fact]
    public void Small_tables_carry_their_numbers_and_all_are_drawn_equally_large()
    {
        var (data, layout) = ChartParts.Of(
            CnnTutorial.Charts.Matrices([("four", arange(16).reshape(1, 1, 4, 4)), ("two", arange(4).reshape(2, 2))], "t")
        );
        Assert.Equal(
            [28, 28],
            data.EnumerateArray().Select(trace => trace.GetProperty("dx").GetDouble() * trace.GetProperty("z")[0].GetArrayLength())
        );
        Assert.Equal([15, 15], data.EnumerateArray().Select(trace => trace.GetProperty("zmax").GetDouble()));
        Assert.Equal(
            ["four", .. Enumerable.Range(0, 16).Select(value => $"{value}"), "two", "0", "1", "2", "3"],
            layout.GetProperty("annotations").EnumerateArray().Select(annotation => annotation.GetProperty("text").GetString())
        );
    }

    [Fact]
    public void Negative_numbers_make_the_scale_symmetric_and_own_scales_are_possible()
    {
        (string, Tensor)[] matrices =
        [
            ("a", tensor(new[] { -3.0, 1, 0, 2 }).reshape(2, 2)),
            ("b", tensor(new[] { 0.0, 0.5 }).reshape(1, 2)),
            ("c", zeros(2, 2)),
        ];
        var (data, _) = ChartParts.Of(CnnTutorial.Charts.Matrices(matrices, "t", sameScale: false));
        Assert.Equal(
            [(-3.0, 3.0), (0.0, 0.5), (0.0, 1e-9)],
            data.EnumerateArray().Select(trace => (trace.GetProperty("zmin").GetDouble(), trace.GetProperty("zmax").GetDouble()))
        );
    }

    [Fact]
    public void A_tensor_without_rows_and_columns_is_named()
    {
        var error = Assert.Throws<ArgumentException>(() => CnnTutorial.Charts.Matrices([("batch", zeros(2, 3, 4, 4))], "t"));
        Assert.Contains("'batch' has the shape [2, 3, 4, 4]", error.Message, StringComparison.Ordinal);
    }
}
