using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Finds out which images of <see cref="PracticeImages.Numbered"/> are in a batch.</summary>
internal static class BatchReading
{
    /// <param name="batch">What the learner's code handed over.</param>
    /// <param name="split">The images that it was given.</param>
    /// <param name="before">How many images of this epoch came before.</param>
    /// <exception cref="WrongAnswerException">The batch is not what a network takes.</exception>
    public static ReadBatch Of(Batch? batch, ImageSplit split, int before)
    {
        if (batch is null || batch.Images is null || batch.Labels is null)
        {
            throw new WrongAnswerException(
                "Batches with images and labels.",
                batch is null ? "A batch is null." : "The images or the labels of a batch are null.",
                "Look at what you `yield return`."
            );
        }

        if (batch.Images.IsInvalid || batch.Labels.IsInvalid)
        {
            throw new WrongAnswerException(
                "Tensors that live until the next batch is asked for.",
                "The tensors of a batch were freed before they were handed over.",
                "A `using` or a dispose scope ends before `yield return`: let it end after."
            );
        }

        Types(batch);
        Shapes(batch, split);
        return new ReadBatch(Numbers(batch.Images, split, before), batch.Labels.data<long>().ToArray());
    }

    private static void Types(Batch batch)
    {
        if (batch.Images.device_type != DeviceType.CPU || batch.Labels.device_type != DeviceType.CPU)
        {
            throw new WrongAnswerException(
                "Tensors on the device that your function was given, here the CPU.",
                $"Images on {batch.Images.device_type}, labels on {batch.Labels.device_type}.",
                "Use the parameter `device`, not the notebook's accelerator."
            );
        }

        if (batch.Images.dtype == ScalarType.Int64 && batch.Labels.dtype == ScalarType.Float32)
        {
            throw new WrongAnswerException(
                "A batch of images and their labels.",
                "The images are whole numbers, and the labels are pixels: the two have changed places.",
                "`new Batch(images, labels)` takes the images first."
            );
        }

        if (batch.Images.dtype != ScalarType.Float32)
        {
            throw new WrongAnswerException(
                "Images of type float32.",
                $"Images of type {batch.Images.dtype}.",
                "A network computes with float32: `to(ScalarType.Float32)`, before you divide by 255. `ToImageTensor` does both."
            );
        }

        if (batch.Labels.dtype != ScalarType.Int64)
        {
            throw new WrongAnswerException(
                "Labels of type int64.",
                $"Labels of type {batch.Labels.dtype}.",
                "Cross-entropy needs whole numbers of 64 bits: `to(ScalarType.Int64)`. `ToLabelTensor` gives them."
            );
        }
    }

    private static void Shapes(Batch batch, ImageSplit split)
    {
        var n = batch.Images.shape.FirstOrDefault();
        var (seen, labels) = (Text(batch.Images), Text(batch.Labels));
        var expected = $"Images of shape [n, 1, {split.Rows}, {split.Columns}] and labels of shape [n].";
        if (batch.Images.dim() == 3)
        {
            throw new WrongAnswerException(
                expected,
                $"Images of shape {seen}: the channel dimension is missing.",
                "A grey image has one channel, and the network needs that dimension: `unsqueeze(1)`, or `view(-1, 1, 28, 28)`."
            );
        }

        if (
            batch.Images.dim() != 4
            || batch.Images.shape[1] != 1
            || batch.Images.shape[2] != split.Rows
            || batch.Images.shape[3] != split.Columns
        )
        {
            throw new WrongAnswerException(expected, $"Images of shape {seen}.", "The dimensions are: image, channel, row, column.");
        }

        if (batch.Labels.dim() != 1)
        {
            throw new WrongAnswerException(
                expected,
                $"Labels of shape {labels}.",
                "One whole number per image, the class itself: no second dimension, no row of zeros and a one."
            );
        }

        if (n == 0)
        {
            throw new WrongAnswerException(
                expected,
                "A batch without images came.",
                "When the batches divide evenly, nothing is left for one more batch: the loop goes on while the start is less than "
                    + "`split.Count`. If it was the first batch: `narrow(0, start, length)` takes the start before the length."
            );
        }

        if (batch.Labels.shape[0] != n)
        {
            throw new WrongAnswerException(
                expected,
                $"Images of shape {seen}, labels of shape {labels}.",
                "As many labels as images, and at least one: pick both with the same numbers."
            );
        }
    }

    private static int[] Numbers(Tensor images, ImageSplit split, int before)
    {
        var pixels = images.detach().contiguous().flatten().data<float>().ToArray();
        var size = split.Rows * split.Columns;
        var numbers = new int[pixels.Length / size];
        for (var i = 0; i < numbers.Length; i++)
        {
            var image = pixels.AsSpan(i * size, size);
            numbers[i] = (int)Math.Clamp(Math.Round(image[0] * 255), 0, split.Count - 1);
            if (!PixelChange.IsSame(image, split.Image(numbers[i])))
            {
                throw PixelChange.Explain(image.ToArray(), split, blankOnes: Blank(pixels, size), isPadding: before + i >= split.Count);
            }
        }

        return numbers;
    }

    private static int Blank(float[] pixels, int size) =>
        pixels.Chunk(size).Count(image => Array.TrueForAll(image, pixel => pixel == image[0]));

    private static string Text(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}

/// <summary>A batch as the numbers of its images and their labels.</summary>
internal sealed record ReadBatch(int[] Images, long[] Labels);
