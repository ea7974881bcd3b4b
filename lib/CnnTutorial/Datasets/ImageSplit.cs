using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>A part of a data set, such as its test images: images, grey or in colour, and their labels, as raw bytes.</summary>
public sealed class ImageSplit
{
    /// <summary>Makes a split from raw bytes, which it keeps and does not copy.</summary>
    /// <param name="images">N × <paramref name="channels"/> × <paramref name="rows"/> × <paramref name="columns"/> bytes, image by image,
    /// channel by channel, row by row. In a grey image 0 is paper and 255 is ink; in a colour image the channels are red, green and
    /// blue.</param>
    /// <param name="labels">N class numbers.</param>
    /// <param name="rows">The height of an image in pixels.</param>
    /// <param name="columns">The width of an image in pixels.</param>
    /// <param name="channels">1 for grey images, 3 for images in colour.</param>
    /// <exception cref="ArgumentException">The numbers of images and labels differ.</exception>
    public ImageSplit(byte[] images, byte[] labels, int rows, int columns, int channels = 1)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(
                nameof(channels),
                $"channels is {channels}; an image has 1 (grey) or 3 (red, green, blue)."
            );
        }

        if (images.LongLength != labels.LongLength * channels * rows * columns)
        {
            throw new ArgumentException(
                $"{labels.Length} labels need {labels.LongLength * channels * rows * columns} bytes of images of "
                    + $"{Size(channels, rows, columns)}, and there are {images.Length}.",
                nameof(images)
            );
        }

        (Images, Labels, Rows, Columns, Channels) = (images, labels, rows, columns, channels);
    }

    /// <summary>How many images, and as many labels, there are.</summary>
    public int Count => Labels.Length;

    /// <summary>The height of an image in pixels.</summary>
    public int Rows { get; }

    /// <summary>The width of an image in pixels.</summary>
    public int Columns { get; }

    /// <summary>1 if the images are grey, 3 if they are red, green and blue.</summary>
    public int Channels { get; }

    /// <summary>The shape of one image as a network takes it: channels, rows, columns.</summary>
    public IReadOnlyList<long> ImageShape => [Channels, Rows, Columns];

    /// <summary>Count × Channels × Rows × Columns bytes, image by image, channel by channel, row by row; in grey images 0 is paper, 255 is
    /// ink.</summary>
    public byte[] Images { get; }

    /// <summary>Count class numbers.</summary>
    public byte[] Labels { get; }

    /// <summary>The pixels of one image, channel by channel, row by row.</summary>
    /// <param name="index">From 0 to Count − 1.</param>
    public ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return Images.AsSpan(index * ImageBytes, ImageBytes);
    }

    /// <summary>A copy of the first images and labels, for a quick trial.</summary>
    /// <param name="count">How many, from 0 to Count.</param>
    public ImageSplit Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        return new ImageSplit(Images[..(count * ImageBytes)], Labels[..count], Rows, Columns, Channels);
    }

    /// <summary>A copy of some of the images and their labels.</summary>
    /// <param name="indices">Which images, each from 0 to Count − 1, in the order in which they are wanted.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public ImageSplit Select(IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        var images = new byte[(long)indices.Count * ImageBytes];
        var labels = new byte[indices.Count];
        for (var i = 0; i < indices.Count; i++)
        {
            Image(indices[i]).CopyTo(images.AsSpan(i * ImageBytes, ImageBytes));
            labels[i] = Labels[indices[i]];
        }

        return new ImageSplit(images, labels, Rows, Columns, Channels);
    }

    /// <summary>The same images in grey: how dark the eye sees each pixel. White is 0 and black 255, as paper and ink are.</summary>
    /// <returns>This split if it is already grey, else a copy.</returns>
    public ImageSplit ToGrey()
    {
        if (Channels == 1)
        {
            return this;
        }

        var grey = new byte[Count * Rows * Columns];
        var pixels = Rows * Columns;
        for (var i = 0; i < grey.Length; i++)
        {
            // The weights of ITU-R BT.601, which JPEG uses too.
            var red = (i / pixels * ImageBytes) + (i % pixels);
            var light = (0.299 * Images[red]) + (0.587 * Images[red + pixels]) + (0.114 * Images[red + (2 * pixels)]);
            grey[i] = (byte)(255 - Math.Round(light));
        }

        return new ImageSplit(grey, Labels, Rows, Columns);
    }

    /// <summary>A copy of one image and its label, as a split of one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    internal ImageSplit Only(int index) =>
        index >= 0 && index < Count
            ? new(Image(index).ToArray(), [Labels[index]], Rows, Columns, Channels)
            : throw new ArgumentOutOfRangeException(
                nameof(index),
                $"There is no image {index}: the split has {Count:N0}, numbered from 0."
            );

    /// <summary>How many images there are of each class.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <exception cref="ArgumentException">A label is <paramref name="classes"/> or more.</exception>
    public int[] CountByClass(int classes)
    {
        var counts = new int[classes];
        foreach (var label in Labels)
        {
            if (label >= classes)
            {
                throw new ArgumentException($"A label is {label}, and {classes} classes are numbered 0 to {classes - 1}.", nameof(classes));
            }

            counts[label]++;
        }

        return counts;
    }

    /// <summary>The images as a new tensor: float32 <c>[N, Channels, Rows, Columns]</c>, each pixel divided by 255 and so in [0,
    /// 1].</summary>
    /// <param name="device">The device of the tensor; null for the CPU.</param>
    /// <returns>A tensor that belongs to the caller's dispose scope, if there is one.</returns>
    public Tensor ToImageTensor(Device? device = null)
    {
        using var scope = NewDisposeScope();
        return Pixels.Scale(ToByteTensor(device)).MoveToOuterDisposeScope();
    }

    /// <summary>The images as they are: uint8 <c>[N, Channels, Rows, Columns]</c>, a quarter of the memory; <see cref="Batches"/> scales
    /// them
    /// batch by batch.</summary>
    /// <param name="device">The device of the tensor; null for the CPU.</param>
    internal Tensor ToByteTensor(Device? device = null)
    {
        using var scope = NewDisposeScope();
        return BytesOn(Images, device ?? CPU).view(Count, Channels, Rows, Columns).MoveToOuterDisposeScope();
    }

    /// <summary>The labels as a new tensor: int64 <c>[N]</c>, as cross-entropy needs them.</summary>
    /// <param name="device">The device of the tensor; null for the CPU.</param>
    /// <returns>A tensor that belongs to the caller's dispose scope, if there is one.</returns>
    public Tensor ToLabelTensor(Device? device = null)
    {
        using var scope = NewDisposeScope();
        return BytesOn(Labels, device ?? CPU).to(ScalarType.Int64).MoveToOuterDisposeScope();
    }

    /// <summary>Such as <c>60,000 images of 28×28</c>.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Count:N0} images of {Size(Channels, Rows, Columns)}");

    internal static string Size(long channels, long rows, long columns) =>
        channels == 1 ? $"{rows}×{columns}" : $"{rows}×{columns} in colour";

    private int ImageBytes => Channels * Rows * Columns;

    private static Tensor BytesOn(byte[] bytes, Device device) =>
        bytes.Length == 0 ? empty(0, ScalarType.Byte, device) : tensor(bytes, ScalarType.Byte).to(device);
}
