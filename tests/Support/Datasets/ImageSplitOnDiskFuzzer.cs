using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace Support.Datasets;

/// <summary>Gives hostile files on disk to <see cref="ImageSplitOnDisk"/>, including some as large as their header says, with holes that
/// take no room on the disk.</summary>
internal sealed class ImageSplitOnDiskFuzzer : IDisposable
{
    private const int MostWritten = 200_000;
    private const long MostImageBytes = 1L << 30;
    private static readonly uint[] Sides =
    [
        1,
        27,
        28,
        29,
        1000,
        32_767,
        32_768,
        32_769,
        46_341,
        65_536,
        0x7fffffff,
        0x80000000,
        0xffffffff,
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>True if the pair of files was taken; an exception if that is wrong, or the images read are others.</summary>
    public bool Accepts(IdxFuzzInput input, Random random, IdxFuzzTally tally)
    {
        var (images, labels) = (Path.Combine(_folder.Path, "images"), Path.Combine(_folder.Path, "labels"));
        var bytes = input.Bytes.AsSpan(0, Math.Min(input.Bytes.Count, MostWritten)).ToArray();
        long length = bytes.Length;
        if (random.Next(5) == 0)
        {
            (bytes, length) = WithHoles(random);
        }

        if (length <= MostWritten)
        {
            Array.Resize(ref bytes, (int)length);
        }

        using (var file = File.Create(images))
        {
            file.Write(bytes);
            file.SetLength(length);
        }

        var claimed = bytes.Length >= 8 ? BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4)) : 0;
        var labelCount = claimed is > 0 and <= 1000 && random.Next(10) > 0 ? (int)claimed : random.Next(1, 20);
        var classes = Enumerable.Range(0, labelCount).Select(i => (byte)(i % 10)).ToArray();
        using (var file = File.Create(labels))
        {
            IdxFile.FromLabels(classes).Write(file);
        }

        var expected = IsWhole(bytes, length) && claimed == labelCount;
        var before = GC.GetAllocatedBytesForCurrentThread();
        ImageSplitOnDisk? opened = null;
        try
        {
            opened = ImageSplitOnDisk.Open(images, labels);
        }
        catch (InvalidDataException e)
        {
            IdxFuzzer.CheckMessage(e.Message, images);
        }

        var beyond = GC.GetAllocatedBytesForCurrentThread() - before - labelCount;
        tally.MostBytesBeyond = Math.Max(tally.MostBytesBeyond, beyond);
        IdxFuzzer.Check(beyond <= IdxFuzzer.MostBytesBeyond, $"{beyond} bytes were allocated to open it");
        using (opened)
        {
            IdxFuzzer.Check(opened is not null == expected, expected ? "a good pair of files was refused" : "a bad file was accepted");
            if (opened is not null && length <= MostWritten)
            {
                CheckEpoch(opened, bytes, classes);
            }
        }

        return expected;
    }

    private static void CheckEpoch(ImageSplitOnDisk file, byte[] bytes, byte[] classes)
    {
        using var scope = NewDisposeScope();
        var seen = new List<string>();
        foreach (var batch in file.Batches(batchSize: 7, seed: 1, CPU))
        {
            var pixels = (batch.Images * 255).round().to(ScalarType.Byte).reshape(batch.Count, -1).data<byte>().ToArray();
            var labels = batch.Labels.data<long>().ToArray();
            seen.AddRange(pixels.Chunk(file.Rows * file.Columns).Zip(labels, (image, label) => $"{label} {Convert.ToHexString(image)}"));
        }

        var all = bytes[16..].Chunk(file.Rows * file.Columns).Zip(classes, (image, label) => $"{label} {Convert.ToHexString(image)}");
        IdxFuzzer.Check(
            seen.Order(StringComparer.Ordinal).SequenceEqual(all.Order(StringComparer.Ordinal)),
            "an epoch had other images than the file"
        );
    }

    private static (byte[] Header, long Length) WithHoles(Random random)
    {
        var (count, rows, columns) = ((uint)random.Next(1, 20), Sides[random.Next(Sides.Length)], Sides[random.Next(Sides.Length)]);
        var header = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(header, (int)IdxKind.Images);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), count);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), rows);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), columns);
        // Beyond this the file is shorter than it says: file systems end at some terabytes, and on Windows holes do take room.
        var product = (UInt128)count * rows * columns;
        return (
            header,
            16
                + (long)UInt128.Min(product, OperatingSystem.IsWindows() ? 1u << 20 : 1ul << 42)
                + (random.Next(4) == 0 ? random.Next(-1, 2) : 0)
        );
    }

    private static bool IsWhole(byte[] bytes, long length)
    {
        if (bytes.Length < 16 || BinaryPrimitives.ReadInt32BigEndian(bytes) != (int)IdxKind.Images)
        {
            return false;
        }

        UInt128 count = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4)),
            rows = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(8)),
            columns = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(12));
        return count * rows * columns is var product
            && product > 0
            && product == (UInt128)(length - 16)
            && rows * columns <= (UInt128)MostImageBytes;
    }
}
