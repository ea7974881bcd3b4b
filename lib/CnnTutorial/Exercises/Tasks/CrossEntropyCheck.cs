namespace CnnTutorial;

/// <summary>Notebook 04: the mean cross-entropy of a batch, computed by hand, also where <c>e^z</c> is more than a number can
/// hold.</summary>
internal static class CrossEntropyCheck
{
    private static readonly (string WhereToLook, (float[,] Logits, int[] Labels)[] Cases)[] Groups =
    [
        (
            "One image, three classes: compute e to the power of each logit, divide that of the right class by the sum of the three, take "
                + "the logarithm, change the sign.",
            [
                (
                    new float[,]
                    {
                        { 1, 2, 0.5f },
                    },
                    [0]
                ),
                (
                    new float[,]
                    {
                        { -0.5f, 0.3f, 1.2f },
                    },
                    [2]
                ),
            ]
        ),
        (
            "With one image all is right. With several the loss is the mean over them, and each has a row of logits and a label "
                + "of its own.",
            [
                (
                    new float[,]
                    {
                        { 0.2f, 1.5f, -0.7f, 0.4f },
                        { 2.2f, -1.1f, 0.3f, 0.9f },
                        { -0.4f, 0.8f, 1.9f, -1.3f },
                    },
                    [1, 2, 0]
                ),
                (
                    new float[,]
                    {
                        { 3, 1, 2 },
                        { 0.5f, 4, -2 },
                        { 1, 1, 1 },
                        { -3, 0, 2 },
                        { 2, 2.5f, 0 },
                    },
                    [0, 1, 2, 2, 0]
                ),
            ]
        ),
    ];

    /// <summary>Large logits, as a network can give after a few steps that were too long, and how to compute with them.</summary>
    private static readonly (string WhereToLook, float[,] Logits, int[] Labels)[] Large =
    [
        (
            "e to the power of 1000 is more than a number can hold, and ∞ / ∞ is NaN. Subtract the largest logit of the row from all of "
                + "the row first: the probabilities stay the same, and no power is above 1.",
            new float[,]
            {
                { 1000, 998, 999 },
                { 1001, 1000, 999 },
            },
            [0, 2]
        ),
        (
            "The probability of the right class is so small that it rounds to 0, and the logarithm of 0 is −∞. Never compute it: −ln p is "
                + "ln Σ e^(z − m) − (z_y − m), with the largest logit m.",
            new float[,]
            {
                { 0, 1000, 10 },
                { 5, 1000, 3 },
            },
            [0, 0]
        ),
        (
            "Each row has a largest logit of its own: subtract that, not 0 and not the largest of the whole batch. Begin the search with "
                + "the row's first logit.",
            new float[,]
            {
                { 1000, 999, 998 },
                { -1000, -999, -998 },
                { 1, 2, 3 },
            },
            [1, 0, 2]
        ),
    ];

    private static readonly Slip<Case, double[]>[] Slips =
    [
        new("the loss was never computed", "Return the mean of the images' losses.", _ => [0]),
        new(
            "the logit of the right class, with its sign changed",
            "A logit is not a probability yet: divide e^z of the right class by the sum of e^z over all classes, then take −ln.",
            one => one.Mean(i => -one.Logit(i))
        ),
        new(
            "the logit of the right class",
            "First turn the logits into probabilities with softmax, then take −ln.",
            one => one.Mean(one.Logit)
        ),
        new(
            "the probability of the right class: the logarithm is missing",
            "The loss is −ln of that probability: `-Math.Log(p)`.",
            one => one.Mean(one.Probability)
        ),
        new(
            "the sign is wrong",
            "A logarithm of a number below 1 is negative: the loss is −ln p, which is positive.",
            one => one.Mean(i => Math.Log(one.Probability(i)))
        ),
        new(
            "one minus the probability",
            "The loss is −ln p: it grows without limit where p goes to 0.",
            one => one.Mean(i => 1 - one.Probability(i))
        ),
        new(
            "the logarithm to base 10",
            "`Math.Log` is the natural logarithm; `Math.Log10` is not.",
            one => one.Mean(i => -Math.Log10(one.Probability(i)))
        ),
        new(
            "the logarithm to base 2",
            "`Math.Log` is the natural logarithm; `Math.Log2` is not.",
            one => one.Mean(i => -Math.Log2(one.Probability(i)))
        ),
        new(
            "e^z without dividing by the sum",
            "A probability is e^z of the right class divided by the sum of e^z over all classes.",
            one => one.Mean(i => Math.Exp(one.Logit(i)))
        ),
        new(
            "the right class is missing from the sum",
            "The sum below the fraction goes over all classes, the right one too.",
            one => one.Mean(i => -Math.Log(Math.Exp(one.Logit(i)) / (one.Sum(i) - Math.Exp(one.Logit(i)))))
        ),
        new(
            "softmax was taken twice",
            "Take it once: e^z divided by the sum of e^z, and the logarithm of that.",
            one => one.Mean(i => -Math.Log(Math.Exp(one.Probability(i)) / one.Probabilities(i).Sum(Math.Exp)))
        ),
        new(
            "the largest logit was subtracted in the sum and not added again",
            "ln Σ e^z is m + ln Σ e^(z − m): the m must not get lost.",
            one => one.Mean(i => Math.Log(one.Row(i).Sum(z => Math.Exp(z - one.Row(i).Max()))) - one.Logit(i))
        ),
        new("the sum over the images, not their mean", "Divide by the number of images.", one => one.Total(i => one.Loss(i))),
        new(
            "the sum divided by the number of classes",
            "Divide by the number of images, `logits.GetLength(0)`.",
            one => [one.Total(i => one.Loss(i))[0] / one.Classes]
        ),
        new(
            "divided by images and classes",
            "One loss for each image: divide only by the number of images.",
            one => [one.Total(i => one.Loss(i))[0] / (one.Classes * one.Count)]
        ),
        new(
            "the loss of the last image alone",
            "Add up over all images: `sum += …`, and divide at the end.",
            one => [one.Loss(one.Count - 1)]
        ),
        new("the loss of the first image alone", "Go through all images before you return.", one => [one.Loss(0)]),
        new(
            "the last image's loss divided by the number of images",
            "Add up: `sum += …`, not `sum = …`.",
            one => [one.Loss(one.Count - 1) / one.Count]
        ),
        new(
            "the logarithm of the mean probability",
            "First the logarithm of each image's probability, then the mean.",
            one => [-Math.Log(one.Mean(one.Probability)[0])]
        ),
        new(
            "the loss of the most probable class, not of the right one",
            "The label says which class is right: `logits[i, labels[i]]`.",
            one => one.Mean(i => -Math.Log(one.Probabilities(i).Max()))
        ),
        new(
            "the mean over all classes",
            "Only the probability of the right class counts: `logits[i, labels[i]]`.",
            one => one.Mean(i => one.Probabilities(i).Average(p => -Math.Log(p)))
        ),
        new(
            "the sum over all classes",
            "Only the probability of the right class counts: `logits[i, labels[i]]`.",
            one => one.Mean(i => one.Probabilities(i).Sum(p => -Math.Log(p)))
        ),
        new(
            "the class after the right one",
            "Labels are numbered from 0, as the columns are: `logits[i, labels[i]]`.",
            one => one.Mean(i => -Math.Log(one.Probabilities(i)[(one.Labels[i] + 1) % one.Classes]))
        ),
        new(
            "the class before the right one",
            "Labels are numbered from 0, as the columns are: `logits[i, labels[i]]`.",
            one => one.Mean(i => -Math.Log(one.Probabilities(i)[(one.Labels[i] + one.Classes - 1) % one.Classes]))
        ),
        new(
            "the probabilities of all images together add up to 1",
            "Each image has a sum of its own: set it to zero for each row.",
            one => one.Mean(i => -Math.Log(Math.Exp(one.Logit(i)) / Enumerable.Range(0, one.Count).Sum(one.Sum)))
        ),
        new(
            "the sum of e^z is not set to zero for each image",
            "Each image has a sum of its own: `var sum = 0.0;` inside the loop over the images.",
            one => one.Mean(i => -Math.Log(Math.Exp(one.Logit(i)) / Enumerable.Range(0, i + 1).Sum(one.Sum)))
        ),
        new(
            "the sum goes down a column, over the images",
            "The sum goes over the classes of one image: over `logits[i, 0]`, `logits[i, 1]` and so on.",
            one =>
                one.Mean(i =>
                    -Math.Log(
                        Math.Exp(one.Logit(i)) / Enumerable.Range(0, one.Count).Sum(other => Math.Exp(one.Logits[other, one.Labels[i]]))
                    )
                )
        ),
    ];

    public static string Run(Func<float[,], int[], double> crossEntropy)
    {
        foreach (var (whereToLook, cases) in Groups)
        {
            var seen = cases
                .Select(one => new Case(one.Logits, one.Labels))
                .Select(one => (Case: one, Seen: Call(crossEntropy, one)))
                .ToList();
            if (seen.Find(one => !Near(one.Seen, one.Case.Right)) is not { Case: not null } wrong)
            {
                continue;
            }

            List<(Case Case, double[] Seen)> here = [.. seen.Select(one => (one.Case, new[] { one.Seen }))];
            var slip = Slip<Case, double[]>.Of(Slips, All(crossEntropy), Same) ?? Slip<Case, double[]>.Of(Slips, here, Same);
            throw slip is null
                ? new WrongAnswerException(Expected(wrong.Case), Text(wrong.Seen) + ".", whereToLook)
                : new WrongAnswerException(Expected(wrong.Case), $"{Text(wrong.Seen)}: {slip.What}.", slip.Hint);
        }

        foreach (var (whereToLook, logits, labels) in Large)
        {
            var one = new Case(logits, labels);
            var seen = Call(crossEntropy, one);
            if (!Near(seen, one.Right))
            {
                throw new WrongAnswerException(
                    Expected(one),
                    double.IsFinite(seen) ? $"{Text(seen)}: with small logits all is right, with large ones it is not." : $"{Text(seen)}.",
                    whereToLook
                );
            }
        }

        return "With one image and with several your loss is that of `CrossEntropyLoss`, and it stays right with logits of 1,000 and "
            + "of −1,000, "
            + "where e^z is infinite or zero.";
    }

    /// <summary>The code's results in all groups, since one image alone cannot tell all slips apart.</summary>
    private static List<(Case Case, double[] Seen)> All(Func<float[,], int[], double> crossEntropy) =>
        [
            .. Groups
                .SelectMany(group => group.Cases)
                .Select(one => new Case(one.Logits, one.Labels))
                .Select(one => (one, new[] { Attempt.Of(() => Call(crossEntropy, one)) is (var value, null) ? value : double.NaN })),
        ];

    private static bool Same(double[] wrong, double[] seen) => Near(seen[0], wrong[0]);

    private static double Call(Func<float[,], int[], double> crossEntropy, Case one)
    {
        var (logits, labels) = ((float[,])one.Logits.Clone(), (int[])one.Labels.Clone());
        var (seen, failure) = Attempt.Of(() => crossEntropy(logits, labels));
        if (failure is { SourceException: IndexOutOfRangeException })
        {
            throw new WrongAnswerException(
                Expected(one),
                "IndexOutOfRangeException: your function read a logit or a label that does not exist.",
                "`logits[i, c]`: the first index is the image, from 0 to `logits.GetLength(0) - 1`; the second the class, from 0 to "
                    + "`logits.GetLength(1) - 1`. There may be any number of classes."
            );
        }

        failure?.Throw();
        return logits.Cast<float>().SequenceEqual(one.Logits.Cast<float>()) && labels.SequenceEqual(one.Labels)
            ? seen
            : throw new WrongAnswerException(
                "Logits and labels stay as they are.",
                "Your function wrote into the arrays that it was given.",
                "Keep z − m in a variable; do not write it back into `logits`."
            );
    }

    private static string Expected(Case one)
    {
        var (images, labels) = (one.Count == 1 ? "one image" : $"{one.Count} images", string.Join(", ", one.Labels));
        var rows = Enumerable.Range(0, one.Count).Select(i => $"[{string.Join(", ", one.Row(i).Select(z => z.ToString("0.##")))}]");
        return $"{Text(one.Right)}, the loss of {images} with the logits {string.Join(", ", rows)} and the "
            + $"label{(one.Count == 1 ? "" : "s")} {labels}.";
    }

    private static string Text(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "∞"
        : double.IsNegativeInfinity(value) ? "−∞"
        : (Math.Round(value, 4) + 0.0).ToString("0.0000").Replace('-', '−');

    private static bool Near(double a, double b) => Math.Abs(a - b) <= 5e-4 * Math.Max(1, Math.Abs(b));

    private sealed class Case(float[,] logits, int[] labels)
    {
        public float[,] Logits => logits;

        public int[] Labels => labels;

        public int Count => labels.Length;

        public int Classes => logits.GetLength(1);

        public double Right => Mean(Loss)[0];

        public double[] Row(int i) => [.. Enumerable.Range(0, Classes).Select(c => (double)logits[i, c])];

        public double Logit(int i) => logits[i, labels[i]];

        public double Sum(int i) => Row(i).Sum(Math.Exp);

        public double[] Probabilities(int i) => [.. Row(i).Select(z => Math.Exp(z) / Sum(i))];

        public double Probability(int i) => Probabilities(i)[labels[i]];

        public double Loss(int i) => Row(i).Max() + Math.Log(Row(i).Sum(z => Math.Exp(z - Row(i).Max()))) - Logit(i);

        public double[] Mean(Func<int, double> ofImage) => [Enumerable.Range(0, Count).Average(ofImage)];

        public double[] Total(Func<int, double> ofImage) => [Enumerable.Range(0, Count).Sum(ofImage)];
    }
}
