using System.Collections;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Images in an uncompressed IDX file that stay on disk while a network learns from them: for more images than fit into
/// memory.</summary>
/// <remarks>
/// An epoch reads the file window by window. A window is made of blocks of consecutive images from all over the file, and is shuffled as
/// a whole. A file that fits into one window is shuffled as in <see cref="Batches"/>. The labels, one byte each, are kept in memory.
/// </remarks>
public sealed class ImageSplitOnDisk : IDisposable
{
    /// <summary>The default memory for a window: 64 MiB, enough for all of MNIST.</summary>
    public const int DefaultWindowBytes = 64 << 20;

    private readonly SafeFileHandle _file;
    private readonly byte[] _labels;
    private readonly int _windowBytes;
    private readonly string _path;

    private ImageSplitOnDisk(string path, SafeFileHandle file, byte[] labels, int rows, int columns, int windowBytes) =>
        (_path, _file, _labels, Rows, Columns, _windowBytes) = (path, file, labels, rows, columns, windowBytes);

    /// <summary>How many images there are.</summary>
    public int Count => _labels.Length;

    /// <summary>The height of an image in pixels.</summary>
    public int Rows { get; }

    /// <summary>The width of an image in pixels.</summary>
    public int Columns { get; }

    /// <summary>Opens the file of images and reads the one of labels.</summary>
    /// <param name="images">An IDX file of images, not compressed.</param>
    /// <param name="labels">An IDX file of as many labels, compressed or not.</param>
    /// <param name="windowBytes">How many bytes of images to hold in memory at a time; at least a batch's.</param>
    /// <exception cref="InvalidDataException">A file does not hold what it must, or an image has more than 1 GiB; the message says what is
    /// wrong.</exception>
    public static ImageSplitOnDisk Open(string images, string labels, int windowBytes = DefaultWindowBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowBytes, 1);
        using var stream = new FileStream(images, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var reader = new IdxReader(images, IdxReader.GeneralRemedy);
        if (stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b)
        {
            throw new InvalidDataException(
                $"'{images}' is compressed by gzip, and images can be read from the middle of a file only where it is not; unpack it "
                    + "(gunzip --keep)."
            );
        }

        stream.Position = 0;
        var (count, rows, columns) = reader.ReadHeader(stream, IdxKind.Images);
        var all = IdxFile.Open(labels, IdxKind.Labels).Content;
        if (all.Length != count)
        {
            throw new InvalidDataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{images}' holds {count:N0} images and '{labels}' {all.Length:N0} labels; take two files that belong together."
                )
            );
        }

        return new ImageSplitOnDisk(
            images,
            File.OpenHandle(images, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
            all,
            rows,
            columns,
            windowBytes
        );
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Such as <c>6,000,000 images of 28×28 on disk</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count:N0} images of {Rows}×{Columns} on disk");

    /// <summary>A class number for each image.</summary>
    internal ReadOnlySpan<byte> Labels => _labels;

    /// <summary>The images by their number, size and labels, and how they are shuffled.</summary>
    internal string Describe() => $"{this}, {Fingerprint.Of(_labels)}, in windows of {_windowBytes} bytes";

    /// <summary>Shuffled batches, read as they are asked for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A batch would have more bytes than an array can.</exception>
    internal IBatchSource Batches(int batchSize, int? seed, Device device)
    {
        if ((long)Math.Min(batchSize, Count) * Rows * Columns > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(batchSize),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{batchSize:N0} images of {Rows}×{Columns} are more than a batch can hold; take at most "
                        + $"{Array.MaxLength / ((long)Rows * Columns):N0}."
                )
            );
        }

        return new Windows(this, batchSize, seed, device);
    }

    private void Read(Span<byte> pixels, long image)
    {
        var place = IdxFile.HeaderBytes(IdxKind.Images) + (image * Rows * Columns);
        while (pixels.Length > 0)
        {
            var read = RandomAccess.Read(_file, pixels, place);
            if (read == 0)
            {
                throw new EndOfStreamException(
                    $"'{_path}' was whole when it was opened and ends now at byte {place}; it was changed while a network learned from "
                        + "it. Restore it and train again."
                );
            }

            pixels = pixels[read..];
            place += read;
        }
    }

    private sealed class Windows(ImageSplitOnDisk file, int batchSize, int? seed, Device device) : IBatchSource
    {
        // Blocks of one batch: all windows except the one with the file's end then have a whole number of batches.
        private int Blocks => (file.Count + batchSize - 1) / batchSize;

        public int Count => Blocks;

        public int ImageCount => file.Count;

        public int Epoch { get; set; }

        public IReadOnlyList<long> ImageShape => [1, file.Rows, file.Columns];

        public IEnumerator<Batch> GetEnumerator()
        {
            using var shuffled = new ShuffledOrder(seed, Epoch++);
            long[] order;
            using (var blocks = shuffled.Of(Blocks, CPU))
            {
                order = [.. blocks.data<long>()];
            }

            var windowBlocks = (int)Math.Clamp(file._windowBytes / ((long)batchSize * file.Rows * file.Columns), 1, Blocks);
            foreach (var window in order.Chunk(windowBlocks))
            {
                // Freed when the window is read or the enumeration ends, not by a scope that a caller opens in between.
                var (images, labels) = Read(window);
                using (images)
                using (labels)
                using (var rows = shuffled.Of((int)labels.shape[0], device))
                {
                    for (var start = 0L; start < rows.shape[0]; start += batchSize)
                    {
                        var batch = Batch.Of(images, labels, rows, start, Math.Min(batchSize, rows.shape[0] - start));
                        yield return batch;
                        batch.Dispose();
                    }
                }
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private (Tensor Images, Tensor Labels) Read(long[] window)
        {
            using var scope = NewDisposeScope();
            var count = window.Sum(Length);
            var images = empty([count, 1, file.Rows, file.Columns], ScalarType.Byte);
            var labels = empty(count, ScalarType.Byte);
            var imageBytes = file.Rows * file.Columns;
            var pixels = images.bytes;
            var classes = labels.bytes;
            foreach (var block in window)
            {
                var (first, length) = (block * batchSize, Length(block));
                file.Read(pixels[..(length * imageBytes)], first);
                file._labels.AsSpan((int)first, length).CopyTo(classes);
                pixels = pixels[(length * imageBytes)..];
                classes = classes[length..];
            }

            return (images.to(device).DetachFromDisposeScope(), labels.to(ScalarType.Int64).to(device).DetachFromDisposeScope());
        }

        private int Length(long block) => (int)Math.Min(batchSize, file.Count - (block * batchSize));
    }
}
