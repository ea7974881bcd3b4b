namespace CnnTutorial;

/// <summary>How often images of one class were taken for each of the others.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts;

    private ConfusionMatrix(int[,] counts) => _counts = counts;

    /// <summary>The number of classes.</summary>
    public int Classes => _counts.GetLength(0);

    /// <summary>How many images of class <paramref name="actual"/> were predicted as <paramref name="predicted"/>.</summary>
    public int this[int actual, int predicted] => _counts[actual, predicted];

    /// <summary>Counts.</summary>
    /// <param name="actual">The labels of N images.</param>
    /// <param name="predictions">The network's predictions for the same N images.</param>
    /// <exception cref="ArgumentException">The numbers differ, or a label is not among the network's classes.</exception>
    public static ConfusionMatrix Of(IReadOnlyList<byte> actual, Predictions predictions)
    {
        ArgumentNullException.ThrowIfNull(actual);
        ArgumentNullException.ThrowIfNull(predictions);
        if (actual.Count != predictions.Count)
        {
            throw new ArgumentException(
                $"There are {actual.Count} labels and {predictions.Count} predictions; predict the same images that the labels belong to.",
                nameof(actual)
            );
        }

        var counts = new int[predictions.Classes, predictions.Classes];
        for (var i = 0; i < actual.Count; i++)
        {
            if (actual[i] >= predictions.Classes)
            {
                throw new ArgumentException(
                    $"Image {i} has label {actual[i]}, and the network knows classes 0 to {predictions.Classes - 1}.",
                    nameof(actual)
                );
            }

            counts[actual[i], predictions.Labels[i]]++;
        }

        return new ConfusionMatrix(counts);
    }

    /// <summary>The images of a class.</summary>
    public int Actual(int label) => Enumerable.Range(0, Classes).Sum(predicted => _counts[label, predicted]);

    /// <summary>The images that were taken for a class, rightly or not.</summary>
    public int Predicted(int label) => Enumerable.Range(0, Classes).Sum(actual => _counts[actual, label]);
}
