namespace CnnTutorial;

/// <summary>Judges the order of the images in an epoch.</summary>
internal static class BatchOrder
{
    private const string Expected = "The images in random order.";

    private const string Cure =
        "Make a random order of the numbers 0 to N − 1 with `randperm`, and pick each batch's images by it with `index_select`.";

    /// <exception cref="WrongAnswerException">The order is not random.</exception>
    public static void ThrowIfNotShuffled(PipelineEpoch epoch)
    {
        var images = epoch.Images;
        var steps = images.Zip(images.Skip(1), (a, b) => b - a).ToList();
        if (steps.TrueForAll(step => step == 1))
        {
            throw new WrongAnswerException(Expected, "The images came in the order of the file.", Cure);
        }

        if (steps.TrueForAll(step => step == -1))
        {
            throw new WrongAnswerException(Expected, "The images came in the order of the file, from the last to the first.", Cure);
        }

        if (steps.Count(step => step == 1) == steps.Count - 1)
        {
            throw new WrongAnswerException(
                Expected,
                $"The images came in the order of the file, but they start at image {images[0]} and go round to it again.",
                Cure
            );
        }

        if (epoch.Batches.All(batch => batch.Images.Zip(batch.Images.Skip(1)).All(pair => pair.Second == pair.First + 1)))
        {
            throw new WrongAnswerException(
                Expected,
                "The batches came in random order, but in each batch the images are in the order of the file; the same images always come "
                    + "together.",
                "Shuffle the numbers of all images first, and only then cut them into batches."
            );
        }

        if (epoch.Batches.All(batch => batch.Images.Max() - batch.Images.Min() < batch.Images.Length))
        {
            throw new WrongAnswerException(
                Expected,
                "The images are shuffled only within each batch; the same images always come together.",
                "Shuffle the numbers of all images first, and only then cut them into batches."
            );
        }

        var labels = epoch.Labels;
        if (labels.Distinct().Count() > 2 && labels.Zip(labels.Skip(1)).All(pair => pair.First <= pair.Second))
        {
            throw new WrongAnswerException(Expected, "The images came sorted by their labels.", Cure);
        }

        // The rank correlation of two random orders of 100 is below 0.6 (six standard deviations of 0.1).
        var mean = (images.Length - 1) / 2.0;
        var correlation =
            images.Select((image, place) => (image - mean) * (place - mean)).Sum()
            / Enumerable.Range(0, images.Length).Sum(place => (place - mean) * (place - mean));
        if (Math.Abs(correlation) > 0.6)
        {
            throw new WrongAnswerException(
                Expected,
                "The images came almost in the order of the file: most of them stand near their place in it (correlation "
                    + $"{correlation:0.00}).",
                "Shuffle thoroughly: any image may come at any place. `randperm` does it, or `Random.Shared.Shuffle(numbers)`."
            );
        }
    }

    /// <exception cref="WrongAnswerException">Two epochs have the same order.</exception>
    public static void ThrowIfSame(PipelineEpoch one, PipelineEpoch other, bool reseeds)
    {
        if (one.Images.AsSpan().SequenceEqual(other.Images))
        {
            throw new WrongAnswerException(
                "A new order in every epoch: each call of your function is one epoch.",
                "Two epochs had the same order.",
                reseeds
                    ? "`torch.manual_seed` in your function starts the same sequence of random numbers again in each call: leave it out."
                    : "Draw a new random order inside the function in each call, and do not fix the seed in there: a `new "
                        + "Random(1)` or "
                        + "`manual_seed` starts the same sequence again."
            );
        }
    }
}
