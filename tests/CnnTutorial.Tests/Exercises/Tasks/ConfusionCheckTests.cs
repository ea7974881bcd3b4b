using CnnTutorial.Tests.Training;

namespace CnnTutorial.Tests.Exercises.Tasks;

[Collection(TorchRandom.Name)]
public sealed class ConfusionCheckTests
{
    private static readonly Dictionary<string, (Func<int[], int[], int, int[,]> Code, string Seen)> Mistakes = new()
    {
        ["null"] = ((_, _, _) => null!, "returned null"),
        ["nothing"] = ((_, _, n) => new int[n, n], "nothing was counted"),
        ["swapped"] = ((y, z, n) => Right(z, y, n), "rows and columns are swapped"),
        ["right answers only"] = (Counting((y, z) => y == z), "only the right answers are counted"),
        ["wrong answers only"] = (Counting((y, z) => y != z), "only the wrong answers are counted"),
        ["label twice"] = ((y, _, n) => Right(y, y, n), "the row is the label, and so is the column"),
        ["answer twice"] = ((_, z, n) => Right(z, z, n), "the row is the answer, and so is the column"),
        ["set to one"] = (
            (y, z, n) =>
            {
                var counts = new int[n, n];
                for (var i = 0; i < y.Length; i++)
                {
                    counts[y[i], z[i]] = 1;
                }

                return counts;
            },
            "no count is above one"
        ),
        ["without the last"] = ((y, z, n) => Right([.. y.SkipLast(1)], [.. z.SkipLast(1)], n), "the last image is missing"),
        ["without the first"] = ((y, z, n) => Right([.. y.Skip(1)], [.. z.Skip(1)], n), "the first image is missing"),
        ["all pairs"] = (
            (y, z, n) =>
            {
                var counts = new int[n, n];
                foreach (var label in y)
                {
                    foreach (var answer in z)
                    {
                        counts[label, answer]++;
                    }
                }

                return counts;
            },
            "every image is compared with every answer"
        ),
        ["one row an image"] = ((y, _, n) => new int[y.Length, n], "10×3"),
        ["one too many"] = ((_, _, n) => new int[n + 1, n + 1], "4×4"),
        ["as many classes as occur"] = ((y, z, n) => Right(y, z, y.Concat(z).Append(0).Max() + 1), "1×1"),
        ["one too few"] = ((y, z, n) => Right(y, z, n - 1), "IndexOutOfRangeException"),
        ["one image too many"] = (
            (y, z, n) =>
            {
                var counts = new int[n, n];
                for (var i = 0; i <= y.Length; i++)
                {
                    counts[y[i], z[i]]++;
                }

                return counts;
            },
            "IndexOutOfRangeException"
        ),
        ["in percent"] = (
            (y, z, n) =>
            {
                var counts = Right(y, z, n);
                for (var row = 0; row < n; row++)
                {
                    for (var column = 0; column < n; column++)
                    {
                        counts[row, column] = y.Length == 0 ? 0 : 100 * counts[row, column] / y.Length;
                    }
                }

                return counts;
            },
            "in percent of all images"
        ),
        ["sorts the labels"] = (
            (y, z, n) =>
            {
                Array.Sort(y);
                return Right(y, z, n);
            },
            "changed the arrays"
        ),
        ["of no known kind"] = ((y, z, n) => Right([.. y.Reverse()], z, n), "All counts together are 10, of 10 images"),
    };

    private static readonly Dictionary<string, Func<int[], int[], int, int[,]>> RightAnswers = new()
    {
        ["one loop"] = Right,
        ["foreach"] = (y, z, n) =>
        {
            var counts = new int[n, n];
            foreach (var (label, answer) in y.Zip(z))
            {
                counts[label, answer] += 1;
            }

            return counts;
        },
        ["cell by cell"] = (y, z, n) =>
        {
            var counts = new int[n, n];
            for (var row = 0; row < n; row++)
            {
                for (var column = 0; column < n; column++)
                {
                    counts[row, column] = y.Where((label, i) => label == row && z[i] == column).Count();
                }
            }

            return counts;
        },
        ["groups"] = (y, z, n) =>
        {
            var counts = new int[n, n];
            foreach (var group in y.Zip(z).GroupBy(pair => pair))
            {
                counts[group.Key.First, group.Key.Second] = group.Count();
            }

            return counts;
        },
        ["with threads"] = (y, z, n) =>
        {
            var counts = new int[n, n];
            Parallel.For(0, y.Length, i => Interlocked.Increment(ref counts[y[i], z[i]]));
            return counts;
        },
    };

    public static TheoryData<string> MistakeNames() => [.. Mistakes.Keys];

    public static TheoryData<string> RightNames() => [.. RightAnswers.Keys];

    [Theory]
    [MemberData(nameof(MistakeNames))]
    public void A_mistake_is_recognised(string mistake) =>
        Mistake.IsRecognised(
            Exercise.CheckConfusion(Mistakes[mistake].Code),
            Mistakes[mistake].Seen,
            Mistakes.Values.Select(other => other.Seen)
        );

    [Theory]
    [MemberData(nameof(RightNames))]
    public void A_right_answer_passes(string answer) => Mistake.IsNone(Exercise.CheckConfusion(RightAnswers[answer]));

    [Fact]
    public void The_stub_is_not_yet() =>
        Assert.Equal(CheckStatus.NotYet, Exercise.CheckConfusion((_, _, _) => throw new NotImplementedException("Fill me in.")).Status);

    private static int[,] Right(int[] labels, int[] answers, int classes) => Counting((_, _) => true)(labels, answers, classes);

    private static Func<int[], int[], int, int[,]> Counting(Func<int, int, bool> which) =>
        (y, z, n) =>
        {
            var counts = new int[n, n];
            for (var i = 0; i < y.Length; i++)
            {
                if (which(y[i], z[i]))
                {
                    counts[y[i], z[i]]++;
                }
            }

            return counts;
        };
}
