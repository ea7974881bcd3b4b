using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial.Tests.Inspection;

[Collection(TorchRandom.Name)]
public sealed class PrincipalComponentsTests
{
    [Fact]
    public void Points_on_two_crossing_lines_get_those_lines_as_axes()
    {
        // Around (10, 20, 30): two points 5 away along (3, 4, 0)/5, two points 1 away along (0, 0, 1).
        using var values = tensor(new[] { 13.0, 24, 30, 7, 16, 30, 10, 20, 31, 10, 20, 29 }).reshape(4, 3);
        var components = PrincipalComponents.Of(values);
        double[][] expected =
        [
            [5, 0],
            [-5, 0],
            [0, 1],
            [0, -1],
        ];
        Assert.Equal(expected, components.Points.Select(point => point.Select(value => Math.Round(value, 9) + 0.0).ToArray()));
        // Variances 50/3 and 2/3.
        Assert.Equal(
            [25 / 26.0, 1 / 26.0],
            components.Explained.Select(share => Math.Round(share, 12)),
            (mine, its) => Math.Abs(mine - its) < 1e-9
        );
    }

    [Fact]
    public void Shares_and_spreads_are_those_of_the_covariance_matrix()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var values = randn(200, 6).matmul(randn(6, 6)) + 7;
        var components = PrincipalComponents.Of(values, axes: 3);
        // The same in another way: the eigenvalues of the covariance, largest first.
        var (eigenvalues, _) = linalg.eigh(cov(values.t().to(ScalarType.Float64)));
        var variances = eigenvalues.data<double>().ToArray().Order().Reverse().ToArray();
        for (var axis = 0; axis < 3; axis++)
        {
            Assert.Equal(variances[axis] / variances.Sum(), components.Explained[axis], 1e-9);
            Assert.Equal(0, components.Points.Average(point => point[axis]), 1e-9);
            Assert.Equal(variances[axis], components.Points.Sum(point => point[axis] * point[axis]) / 199, 1e-6);
        }
    }

    [Fact]
    public void The_picture_is_not_mirrored_from_run_to_run_and_equal_points_have_no_variance_to_share()
    {
        using var scope = NewDisposeScope();
        using var values = tensor(new[] { -1f, -2f, 1f, 2f }).reshape(2, 2);
        Assert.True(PrincipalComponents.Of(values).Points[1][0] > 0);
        var equal = PrincipalComponents.Of(ones(5, 4));
        Assert.Equal([0, 0], equal.Explained);
        Assert.All(equal.Points, point => Assert.Equal([0, 0], point));
    }

    [Fact]
    public void What_has_no_two_axes_and_what_is_no_number_is_named()
    {
        using var scope = NewDisposeScope();
        Assert.StartsWith(
            "The values have the shape [3, 1], and 2 axes need at least 2 points",
            Assert.Throws<ArgumentException>(() => PrincipalComponents.Of(ones(3, 1))).Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "The values have the shape [2, 3, 4]",
            Assert.Throws<ArgumentException>(() => PrincipalComponents.Of(ones(2, 3, 4))).Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "The values hold NaN or infinite numbers",
            Assert.Throws<ArgumentException>(() => PrincipalComponents.Of(full(3, 3, float.NaN))).Message,
            StringComparison.Ordinal
        );
    }
}
