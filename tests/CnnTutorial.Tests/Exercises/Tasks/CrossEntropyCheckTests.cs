using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises.Tasks;

[Collection(TorchRandom.Name)]
public sealed class CrossEntropyCheckTests
{
    private static readonly Dictionary<string, (Func<float[,], int[], double> Code, string Seen)> Mistakes = new()
    {
        ["zero"] = ((_, _) => 0, "never computed"),
        ["minus the logit"] = (Mean((row, y) => -row[y]), "the logit of the right class, with its sign changed"),
        ["the logit"] = (Mean((row, y) => row[y]), "the logit of the right class."),
        ["no logarithm"] = (Mean(Probability), "the logarithm is missing"),
        ["no minus"] = (Mean((row, y) => Math.Log(Probability(row, y))), "the sign is wrong"),
        ["one minus p"] = (Mean((row, y) => 1 - Probability(row, y)), "one minus the probability"),
        ["base 10"] = (Mean((row, y) => -Math.Log10(Probability(row, y))), "to base 10"),
        ["base 2"] = (Mean((row, y) => -Math.Log2(Probability(row, y))), "to base 2"),
        ["sum"] = ((z, y) => Mean(Loss)(z, y) * y.Length, "the sum over the images"),
        ["by classes"] = ((z, y) => Mean(Loss)(z, y) * y.Length / z.GetLength(1), "divided by the number of classes"),
        ["by both"] = ((z, y) => Mean(Loss)(z, y) / z.GetLength(1), "divided by images and classes"),
        ["the last"] = ((z, y) => Loss(Row(z, y.Length - 1), y[^1]), "the loss of the last image alone"),
        ["the first"] = ((z, y) => Loss(Row(z, 0), y[0]), "the loss of the first image alone"),
        ["assigned"] = ((z, y) => Loss(Row(z, y.Length - 1), y[^1]) / y.Length, "the last image's loss divided"),
        ["log of the mean"] = ((z, y) => -Math.Log(Mean(Probability)(z, y)), "the logarithm of the mean probability"),
        ["most probable"] = (Mean((row, _) => row.Min(_ => Loss(row, Array.IndexOf(row, row.Max())))), "of the most probable class"),
        ["next class"] = (Mean((row, y) => Loss(row, (y + 1) % row.Length)), "the class after the right one"),
        ["all classes"] = (Mean((row, _) => row.Select((_, c) => Loss(row, c)).Average()), "the mean over all classes"),
        ["twice"] = (Mean((row, y) => Loss([.. row.Select((_, c) => Probability(row, c))], y)), "softmax was taken twice"),
        ["without the right one"] = (
            Mean((row, y) => -Math.Log(Math.Exp(row[y]) / row.Where((_, c) => c != y).Sum(Math.Exp))),
            "the right class is missing from the sum"
        ),
        ["m lost"] = (
            Mean((row, y) => Math.Log(row.Sum(z => Math.Exp(z - row.Max()))) - row[y]),
            "subtracted in the sum and not added again"
        ),
        ["sum never reset"] = (
            (z, y) =>
            {
                var (sum, total) = (0.0, 0.0);
                for (var i = 0; i < y.Length; i++)
                {
                    sum += Row(z, i).Sum(Math.Exp);
                    total -= Math.Log(Math.Exp(z[i, y[i]]) / sum);
                }

                return total / y.Length;
            },
            "not set to zero for each image"
        ),
        ["over the images"] = (
            (z, y) =>
                Enumerable
                    .Range(0, y.Length)
                    .Average(i => -Math.Log(Math.Exp(z[i, y[i]]) / Enumerable.Range(0, y.Length).Sum(other => Math.Exp(z[other, y[i]])))),
            "goes down a column"
        ),
        ["not safe"] = (Mean((row, y) => -Math.Log(Math.Exp(row[y]) / row.Sum(Math.Exp))), "NaN"),
        ["the logarithm of zero"] = (
            Mean((row, y) => -Math.Log(Math.Exp(row[y] - row.Max()) / row.Sum(z => Math.Exp(z - row.Max())))),
            "∞"
        ),
        ["a small constant"] = (
            Mean((row, y) => -Math.Log((Math.Exp(row[y] - row.Max()) / row.Sum(z => Math.Exp(z - row.Max()))) + 1e-12)),
            "with small logits all is right"
        ),
        ["one largest for all"] = (
            (z, y) =>
            {
                double m = z.Cast<float>().Max();
                return Mean((row, c) => Math.Log(row.Sum(v => Math.Exp(v - m))) - (row[c] - m))(z, y);
            },
            "∞"
        ),
        ["swapped indexes"] = (
            (z, y) => Enumerable.Range(0, y.Length).Average(i => -Math.Log(Math.Exp(z[y[i], i]))),
            "IndexOutOfRangeException"
        ),
        ["changes the logits"] = (
            (z, y) =>
            {
                var loss = Mean(Loss)(z, y);
                z[0, 0] -= 1;
                return loss;
            },
            "wrote into the arrays"
        ),
    };

    private static readonly Dictionary<string, Func<float[,], int[], double>> RightAnswers = new()
    {
        ["in double"] = Mean(Loss),
        ["in float"] = (z, y) =>
        {
            var sum = 0f;
            for (var i = 0; i < y.Length; i++)
            {
                var m = z[i, 0];
                for (var c = 1; c < z.GetLength(1); c++)
                {
                    m = MathF.Max(m, z[i, c]);
                }

                var powers = 0f;
                for (var c = 0; c < z.GetLength(1); c++)
                {
                    powers += MathF.Exp(z[i, c] - m);
                }

                sum += MathF.Log(powers) - (z[i, y[i]] - m);
            }

            return sum / y.Length;
        },
        ["relative to the right class"] = Mean(
            (row, y) =>
            {
                var above = row.Select(z => z - row[y]).ToArray();
                return above.Max() + Math.Log(above.Sum(d => Math.Exp(d - above.Max())));
            }
        ),
        ["with TorchSharp"] = (z, y) =>
        {
            using var scope = NewDisposeScope();
            return functional.cross_entropy(from_array(z), tensor(y.Select(label => (long)label).ToArray())).item<float>();
        },
        ["with log_softmax"] = (z, y) =>
        {
            using var scope = NewDisposeScope();
            var logs = from_array(z).log_softmax(1);
            return y.Select((label, i) => -logs[i, label].item<float>()).Average();
        },
        ["backwards"] = (z, y) =>
        {
            var sum = 0.0;
            for (var i = y.Length - 1; i >= 0; i--)
            {
                sum += Loss(Row(z, i), y[i]) / y.Length;
            }

            return sum;
        },
    };

    public static TheoryData<string> MistakeNames() => [.. Mistakes.Keys];

    public static TheoryData<string> RightNames() => [.. RightAnswers.Keys];

    [Theory]
    [MemberData(nameof(MistakeNames))]
    public void A_mistake_is_recognised(string mistake)
    {
        var result = Exercise.CheckCrossEntropy(Mistakes[mistake].Code);
        Assert.Equal(CheckStatus.NotRight, result.Status);
        Assert.NotEmpty(result.Hint);
        Assert.Contains(Mistakes[mistake].Seen, result.Seen, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RightNames))]
    public void A_right_answer_passes(string answer) => Mistake.IsNone(Exercise.CheckCrossEntropy(RightAnswers[answer]));

    [Fact]
    public void What_fails_only_with_large_logits_is_told_from_what_always_fails()
    {
        Assert.Contains("Subtract the largest logit of the row", Hint("not safe"), StringComparison.Ordinal);
        Assert.Contains("the logarithm of 0 is −∞", Hint("the logarithm of zero"), StringComparison.Ordinal);
        Assert.Contains("not the largest of the whole batch", Hint("one largest for all"), StringComparison.Ordinal);

        static string Hint(string mistake) => Exercise.CheckCrossEntropy(Mistakes[mistake].Code).Hint;
    }

    [Fact]
    public void The_stub_is_not_yet() =>
        Assert.Equal(CheckStatus.NotYet, Exercise.CheckCrossEntropy((_, _) => throw new NotImplementedException("Fill me in.")).Status);

    private static Func<float[,], int[], double> Mean(Func<double[], int, double> ofImage) =>
        (z, y) => Enumerable.Range(0, y.Length).Average(i => ofImage(Row(z, i), y[i]));

    private static double[] Row(float[,] z, int i) => [.. Enumerable.Range(0, z.GetLength(1)).Select(c => (double)z[i, c])];

    private static double Probability(double[] row, int y) => Math.Exp(row[y]) / row.Sum(Math.Exp);

    private static double Loss(double[] row, int y) => Math.Log(row.Sum(z => Math.Exp(z - row.Max()))) - (row[y] - row.Max());
}
