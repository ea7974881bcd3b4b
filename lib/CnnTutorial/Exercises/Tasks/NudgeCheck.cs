namespace CnnTutorial;

/// <summary>Notebook 04: the gradient of one weight, found by nudging it.</summary>
internal static class NudgeCheck
{
    private const float Epsilon = 0.01f;

    private static readonly float[] Weights = [0.5f, -1.2f, 2.0f, 0.8f];

    /// <summary>The gradients are far from each other, from zero and from the loss.</summary>
    private static readonly (string Text, Func<float[], double> Loss, double[] Gradient)[] Cases =
    [
        ("3·w₀ − 5·w₁ + 7·w₂ + 11·w₃", w => (3.0 * w[0]) - (5.0 * w[1]) + (7.0 * w[2]) + (11.0 * w[3]), [3, -5, 7, 11]),
        (
            "w₀² + 2·w₁² + w₀·w₂ + 3·w₃²",
            w => ((double)w[0] * w[0]) + (2.0 * w[1] * w[1]) + ((double)w[0] * w[2]) + (3.0 * w[3] * w[3]),
            [3.0, -4.8, 0.5, 4.8]
        ),
    ];

    public static string Run(Func<Func<float[], double>, float[], int, float, double> gradient)
    {
        foreach (var (text, loss, right) in Cases)
        {
            var seen = new List<double>();
            for (var index = 0; index < Weights.Length; index++)
            {
                seen.Add(Call(gradient, text, loss, index));
            }

            Values(text, loss, right, seen);
        }

        return "For two losses of four weights each your ratio is the gradient, up to the error from the size of the nudge; the "
            + "weights are as they were.";
    }

    private static double Call(
        Func<Func<float[], double>, float[], int, float, double> gradient,
        string text,
        Func<float[], double> loss,
        int index
    )
    {
        var weights = (float[])Weights.Clone();
        var calls = 0;
        var (seen, failure) = Attempt.Of(() =>
            gradient(
                w =>
                {
                    calls++;
                    return loss(w);
                },
                weights,
                index,
                Epsilon
            )
        );
        failure?.Throw();
        if (calls == 0)
        {
            throw new WrongAnswerException(
                "The loss is computed twice, before and after the nudge.",
                "`loss` was never called.",
                "`loss(weights)` gives the loss of these weights: use the parameter, not a variable of the notebook."
            );
        }

        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] != Weights[i])
            {
                throw new WrongAnswerException(
                    $"Afterwards the weights are as before: weights[{i}] is {Weights[i]:0.###}.",
                    $"weights[{i}] is {weights[i]:0.###}.",
                    i == index
                        ? "Put the old value back once the loss of the nudged weights is computed; or nudge a copy of the array, as "
                            + "`weights.ToArray()` makes it."
                        : $"Only weights[index] is nudged, here weights[{index}]; and its old value is put back."
                );
            }
        }

        return seen;
    }

    private static void Values(string text, Func<float[], double> loss, double[] right, List<double> seen)
    {
        var at = Enumerable.Range(0, seen.Count).FirstOrDefault(i => !(Math.Abs(seen[i] - right[i]) <= Tolerance(right[i])), -1);
        if (at < 0)
        {
            return;
        }

        var start = loss(Weights);
        double Nudged(int index, float value)
        {
            var copy = (float[])Weights.Clone();
            copy[index] = value;
            return loss(copy);
        }

        (string What, string Hint, Func<int, double> Value)[] slips =
        [
            (
                "the loss does not change",
                "Is the loss computed once before the nudge and once after? An array that is kept in a second variable is still the "
                    + "same array: "
                    + "nudging one nudges both.",
                _ => 0
            ),
            ("the sign is wrong", "The loss after the nudge minus the loss before it.", i => -right[i]),
            ("the difference of the losses, not divided by ε", "Divide it by `epsilon`.", i => right[i] * Epsilon),
            ("the difference of the losses times ε", "Divide it by `epsilon`.", i => right[i] * Epsilon * Epsilon),
            ("half of it", "A nudge to one side has the size ε: divide by `epsilon`, not by 2·ε.", i => right[i] / 2),
            ("twice as much", "From −ε to +ε it is 2·ε: divide by that.", i => right[i] * 2),
            (
                "the loss after the nudge, divided by ε",
                "Subtract the loss before the nudge; mind the brackets: (L(w + ε) − L(w)) / ε.",
                i => Nudged(i, Weights[i] + Epsilon) / Epsilon
            ),
            (
                "only the second loss is divided by ε",
                "Mind the brackets: (L(w + ε) − L(w)) / ε.",
                i => Nudged(i, Weights[i] + Epsilon) - (start / Epsilon)
            ),
            (
                "the loss itself",
                "Subtract the loss before the nudge from the loss after it, and divide by ε.",
                i => Nudged(i, Weights[i] + Epsilon)
            ),
            ("the loss itself", "Subtract the loss before the nudge from the loss after it, and divide by ε.", _ => start),
            ("all weights were nudged at once", "Nudge only `weights[index]` and leave all others as they are.", _ => right.Sum()),
            ("the gradient of weight 0, whichever was asked for", "Nudge `weights[index]`, not `weights[0]`.", _ => right[0]),
            ("the gradient of the weight after it", "Nudge `weights[index]`: indexes begin at 0.", i => right[(i + 1) % right.Length]),
            ("the weight was set to ε", "Add ε to the weight: `weights[index] + epsilon`.", i => (Nudged(i, Epsilon) - start) / Epsilon),
            (
                "the weight was multiplied by 1 + ε",
                "Add ε to the weight: `weights[index] + epsilon`.",
                i => (Nudged(i, Weights[i] * (1 + Epsilon)) - start) / Epsilon
            ),
        ];
        var expected =
            $"About {right[at]:0.0##} for weight {at} of the loss {text} at "
            + $"[{string.Join(", ", Weights.Select(w => w.ToString("0.0")))}] with ε = "
            + $"{Epsilon:0.##}: the loss goes from {start:0.0000} to {Nudged(at, Weights[at] + Epsilon):0.0000}.";
        var slip = slips.FirstOrDefault(one =>
            Enumerable.Range(0, seen.Count).All(i => Math.Abs(seen[i] - one.Value(i)) <= 0.02 * Math.Max(Math.Abs(one.Value(i)), 1e-3))
        );
        throw slip.What is null
            ? new WrongAnswerException(
                expected,
                $"{seen[at]:0.0000}.",
                "Three steps: the loss as it is; the loss with ε added to `weights[index]`; their difference, second minus first, "
                    + "divided by ε."
            )
            : new WrongAnswerException(expected, $"{seen[at]:0.0000}: {slip.What}.", slip.Hint);
    }

    /// <summary>The error of a nudge to one side is half the second derivative of the loss times ε, at most 3 · ε here.</summary>
    private static double Tolerance(double right) => 0.032 + (0.001 * Math.Abs(right));
}
