using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises.Tasks;

[Collection(TorchRandom.Name)]
public sealed class ConvolutionCheckTests
{
    private delegate float[,] Convolution(float[,] image, float[,] kernel, int stride, int padding);

    private static readonly Dictionary<string, (Convolution Code, string Seen)> Mistakes = new()
    {
        ["null"] = ((_, _, _, _) => null!, "returned null"),
        ["never written"] = ((x, k, s, p) => Empty(x, k, s, p), "never written"),
        ["turned by 180 degrees"] = (With((k, i, j) => k[k.GetLength(0) - 1 - i, k.GetLength(1) - 1 - j]), "turned by 180 degrees"),
        ["upside down"] = (With((k, i, j) => k[k.GetLength(0) - 1 - i, j]), "rows in reverse order"),
        ["mirrored"] = (With((k, i, j) => k[i, k.GetLength(1) - 1 - j]), "columns in reverse order"),
        ["kernel transposed"] = (With((k, i, j) => k[j, i]), "rows and columns of the kernel are swapped"),
        ["image transposed"] = (Reading((x, r, c) => x[c, r]), "rows and columns of the image are swapped"),
        ["output transposed"] = (
            (x, k, s, p) =>
            {
                var right = Right(x, k, s, p);
                var output = new float[right.GetLength(0), right.GetLength(1)];
                for (var r = 0; r < right.GetLength(0); r++)
                {
                    for (var c = 0; c < right.GetLength(1); c++)
                    {
                        output[c, r] = right[r, c];
                    }
                }

                return output;
            },
            "rows and columns of the output are swapped"
        ),
        ["last weights left out"] = (
            With((k, i, j) => i < k.GetLength(0) - 1 && j < k.GetLength(1) - 1 ? k[i, j] : 0),
            "the last row and the last column of the kernel are left out"
        ),
        ["first weights left out"] = (
            With((k, i, j) => i > 0 && j > 0 ? k[i, j] : 0),
            "the first row and the first column of the kernel are left out"
        ),
        ["a mean"] = (Changed((value, k) => value / k.Length), "divided by the number of weights"),
        ["negative cut off"] = (Changed((value, _) => Math.Max(0, value)), "negative sums are cut off"),
        ["no sign"] = (Changed((value, _) => Math.Abs(value)), "without its sign"),
        ["whole numbers"] = (Changed((value, _) => (int)value), "fraction is cut off"),
        ["assigned, not added"] = (Folding((_, term) => term), "the last product alone"),
        ["the largest"] = (Folding(Math.Max, float.MinValue), "the largest product alone"),
        ["never reset"] = (Running(resetInRow: false), "all positions before it"),
        ["reset in each row"] = (Running(resetInRow: true), "those to the left of it"),
        ["added pixel and weight"] = (
            (x, k, s, p) => Scan(x, k, s, p, (r, c, i, j) => Pixel(x, (r * s) - p + i, (c * s) - p + j) + k[i, j]),
            "added, not multiplied"
        ),
        ["no stride in the position"] = (At((r, s, p) => r - p), "moves by one pixel, whatever the stride"),
        ["stride as spread"] = (
            (x, k, s, p) => Scan(x, k, s, p, (r, c, i, j) => Pixel(x, r + (i * s) - p, c + (j * s) - p) * k[i, j]),
            "spreads the window's pixels apart"
        ),
        ["stride in rows only"] = (
            (x, k, s, p) => Scan(x, k, s, p, (r, c, i, j) => Pixel(x, (r * s) - p + i, c - p + j) * k[i, j]),
            "moves the window down, but not to the right"
        ),
        ["no padding in the position"] = (At((r, s, p) => r * s), "begins at the image's first pixel"),
        ["padding added"] = (At((r, s, p) => (r * s) + p), "padding is added to the position"),
        ["padding times stride"] = (At((r, s, p) => (r - p) * s), "padding is multiplied by the stride"),
        ["border repeated"] = (
            (x, k, s, p) =>
                Scan(
                    x,
                    k,
                    s,
                    p,
                    (r, c, i, j) =>
                        x[Math.Clamp((r * s) - p + i, 0, x.GetLength(0) - 1), Math.Clamp((c * s) - p + j, 0, x.GetLength(1) - 1)] * k[i, j]
                ),
            "border's pixels are repeated"
        ),
        ["border skipped"] = (
            (x, k, s, p) =>
                Scan(
                    x,
                    k,
                    s,
                    p,
                    (r, c, i, j) =>
                        Inside(x, (r * s) - p, (c * s) - p) && Inside(x, (r * s) - p + k.GetLength(0) - 1, (c * s) - p + k.GetLength(1) - 1)
                            ? Pixel(x, (r * s) - p + i, (c * s) - p + j) * k[i, j]
                            : 0
                ),
            "left at zero"
        ),
        ["padding read from the image"] = (
            (x, k, s, p) => Scan(x, k, s, p, (r, c, i, j) => x[(r * s) - p + i, (c * s) - p + j] * k[i, j]),
            "IndexOutOfRangeException"
        ),
        ["as large as the image"] = ((x, _, _, _) => new float[x.GetLength(0), x.GetLength(1)], "5×5: the size of the image"),
        ["no plus one"] = (Sized((i, k, s, p) => (i - k + (2 * p)) / s), "one row and one column too few"),
        ["no stride in the size"] = (Sized((i, k, s, p) => i - k + (2 * p) + 1), "5×5: the size for stride 1"),
        ["no padding in the size"] = (Sized((i, k, s, p) => ((i - k) / s) + 1), "3×3: the size without padding"),
        ["padding once in the size"] = (Sized((i, k, s, p) => ((i - k + p) / s) + 1), "padding on one side only"),
        ["rounded up"] = (Sized((i, k, s, p) => ((i - k + (2 * p) + s - 1) / s) + 1), "rounded up"),
        ["rows and columns of the size"] = (
            (x, k, s, p) => new float[Size(x, k, s, p, 1), Size(x, k, s, p, 0)],
            "2×4: rows and columns are swapped"
        ),
        ["the image is overwritten"] = (
            (x, k, s, p) =>
            {
                var right = Right(x, k, s, p);
                x[0, 0] = 0;
                return right;
            },
            "wrote into the image"
        ),
        ["of no known kind"] = (Changed((value, k) => (value * 3) + 1), "−"),
        ["it throws"] = ((_, _, _, _) => throw new InvalidOperationException("on fire"), "InvalidOperationException: on fire"),
    };

    private static readonly Dictionary<string, Convolution> RightAnswers = new()
    {
        ["four loops"] = (x, k, s, p) => Right(x, k, s, p),
        ["a padded copy"] = (x, k, s, p) =>
        {
            var padded = new float[x.GetLength(0) + (2 * p), x.GetLength(1) + (2 * p)];
            for (var r = 0; r < x.GetLength(0); r++)
            {
                for (var c = 0; c < x.GetLength(1); c++)
                {
                    padded[r + p, c + p] = x[r, c];
                }
            }

            return Scan(x, k, s, p, (r, c, i, j) => padded[(r * s) + i, (c * s) + j] * k[i, j]);
        },
        ["pixel by pixel of the image"] = (x, k, s, p) =>
        {
            var output = Empty(x, k, s, p);
            for (var row = 0; row < x.GetLength(0); row++)
            {
                for (var column = 0; column < x.GetLength(1); column++)
                {
                    for (var r = 0; r < output.GetLength(0); r++)
                    {
                        for (var c = 0; c < output.GetLength(1); c++)
                        {
                            var (i, j) = (row - (r * s) + p, column - (c * s) + p);
                            if (Inside(k, i, j))
                            {
                                output[r, c] += x[row, column] * k[i, j];
                            }
                        }
                    }
                }
            }

            return output;
        },
        ["in double"] = (x, k, s, p) =>
            Scan(x, k, s, p, (r, c, i, j) => (float)((double)Pixel(x, (r * s) - p + i, (c * s) - p + j) * k[i, j])),
        ["with LINQ"] = (x, k, s, p) =>
        {
            var output = Empty(x, k, s, p);
            foreach (
                var (r, c) in from r in Enumerable.Range(0, output.GetLength(0))
                from c in Enumerable.Range(0, output.GetLength(1))
                select (r, c)
            )
            {
                output[r, c] = (
                    from i in Enumerable.Range(0, k.GetLength(0))
                    from j in Enumerable.Range(0, k.GetLength(1))
                    let row = (r * s) - p + i
                    let column = (c * s) - p + j
                    where Inside(x, row, column)
                    select x[row, column] * k[i, j]
                ).Sum();
            }

            return output;
        },
        ["with TorchSharp"] = (x, k, s, p) =>
        {
            using var scope = NewDisposeScope();
            var output = functional.conv2d(
                from_array(x).reshape(1, 1, x.GetLength(0), x.GetLength(1)),
                from_array(k).reshape(1, 1, k.GetLength(0), k.GetLength(1)),
                strides: [s, s],
                padding: [p, p]
            )[0, 0];
            return (float[,])output.data<float>().ToNDArray();
        },
        ["with threads"] = (x, k, s, p) =>
        {
            var output = Empty(x, k, s, p);
            Parallel.For(0, output.GetLength(0), r => Row(x, k, s, p, r, output));
            return output;
        },
    };

    public static TheoryData<string> MistakeNames() => [.. Mistakes.Keys];

    public static TheoryData<string> RightNames() => [.. RightAnswers.Keys];

    [Theory]
    [MemberData(nameof(MistakeNames))]
    public void A_mistake_is_recognised(string mistake) =>
        Mistake.IsRecognised(
            Exercise.CheckConvolution(Mistakes[mistake].Code.Invoke),
            Mistakes[mistake].Seen,
            Mistakes.Values.Select(other => other.Seen).Where(other => other.Length > 1)
        );

    [Theory]
    [MemberData(nameof(RightNames))]
    public void A_right_answer_passes(string answer) => Mistake.IsNone(Exercise.CheckConvolution(RightAnswers[answer].Invoke));

    [Fact]
    public void The_card_shows_the_sum_of_the_pixel_that_is_wrong()
    {
        var result = Exercise.CheckConvolution(Changed((value, k) => (value * 3) + 1).Invoke);
        Assert.Matches(
            @"^−?[\d.]+ in row 0, column 0 of the output, for an image of 5×5, .*: (\d·\(?−?[\d.]+\)?( \+ |\.$)){9}",
            result.Expected
        );
        var sum = result
            .Expected.Split(": ")[1]
            .TrimEnd('.')
            .Split(" + ")
            .Sum(term => term.Split('·').Select(Number).Aggregate((a, b) => a * b));
        Assert.Equal(Number(result.Expected.Split(' ')[0]), sum);
        Assert.Equal(Number(result.Seen.TrimEnd('.')), (sum * 3) + 1);

        static double Number(string text) => double.Parse(text.Trim('(', ')').Replace('−', '-'));
    }

    [Fact]
    public void Where_only_the_settings_with_a_stride_fail_the_card_says_that_all_others_are_right()
    {
        var result = Exercise.CheckConvolution(
            (x, k, s, p) =>
            {
                var right = Right(x, k, s, p);
                right[0, 0] += s > 1 ? 1 : 0;
                return right;
            }
        );
        Assert.StartsWith("With stride 1 all is right", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_stub_is_not_yet() =>
        Assert.Equal(
            CheckStatus.NotYet,
            Exercise.CheckConvolution((_, _, _, _) => throw new NotImplementedException("Fill me in.")).Status
        );

    private static float[,] Right(float[,] x, float[,] k, int s, int p) =>
        Scan(x, k, s, p, (r, c, i, j) => Pixel(x, (r * s) - p + i, (c * s) - p + j) * k[i, j]);

    private static Convolution With(Func<float[,], int, int, float> weight) =>
        (x, k, s, p) => Scan(x, k, s, p, (r, c, i, j) => Pixel(x, (r * s) - p + i, (c * s) - p + j) * weight(k, i, j));

    private static Convolution Reading(Func<float[,], int, int, float> pixel) =>
        (x, k, s, p) => Scan(x, k, s, p, (r, c, i, j) => pixel(x, (r * s) - p + i, (c * s) - p + j) * k[i, j]);

    private static Convolution At(Func<int, int, int, int> first) =>
        (x, k, s, p) => Scan(x, k, s, p, (r, c, i, j) => Pixel(x, first(r, s, p) + i, first(c, s, p) + j) * k[i, j]);

    private static Convolution Changed(Func<float, float[,], float> change) =>
        (x, k, s, p) =>
        {
            var output = Right(x, k, s, p);
            for (var r = 0; r < output.GetLength(0); r++)
            {
                for (var c = 0; c < output.GetLength(1); c++)
                {
                    output[r, c] = change(output[r, c], k);
                }
            }

            return output;
        };

    private static Convolution Folding(Func<float, float, float> fold, float start = 0) =>
        (x, k, s, p) =>
        {
            var output = Empty(x, k, s, p);
            for (var r = 0; r < output.GetLength(0); r++)
            {
                for (var c = 0; c < output.GetLength(1); c++)
                {
                    output[r, c] = start;
                    for (var i = 0; i < k.GetLength(0); i++)
                    {
                        for (var j = 0; j < k.GetLength(1); j++)
                        {
                            output[r, c] = fold(output[r, c], Pixel(x, (r * s) - p + i, (c * s) - p + j) * k[i, j]);
                        }
                    }
                }
            }

            return output;
        };

    private static Convolution Running(bool resetInRow) =>
        (x, k, s, p) =>
        {
            var right = Right(x, k, s, p);
            var sum = 0f;
            for (var r = 0; r < right.GetLength(0); r++)
            {
                sum = resetInRow ? 0 : sum;
                for (var c = 0; c < right.GetLength(1); c++)
                {
                    right[r, c] = sum += right[r, c];
                }
            }

            return right;
        };

    private static Convolution Sized(Func<int, int, int, int, int> size) =>
        (x, k, s, p) =>
        {
            var (rows, columns) = (size(x.GetLength(0), k.GetLength(0), s, p), size(x.GetLength(1), k.GetLength(1), s, p));
            var output = new float[rows, columns];
            for (var r = 0; r < rows; r++)
            {
                Row(x, k, s, p, r, output);
            }

            return output;
        };

    private static int Size(float[,] x, float[,] k, int s, int p, int dimension) =>
        ((x.GetLength(dimension) - k.GetLength(dimension) + (2 * p)) / s) + 1;

    private static float[,] Empty(float[,] x, float[,] k, int s, int p) => new float[Size(x, k, s, p, 0), Size(x, k, s, p, 1)];

    private static float[,] Scan(float[,] x, float[,] k, int s, int p, Func<int, int, int, int, float> term)
    {
        var output = Empty(x, k, s, p);
        for (var r = 0; r < output.GetLength(0); r++)
        {
            for (var c = 0; c < output.GetLength(1); c++)
            {
                for (var i = 0; i < k.GetLength(0); i++)
                {
                    for (var j = 0; j < k.GetLength(1); j++)
                    {
                        output[r, c] += term(r, c, i, j);
                    }
                }
            }
        }

        return output;
    }

    private static void Row(float[,] x, float[,] k, int s, int p, int r, float[,] output)
    {
        for (var c = 0; c < output.GetLength(1); c++)
        {
            for (var i = 0; i < k.GetLength(0); i++)
            {
                for (var j = 0; j < k.GetLength(1); j++)
                {
                    output[r, c] += Pixel(x, (r * s) - p + i, (c * s) - p + j) * k[i, j];
                }
            }
        }
    }

    private static bool Inside(float[,] x, int r, int c) => r >= 0 && r < x.GetLength(0) && c >= 0 && c < x.GetLength(1);

    private static float Pixel(float[,] x, int r, int c) => Inside(x, r, c) ? x[r, c] : 0;
}
