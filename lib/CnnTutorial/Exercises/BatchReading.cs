using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Reads a batch of <see cref="PracticeImages.Numbered"/> back: which images are in it.</summary>
internal static class BatchReading
{
    /// <exception cref="WrongAnswerException">The batch is not what a network takes.</exception>
    public static (int[] Images, long[] Labels) Of(Batch? batch, ImageSplit split)
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
        Scaled(batch.Images);
        return (Numbers(batch.Images, split), batch.Labels.data<long>().ToArray());
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
                "Cross-entropy wants whole numbers of 64 bits: `to(ScalarType.Int64)`. `ToLabelTensor` gives them."
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
                "A grey image has one channel, and the network wants to see it: `unsqueeze(1)`, or `view(-1, 1, 28, 28)`."
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
                "One whole number an image, the class itself: no second dimension, no row of zeros and a one."
            );
        }

        if (batch.Labels.shape[0] != n || n == 0)
        {
            throw new WrongAnswerException(
                expected,
                $"Images of shape {seen}, labels of shape {labels}.",
                "As many labels as images, and at least one: pick both with the same numbers."
            );
        }
    }

    /// <summary>Each practice image has a black and a white pixel.</summary>
    private static void Scaled(Tensor images)
    {
        var (least, most) = (images.min().item<float>(), images.max().item<float>());
        var seen = $"Pixels from {least:0.######} to {most:0.######}";
        const string Expected = "Pixels from 0 (black) to 1 (white).";
        if (Math.Abs(least) > 1e-4 || Math.Abs(most - 1) > 1e-4)
        {
            throw most switch
            {
                > 254 and < 256 => new WrongAnswerException(Expected, $"{seen}: bytes that were not scaled.", "Divide by 255."),
                > 0 and < 0.01f => new WrongAnswerException(
                    Expected,
                    $"{seen}: divided by 255 twice.",
                    "`ToImageTensor` divides by 255 already."
                ),
                _ => new WrongAnswerException(Expected, $"{seen}.", "Convert to float32 and divide by 255, and by nothing else."),
            };
        }
    }

    private static int[] Numbers(Tensor images, ImageSplit split)
    {
        var pixels = (images * 255).round().to(ScalarType.Byte).flatten().data<byte>().ToArray();
        var size = split.Rows * split.Columns;
        var numbers = Enumerable.Range(0, pixels.Length / size).Select(i => (int)pixels[i * size]).ToArray();
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] >= split.Count || !pixels.AsSpan(i * size, size).SequenceEqual(split.Image(numbers[i])))
            {
                throw new WrongAnswerException(
                    "Images of the split that your function was given.",
                    "An image that is not in it.",
                    "Use the parameter `split`, not a variable of the notebook, keep nothing from an earlier call, and do not turn or "
                        + "mirror the images."
                );
            }
        }

        return numbers;
    }

    private static string Text(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
