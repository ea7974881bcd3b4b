namespace CnnTutorial;

/// <summary>Makes a data set of a learner's own images.</summary>
internal static class OwnImages
{
    /// <summary>With fewer images of a class, its test result would be chance.</summary>
    public const int LeastOfClass = 5;

    /// <summary>A fifth of each class is kept for the test.</summary>
    private const int TestShare = 5;

    /// <summary>A label is a byte.</summary>
    private const int MostClasses = 256;

    /// <summary>Checks the classes, mixes the images and keeps some of each class for the test.</summary>
    /// <param name="source">Where the images come from: the first words of a message, such as <c>The folder /home/me/pictures</c>.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="all">All images with their labels.</param>
    /// <param name="seed">Decides which images are kept for the test.</param>
    /// <exception cref="InvalidDataException">A network cannot learn from these images; the message says why.</exception>
    public static (ImageSplit Train, ImageSplit Test) Split(string source, IReadOnlyList<string> classNames, ImageSplit all, int seed)
    {
        if (all.Count == 0)
        {
            throw new InvalidDataException($"{source} holds no image that can be read; put at least {LeastOfClass} of each class there.");
        }

        if (classNames.Count == 1)
        {
            throw new InvalidDataException(
                $"{source} holds one class only, '{classNames[0]}', so that there is nothing to tell apart; add a second class."
            );
        }

        if (classNames.Count > MostClasses)
        {
            throw new InvalidDataException($"{source} holds {classNames.Count} classes, and {MostClasses} are the most that fit.");
        }

        var counts = all.CountByClass(classNames.Count);
        var fewest = Array.IndexOf(counts, counts.Min());
        if (counts[fewest] < LeastOfClass)
        {
            throw new InvalidDataException(
                $"{source} holds {counts[fewest]} {(counts[fewest] == 1 ? "image" : "images")} of the class '{classNames[fewest]}', and "
                    + $"{LeastOfClass} are the fewest to learn and to test with; add some, or leave the class out."
            );
        }

        var test = StratifiedChoice.Of(all.Labels, (all.Count + TestShare - 1) / TestShare, seed).ToHashSet();
        // Mixed, so that the first images of a split are of all classes.
        var order = Enumerable.Range(0, all.Count).ToArray();
        new Random(seed).Shuffle(order);
        return (all.Select([.. order.Where(image => !test.Contains(image))]), all.Select([.. order.Where(test.Contains)]));
    }
}
