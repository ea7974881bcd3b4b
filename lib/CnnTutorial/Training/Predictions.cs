namespace CnnTutorial;

/// <summary>A network's predictions: for each image, a probability for every class.</summary>
public sealed class Predictions
{
    private readonly float[] _probabilities;

    internal Predictions(float[] probabilities, int classes)
    {
        _probabilities = probabilities;
        Classes = classes;
        Labels = [.. Enumerable.Range(0, Count).Select(i => Of(i)).Select(row => Array.IndexOf(row, row.Max()))];
    }

    /// <summary>The number of images.</summary>
    public int Count => Classes == 0 ? 0 : _probabilities.Length / Classes;

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The most probable class of each image.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>The probabilities of one image's classes; they add up to 1.</summary>
    /// <param name="image">From 0 to Count − 1.</param>
    public float[] Of(int image) => _probabilities[(image * Classes)..((image + 1) * Classes)];

    /// <summary>The probability of the most probable class, in [0, 1].</summary>
    /// <param name="image">From 0 to Count − 1.</param>
    public float Confidence(int image) => Of(image)[Labels[image]];
}
