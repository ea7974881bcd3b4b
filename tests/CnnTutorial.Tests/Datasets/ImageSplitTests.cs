using TorchSharp;

namespace CnnTutorial.Tests;

public sealed class ImageSplitTests
{
    private static readonly ImageSplit Split = new([0, 51, 255, 102, 1, 2, 3, 4], [7, 3], rows: 2, columns: 2);

    [Fact]
    public void Images_become_float32_in_0_to_1()
    {
        using var images = Split.ToImageTensor();
        Assert.Equal(torch.ScalarType.Float32, images.dtype);
        Assert.Equal(new long[] { 2, 1, 2, 2 }, images.shape);
        Assert.Equal([0f, 0.2f, 1f, 0.4f], images[0].data<float>().ToArray());
    }

    [Fact]
    public void Labels_become_int64()
    {
        using var labels = Split.ToLabelTensor();
        Assert.Equal(torch.ScalarType.Int64, labels.dtype);
        Assert.Equal([7L, 3L], labels.data<long>().ToArray());
    }

    [Fact]
    public void Tensors_belong_to_the_callers_scope_and_nothing_else_stays()
    {
        using var scope = torch.NewDisposeScope();
        Split.ToImageTensor();
        Split.ToLabelTensor();
        Assert.Equal(2, scope.DisposablesCount);
    }

    [Fact]
    public void A_tensor_does_not_share_memory_with_the_bytes()
    {
        var split = Split.Take(1);
        using var images = split.ToImageTensor();
        split.Images[2] = 0;
        Assert.Equal(1f, images[0, 0, 1, 0].item<float>());
    }

    [Fact]
    public void An_image_is_its_rows_one_after_the_other()
    {
        Assert.Equal(new byte[] { 1, 2, 3, 4 }, Split.Image(1).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => Split.Image(2).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => Split.Image(-1).ToArray());
    }

    [Fact]
    public void An_empty_split_makes_empty_tensors()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(new long[] { 0, 1, 2, 2 }, Split.Take(0).ToImageTensor().shape);
        Assert.Equal(new long[] { 0 }, Split.Take(0).ToLabelTensor().shape);
    }

    [Fact]
    public void Different_numbers_of_images_and_labels_are_named()
    {
        var error = Assert.Throws<ArgumentException>(() => new ImageSplit(new byte[8], new byte[3], 2, 2));
        Assert.Contains("3 labels need 12 bytes of images of 2×2, and there are 8.", error.Message);
    }

    [Fact]
    public void Classes_are_counted_and_a_label_out_of_range_is_named()
    {
        Assert.Equal([0, 0, 0, 1, 0, 0, 0, 1], Split.CountByClass(8));
        Assert.Contains("A label is 7", Assert.Throws<ArgumentException>(() => Split.CountByClass(7)).Message);
    }
}
