namespace CnnTutorial.Tests.Training;

public sealed class ConfusionMatrixTests
{
    private static readonly Predictions Three = new([0.9f, 0.1f, 0.2f, 0.8f, 0.6f, 0.4f], 2);

    [Fact]
    public void It_counts_actual_by_predicted()
    {
        var matrix = ConfusionMatrix.Of([0, 1, 1], Three);
        Assert.Equal((1, 0, 1, 1), (matrix[0, 0], matrix[0, 1], matrix[1, 0], matrix[1, 1]));
        Assert.Equal((1, 2), (matrix.Actual(0), matrix.Actual(1)));
        Assert.Equal((2, 1), (matrix.Predicted(0), matrix.Predicted(1)));
    }

    [Fact]
    public void Labels_that_do_not_fit_are_named()
    {
        Assert.Contains(
            "2 labels and 3 predictions",
            Assert.Throws<ArgumentException>(() => ConfusionMatrix.Of([0, 1], Three)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Image 2 has label 7",
            Assert.Throws<ArgumentException>(() => ConfusionMatrix.Of([0, 1, 7], Three)).Message,
            StringComparison.Ordinal
        );
    }
}
