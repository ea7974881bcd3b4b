namespace CnnTutorial;

/// <summary>Judges the mean loss that the learner's code returns.</summary>
internal static class MeanLoss
{
    /// <param name="seen">What was returned.</param>
    /// <param name="batches">The mean loss and the size of each batch.</param>
    /// <exception cref="WrongAnswerException">It is another number.</exception>
    public static void Check(double seen, IReadOnlyList<(double Loss, int Count)> batches)
    {
        var sum = batches.Sum(batch => batch.Loss * batch.Count);
        var mean = sum / batches.Sum(batch => batch.Count);
        if (Near(seen, mean))
        {
            return;
        }

        var (what, hint) = seen switch
        {
            _ when Near(seen, batches[^1].Loss) => (
                "the loss of the last batch alone",
                "Add up over all batches; declare the sum before the loop."
            ),
            _ when Near(seen, batches.Average(batch => batch.Loss)) => (
                "the mean over batches, in which an image of the smaller last batch counts more",
                "The loss of a batch is a mean over its images: multiply it by `batch.Count` before you add, and divide by the number "
                    + "of images."
            ),
            _ when Near(seen, batches.Sum(batch => batch.Loss)) => (
                "the sum of the batches' losses",
                "Multiply each by `batch.Count`, and divide the sum by the number of images."
            ),
            _ when Near(seen, sum) => ("the sum over all images", "Divide it by the number of images."),
            _ => ("another number", "Add up `loss * batch.Count` over the batches, and divide by the number of images."),
        };
        throw new WrongAnswerException($"The mean loss of an image, here {mean:0.0000}.", $"{seen:0.0000}: {what}.", hint);
    }

    public static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-5 * Math.Max(1, Math.Abs(b));
}
