namespace CnnTutorial.Tests;

public sealed class ThreeSplitsTests
{
    [Fact]
    public void Validation_takes_images_from_the_training_split_and_leaves_the_test_split_alone()
    {
        var dataset = Dataset(60, 30, 10);
        var (train, validation, test) = dataset.Split(validation: 20);
        Assert.Equal((80, 20), (train.Count, validation.Count));
        Assert.Same(dataset.Test, test);
        // Each image holds its own number: together they are all of them, and none is in both.
        Assert.Equal(Enumerable.Range(0, 100), train.Images.Concat(validation.Images).Select(pixel => (int)pixel).Order());
        Assert.Equal(train.Images.Order(), train.Images);
        Assert.Equal(validation.Images.Order(), validation.Images);
    }

    [Fact]
    public void An_image_keeps_its_label()
    {
        var dataset = Dataset(60, 30, 10);
        var (train, validation, _) = dataset.Split(validation: 20);
        foreach (var split in new[] { train, validation })
        {
            Assert.Equal(split.Images.Select(image => dataset.Train.Labels[image]), split.Labels);
        }
    }

    [Theory]
    [InlineData(10, new[] { 6, 3, 1 })]
    [InlineData(20, new[] { 12, 6, 2 })]
    [InlineData(15, new[] { 9, 5, 1 })]
    [InlineData(1, new[] { 1, 0, 0 })]
    [InlineData(99, new[] { 59, 30, 10 })]
    public void Each_class_keeps_its_share(int count, int[] shares)
    {
        var taken = Dataset(60, 30, 10).Split(count).Validation;
        Assert.Equal(count, taken.Count);
        Assert.Equal(shares, taken.CountByClass(3));
    }

    [Theory]
    [InlineData(20, new[] { 18, 1, 1 })]
    [InlineData(3, new[] { 1, 1, 1 })]
    [InlineData(2, new[] { 1, 1, 0 })]
    public void No_class_is_missing_from_validation_that_fits(int count, int[] shares)
    {
        var (train, validation, _) = Dataset(980, 18, 2).Split(count);
        Assert.Equal(shares, validation.CountByClass(3));
        Assert.Equal(1000 - count, train.Count);
    }

    [Fact]
    public void The_same_seed_takes_the_same_images_and_another_takes_others()
    {
        var dataset = Dataset(60, 30, 10);
        Assert.Equal(dataset.Split(20).Validation.Images, dataset.Split(20).Validation.Images);
        Assert.Equal(dataset.Split(20, seed: 7).Validation.Images, dataset.Split(20, seed: 7).Validation.Images);
        Assert.NotEqual(dataset.Split(20).Validation.Images, dataset.Split(20, seed: 7).Validation.Images);
        // Written down once: a version of .NET or a machine that chooses others would change every figure of the course.
        Assert.Equal([15, 34, 35, 43, 46], dataset.Split(10).Validation.Images.Take(5));
    }

    [Theory]
    [InlineData(60_000, 5_000)]
    [InlineData(4_000, 500)]
    [InlineData(5_000, 500)]
    [InlineData(2_000, 400)]
    [InlineData(50, 10)]
    public void Without_a_number_it_takes_what_the_documentation_says(int train, int validation)
    {
        var dataset = Dataset(new ImageSplit(new byte[train], new byte[train], 1, 1));
        Assert.Equal((train - validation, validation), (dataset.Split().Train.Count, dataset.Split().Validation.Count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(100)]
    [InlineData(5_000)]
    public void A_split_without_images_is_refused_in_a_sentence(int validation)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Dataset(60, 30, 10).Split(validation));
        Assert.Contains("of 100 training images cannot be set apart for validation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chosen_images_come_in_the_order_that_was_asked_for()
    {
        var chosen = Dataset(3, 2, 1).Train.Select([5, 0, 5]);
        Assert.Equal([5, 0, 5], chosen.Images);
        Assert.Equal([2, 0, 2], chosen.Labels);
        Assert.Throws<ArgumentOutOfRangeException>(() => Dataset(3, 2, 1).Train.Select([6]));
    }

    /// <summary>Images of one pixel each, which is the image's number.</summary>
    private static ImageDataset Dataset(params int[] classes)
    {
        var labels = classes.SelectMany((count, label) => Enumerable.Repeat((byte)label, count)).ToArray();
        return Dataset(new ImageSplit([.. Enumerable.Range(0, labels.Length).Select(i => (byte)i)], labels, 1, 1));
    }

    private static ImageDataset Dataset(ImageSplit train) =>
        new()
        {
            Name = "Toy",
            Train = train,
            Test = train.Take(1),
            ClassNames = ["a", "b", "c"],
            Source = new DatasetSource(DatasetSourceKind.Bundled, "made for a test", null),
            License = "none",
            Citation = "none",
        };
}
