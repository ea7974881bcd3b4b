namespace CnnTutorial;

/// <summary>Judges the mean loss that the learner's code returns.</summary>
internal static class MeanLoss
{
    private const string Sum = "Add up `loss * batch.Count` over the batches, and divide by the number of images.";

    /// <param name="seen">What was returned.</param>
    /// <param name="batches">The mean loss and the size of each batch.</param>
    /// <param name="others">What else may have been computed.</param>
    /// <param name="other">What another call returned, whose right answer was different.</param>
    /// <exception cref="WrongAnswerException">It is not the mean over all images.</exception>
    public static void Check(
        double seen,
        IReadOnlyList<(double Loss, int Count)> batches,
        IReadOnlyList<(double Value, string What, string Hint)>? others = null,
        double? other = null
    )
    {
        var sum = batches.Sum(batch => batch.Loss * batch.Count);
        var count = batches.Sum(batch => batch.Count);
        var mean = sum / count;
        if (Near(seen, mean))
        {
            return;
        }

        var (what, hint) = Reason();
        throw new WrongAnswerException($"The mean loss of an image, here {mean:0.0000}.", $"{seen:0.0000}: {what}.", hint);

        (string What, string Hint) Reason()
        {
            if (!double.IsFinite(seen))
            {
                return ("not a finite number", "Is the sum divided by a count that is still zero? Add `batch.Count` to it in the loop.");
            }

            if (seen == 0)
            {
                return (
                    "zero",
                    "Are the losses added up, in a `double`, and is their sum what you return? An `int`, or `int / int`, cuts off "
                        + "the digits after the point."
                );
            }

            if (other is { } same && Near(seen, same))
            {
                return (
                    "the same from two calls, whose losses are different: a constant, or a number that was cut to a whole one",
                    "Return the mean of the losses that this call computed; add them up in a `double`, since an `int` cuts off the "
                        + "digits after the point."
                );
            }

            foreach (var (value, text, cure) in others ?? [])
            {
                if (Near(seen, value))
                {
                    return (text, cure);
                }
            }

            foreach (var (value, text, cure) in Usual())
            {
                if (Near(seen, value))
                {
                    return (text, cure);
                }
            }

            for (var digits = 0; digits <= 3; digits++)
            {
                if (Math.Abs(seen - Math.Round(mean, digits)) < 1e-7)
                {
                    return (
                        digits == 0
                            ? "the mean loss as a whole number"
                            : $"the mean loss, rounded to {digits} {(digits == 1 ? "digit" : "digits")}",
                        "Return the number as it is; rounding belongs in the line that prints it."
                    );
                }
            }

            if (sum / seen is var by && Math.Abs(by - Math.Round(by)) < 1e-4 && Math.Abs(by - count) < 3)
            {
                return ($"the losses of all images, divided by {by:0}, and there are {count} images", Sum);
            }

            return (
                $"{seen / mean:0.###} times the mean loss; the losses of the batches are "
                    + string.Join(", ", batches.Select(batch => batch.Loss.ToString("0.0000"))),
                Sum
            );
        }

        IEnumerable<(double Value, string What, string Hint)> Usual()
        {
            yield return (
                batches[^1].Loss,
                "the loss of the last batch alone",
                "Add up over all batches; declare the sum before the loop."
            );
            yield return (batches[0].Loss, "the loss of the first batch alone", "Return after the loop, not in it.");
            yield return (
                batches.Average(batch => batch.Loss),
                "the mean over batches, in which an image of the smaller last batch counts more",
                "The loss of a batch is a mean over its images: multiply it by `batch.Count` before you add, and divide by the number "
                    + "of images."
            );
            yield return (
                batches.Sum(batch => batch.Loss),
                "the sum of the batches' losses",
                "Multiply each by `batch.Count`, and divide the sum by the number of images."
            );
            yield return (sum, "the sum over all images", "Divide it by the number of images.");
            yield return (count, "the number of images", Sum);
            yield return (-mean, "the mean loss with a minus", "Return it as it is.");
            yield return (
                batches.Sum(batch => batch.Loss) / count,
                "the sum of the batches' means, divided by the number of images",
                "The loss of a batch is a mean over its images already: multiply it by `batch.Count` before you add."
            );
            yield return (
                sum / batches.Count,
                "the sum over all images, divided by the number of batches",
                "Divide by the number of images."
            );
            yield return (mean / count, "the mean loss, divided by the number of images once more", "Divide once, at the end.");
            yield return (
                sum / (batches.Count * (double)batches[0].Count),
                "divided by a number of images that counts the smaller last batch as a full one",
                "Count the images themselves: add `batch.Count` in the loop."
            );
            foreach (var divisor in new[] { count, batches.Count })
            {
                yield return (
                    batches[^1].Loss * batches[^1].Count / divisor,
                    "what the last batch alone adds",
                    "Add to the sum with `+=`; `=` overwrites what the batches before have added."
                );
            }

            yield return (
                batches.Sum(batch => batch.Loss) * batches[0].Count / count,
                "a mean in which the smaller last batch counts like a full one",
                "Multiply each batch's loss by its own `batch.Count`."
            );
            yield return (batches.Max(batch => batch.Loss), "the largest loss of a batch", Sum);
            yield return (batches.Min(batch => batch.Loss), "the smallest loss of a batch", Sum);
            yield return (100 * mean, "the mean loss times 100", "Return it as it is, not in percent.");
            yield return (Math.Exp(-mean), "e to the power of minus the mean loss", "Return the loss itself.");
            const string Whole = "A sum in an `int` cuts off the digits after the point: declare it as `0.0`.";
            foreach (
                var cut in new[]
                {
                    batches.Sum(batch => (int)(batch.Loss * batch.Count)),
                    batches.Sum(batch => (int)batch.Loss * batch.Count),
                    (int)sum,
                    batches.Sum(batch => (int)Math.Round(batch.Loss * batch.Count)),
                }
            )
            {
                yield return ((double)cut / count, "the mean of losses that were cut to whole numbers", Whole);
                yield return (cut / count, "a mean of whole numbers: the digits after the point were cut off", Whole);
            }

            yield return (
                batches.Sum(batch => (int)batch.Loss) / (double)batches.Count,
                "the mean of losses that were cut to whole numbers",
                Whole
            );
        }
    }

    public static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-5 * Math.Max(1, Math.Abs(b));
}
