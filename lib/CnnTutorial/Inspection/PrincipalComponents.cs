using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>
/// Points of many dimensions, shown along the directions in which they differ most: principal component analysis (PCA). The first axis is
/// the direction in which the points scatter most, the second is the one at a right angle to it in which they scatter most, and so on.
/// </summary>
public sealed class PrincipalComponents
{
    private PrincipalComponents(IReadOnlyList<double[]> points, IReadOnlyList<double> explained) =>
        (Points, Explained) = (points, explained);

    /// <summary>Each point's place on each axis; the mean of all points is at zero.</summary>
    public IReadOnlyList<double[]> Points { get; }

    /// <summary>For each axis its share of the whole variance, in [0, 1].</summary>
    public IReadOnlyList<double> Explained { get; }

    /// <summary>Finds the axes and puts the points on them.</summary>
    /// <param name="values">N points of D numbers, <c>[N, D]</c>.</param>
    /// <param name="axes">How many axes, from 1 to the smaller of N and D.</param>
    /// <exception cref="ArgumentException">The tensor has another shape, or holds NaN or infinite numbers.</exception>
    public static PrincipalComponents Of(Tensor values, int axes = 2)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(axes, 1);
        if (values.dim() != 2 || Math.Min(values.shape[0], values.shape[1]) < axes)
        {
            throw new ArgumentException(
                $"The values have the shape [{string.Join(", ", values.shape)}], and {axes} axes need at least {axes} points of at "
                    + $"least {axes} numbers each; flatten(1) turns each point into one row.",
                nameof(values)
            );
        }

        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var points = values.cpu().to(ScalarType.Float64);
        if (!points.isfinite().all().item<bool>())
        {
            throw new ArgumentException(
                "The values hold NaN or infinite numbers, which have no place on any axis; look at the layer that made them.",
                nameof(values)
            );
        }

        // The rows of Vh are the directions, and the squares of the singular values are N - 1 times the variances along them.
        var centred = points - points.mean([0], keepdim: true);
        var (_, lengths, directions) = linalg.svd(centred, fullMatrices: false);
        directions = directions.narrow(0, 0, axes);
        // A direction and its opposite are equally good: the one whose largest number is positive is taken, so that the picture is the
        // same every time.
        directions *= directions.gather(1, directions.abs().argmax(1, keepdim: true)).sign();
        var variances = lengths.square().data<double>().ToArray();
        // Points that do not differ at all have no variance to share.
        var all = Math.Max(variances.Sum(), double.Epsilon);
        return new PrincipalComponents(
            [.. centred.matmul(directions.t()).contiguous().data<double>().ToArray().Chunk(axes)],
            [.. variances.Take(axes).Select(variance => variance / all)]
        );
    }
}
