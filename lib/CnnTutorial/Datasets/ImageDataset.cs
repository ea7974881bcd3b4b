namespace CnnTutorial;

/// <summary>Grey images with labels, in a train and a test split.</summary>
public sealed class ImageDataset
{
    /// <summary>What it is called, such as <c>MNIST</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The images to learn from.</summary>
    public required ImageSplit Train { get; init; }

    /// <summary>The images to judge by; never learned from.</summary>
    public required ImageSplit Test { get; init; }

    /// <summary>The name of each class: label 3 means <c>ClassNames[3]</c>.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Where this copy came from.</summary>
    public required DatasetSource Source { get; init; }

    /// <summary>The licence of the images.</summary>
    public required string License { get; init; }

    /// <summary>Whose work it is: what to cite.</summary>
    public required string Citation { get; init; }

    /// <summary>Such as <c>MNIST: 60,000 + 10,000 images of 28×28, from …</c>.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Name}: {Train.Count:N0} + {Test}, {Source.Description}");
}
