namespace CnnTutorial;

/// <summary>Images with labels, in a train and a test split.</summary>
public sealed class ImageDataset
{
    /// <summary>What it is called, such as <c>MNIST</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The images to learn from.</summary>
    public required ImageSplit Train { get; init; }

    /// <summary>The images to test with; never learned from.</summary>
    public required ImageSplit Test { get; init; }

    /// <summary>The name of each class: label 3 means <c>ClassNames[3]</c>.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Where this copy came from.</summary>
    public required DatasetSource Source { get; init; }

    /// <summary>The licence of the images.</summary>
    public required string License { get; init; }

    /// <summary>The files that could not be read, each with the reason; empty for a published data set.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Whose work it is: what to cite.</summary>
    public required string Citation { get; init; }

    /// <summary>Three splits: one to learn from, one to choose settings with, and one to test with once, at the end.</summary>
    /// <remarks>
    /// The validation images are taken from <see cref="Train"/>, the same share of each class, and at least one image where there is
    /// room for it, in an order that depends on <paramref name="seed"/> only; both splits keep the order that they have in
    /// <see cref="Train"/>. <see cref="Test"/> is returned as it is. Without a number, a twelfth of the training images is taken, but at
    /// least 500 (5,000 of MNIST's 60,000, and 500 of the bundled sample), and at most a fifth.
    /// </remarks>
    /// <param name="validation">How many images to take for validation, from 1 to one less than the training images; null for the
    /// number above.</param>
    /// <param name="seed">Another seed takes other images.</param>
    /// <returns>The images to learn from, those to choose settings with, and those of the test split.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No image would be left to learn from, or none to validate with.</exception>
    public (ImageSplit Train, ImageSplit Validation, ImageSplit Test) Split(int? validation = null, int seed = 0)
    {
        var count = validation ?? Math.Min(Math.Max(500, Train.Count / 12), Train.Count / 5);
        if (count < 1 || count >= Train.Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(validation),
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{count:N0} of {Train.Count:N0} training images cannot be set apart for validation: at least one image must be left "
                        + $"in each split. Ask for a number in between, such as a tenth of the images."
                )
            );
        }

        var taken = StratifiedChoice.Of(Train.Labels, count, seed);
        var kept = Enumerable.Range(0, Train.Count).Except(taken);
        return (Train.Select([.. kept]), Train.Select(taken), Test);
    }

    /// <summary>Such as <c>MNIST: 60,000 + 10,000 images of 28×28, from …</c>.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Name}: {Train.Count:N0} + {Test}, {Source.Description}");
}
