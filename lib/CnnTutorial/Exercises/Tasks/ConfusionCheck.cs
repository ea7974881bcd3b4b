namespace CnnTutorial;

/// <summary>Notebook 06: how often each class was taken for each.</summary>
internal static class ConfusionCheck
{
    private static readonly (string WhereToLook, int Classes, int[] Labels, int[] Answers)[] Cases =
    [
        (
            "For each image one count: in the row of its label, in the column of the answer, add one.",
            3,
            [0, 1, 2, 0, 1, 2, 0, 2, 2, 1],
            [0, 2, 2, 0, 1, 2, 1, 0, 2, 2]
        ),
        (
            "Here no image has the last class, and no answer is the class before it: their row and column are still there, full of "
                + "zeros.",
            5,
            [0, 3, 2, 1, 1, 0, 3, 2, 3, 3, 1],
            [1, 0, 2, 1, 4, 0, 2, 2, 1, 0, 0]
        ),
        ("With no images at all every count is zero.", 2, [], []),
    ];

    private static readonly Slip<Case, int[,]>[] Slips =
    [
        new("nothing was counted", "In a loop over all images: `counts[labels[i], answers[i]]++;`.", one => one.Count((_, _) => null)),
        new(
            "rows and columns are swapped",
            "The row is the true digit, the column the answer: `counts[labels[i], answers[i]]++`.",
            one => one.Count((label, answer) => (answer, label))
        ),
        new(
            "only the right answers are counted",
            "Count every image, right or wrong: in the row of its label and the column of its answer.",
            one => one.Count((label, answer) => label == answer ? (label, answer) : null)
        ),
        new(
            "only the wrong answers are counted",
            "Count every image: the right answers stand on the diagonal.",
            one => one.Count((label, answer) => label != answer ? (label, answer) : null)
        ),
        new(
            "the row is the label, and so is the column",
            "The column is the answer: `counts[labels[i], answers[i]]++`.",
            one => one.Count((label, _) => (label, label))
        ),
        new(
            "the row is the answer, and so is the column",
            "The row is the label: `counts[labels[i], answers[i]]++`.",
            one => one.Count((_, answer) => (answer, answer))
        ),
        new(
            "no count is above one",
            "Add one to the count, `counts[…]++`; do not set it to one.",
            one => one.Each((_, _, count) => Math.Min(1, count))
        ),
        new(
            "the last image is missing",
            "The loop runs while `i < labels.Length`.",
            one => new Case(one.Classes, [.. one.Labels.SkipLast(1)], [.. one.Answers.SkipLast(1)]).Right
        ),
        new(
            "the first image is missing",
            "Images are numbered from 0.",
            one => new Case(one.Classes, [.. one.Labels.Skip(1)], [.. one.Answers.Skip(1)]).Right
        ),
        new(
            "every count is one too large",
            "An array begins with zeros; each image adds one to one of them.",
            one => one.Each((_, _, count) => count + 1)
        ),
        new("every image is compared with every answer", "One loop, over the images: label i belongs to answer i.", one => one.Pairs()),
        new(
            "each count is in percent of all images",
            "Count, and leave the percentages to the reader.",
            one => one.Each((_, _, count) => one.Labels.Length == 0 ? 0 : 100 * count / one.Labels.Length)
        ),
        new(
            "each count is in percent of its row",
            "Count, and leave the percentages to the reader.",
            one => one.Each((row, _, count) => 100 * count / Math.Max(1, one.Labels.Count(label => label == row)))
        ),
    ];

    public static string Run(Func<int[], int[], int, int[,]> count)
    {
        foreach (var (whereToLook, classes, labels, answers) in Cases)
        {
            var one = new Case(classes, labels, answers);
            var seen = Call(count, one);
            if (seen.GetLength(0) != classes || seen.GetLength(1) != classes)
            {
                throw new WrongAnswerException(
                    $"A table of {classes}×{classes} for {classes} classes.",
                    $"{seen.GetLength(0)}×{seen.GetLength(1)}.",
                    labels.Length > 0 && seen.GetLength(0) == labels.Length
                        ? "One row for each class, not for each image: `new int[classes, classes]`."
                        : "`new int[classes, classes]`: the number of classes is given; that a class may be missing among labels "
                            + "or answers "
                            + "changes nothing."
                );
            }

            Values(one, seen, whereToLook);
        }

        return "Every image is counted once, in the row of its label and the column of the answer; classes that do not occur have "
            + "their zeros.";
    }

    private static int[,] Call(Func<int[], int[], int, int[,]> count, Case one)
    {
        var (labels, answers) = ((int[])one.Labels.Clone(), (int[])one.Answers.Clone());
        var (seen, failure) = Attempt.Of(() => count(labels, answers, one.Classes));
        if (failure is { SourceException: IndexOutOfRangeException })
        {
            throw new WrongAnswerException(
                $"A table of {one.Classes}×{one.Classes} for labels and answers from 0 to {one.Classes - 1}.",
                "IndexOutOfRangeException: your function read a label, an answer or a count that does not exist.",
                "The table has `classes` rows and columns, numbered from 0; the loop over the images runs while `i < labels.Length`. "
                    + "There may be "
                    + "no images at all."
            );
        }

        failure?.Throw();
        if (!labels.SequenceEqual(one.Labels) || !answers.SequenceEqual(one.Answers))
        {
            throw new WrongAnswerException(
                "Labels and answers stay as they are.",
                "Your function changed the arrays that it was given.",
                "Count into a table of your own, `new int[classes, classes]`."
            );
        }

        return seen
            ?? throw new WrongAnswerException(
                $"A table of {one.Classes}×{one.Classes}.",
                "Your function returned null.",
                "Return the table that you filled."
            );
    }

    private static void Values(Case one, int[,] seen, string whereToLook)
    {
        if (Same(seen, one.Right))
        {
            return;
        }

        var (row, column) = Enumerable
            .Range(0, one.Classes * one.Classes)
            .Select(at => (at / one.Classes, at % one.Classes))
            .First(at => seen[at.Item1, at.Item2] != one.Right[at.Item1, at.Item2]);
        var expected =
            $"{one.Right[row, column]} in row {row}, column {column}, for the labels [{string.Join(", ", one.Labels)}] and the answers "
            + $"[{string.Join(", ", one.Answers)}].";
        var (value, total) = (seen[row, column], seen.Cast<int>().Sum());
        throw Slip<Case, int[,]>.Of(Slips, [(one, seen)], Same) is { } slip
            ? new WrongAnswerException(expected, $"{value}: {slip.What}.", slip.Hint)
            : new WrongAnswerException(expected, $"{value}. All counts together are {total}, of {one.Labels.Length} images.", whereToLook);
    }

    private static bool Same(int[,] a, int[,] b) => a.GetLength(0) == b.GetLength(0) && a.Cast<int>().SequenceEqual(b.Cast<int>());

    private sealed class Case(int classes, int[] labels, int[] answers)
    {
        public int Classes => classes;

        public int[] Labels => labels;

        public int[] Answers => answers;

        public int[,] Right => Count((label, answer) => (label, answer));

        public int[,] Count(Func<int, int, (int Row, int Column)?> place)
        {
            var counts = new int[classes, classes];
            foreach (var (label, answer) in labels.Zip(answers))
            {
                if (place(label, answer) is var (row, column))
                {
                    counts[row, column]++;
                }
            }

            return counts;
        }

        public int[,] Pairs()
        {
            var counts = new int[classes, classes];
            foreach (var label in labels)
            {
                foreach (var answer in answers)
                {
                    counts[label, answer]++;
                }
            }

            return counts;
        }

        public int[,] Each(Func<int, int, int, int> value)
        {
            var counts = Right;
            for (var row = 0; row < classes; row++)
            {
                for (var column = 0; column < classes; column++)
                {
                    counts[row, column] = value(row, column, counts[row, column]);
                }
            }

            return counts;
        }
    }
}
