namespace CnnTutorial.Tests;

/// <summary>The real data sets, where CNN_TUTORIAL_DATA says they are.</summary>
public sealed class FullDataTests
{
    [Theory]
    [InlineData("mnist", new[] { 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 })]
    [InlineData("fashion-mnist", new[] { 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000 })]
    public void The_published_files_are_read(string name, int[] perClass)
    {
        var folder = FullData.Need();
        var dataset = new DatasetStore(new DatasetStoreOptions { DataFolder = folder }).Load(
            name == "mnist" ? DatasetCatalog.Mnist : DatasetCatalog.FashionMnist,
            TestContext.Current.CancellationToken
        );
        Assert.Equal((60_000, 10_000, 28, 28), (dataset.Train.Count, dataset.Test.Count, dataset.Train.Rows, dataset.Train.Columns));
        Assert.Equal(perClass, dataset.Train.CountByClass(10));
    }

    [Fact]
    public void The_first_digit_of_MNIST_is_a_five()
    {
        var folder = FullData.Need();
        var mnist = new DatasetStore(new DatasetStoreOptions { DataFolder = folder }).Load(
            DatasetCatalog.Mnist,
            TestContext.Current.CancellationToken
        );
        Assert.Equal("Five", mnist.ClassNames[mnist.Train.Labels[0]]);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var images = mnist.Train.ToImageTensor();
        Assert.Equal(0.1307, images.mean().item<float>(), 0.0001); // the mean that PyTorch's MNIST example normalizes by
    }
}
