using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CnnTutorial;

/// <summary>
/// Images or labels in the IDX format of MNIST and Fashion-MNIST: a big-endian magic number, the dimensions, then one byte per value.
/// The format is described at <see href="https://yann.lecun.com/exdb/mnist/"/>.
/// </summary>
public sealed class IdxFile
{
    /// <summary>The most bytes of content a header may ask for, 1 GiB; MNIST's largest file needs 47 MB.</summary>
    public const long MaximumContentBytes = 1L << 30;

    private readonly byte[] _header;

    private IdxFile(IdxKind kind, int count, int rows, int columns, byte[] header, byte[] content)
    {
        (Kind, Count, Rows, Columns, Content, _header) = (kind, count, rows, columns, content, header);
    }

    /// <summary>Images or labels.</summary>
    public IdxKind Kind { get; }

    /// <summary>How many images or labels the file holds; at least 1.</summary>
    public int Count { get; }

    /// <summary>The height of an image in pixels; 1 for labels.</summary>
    public int Rows { get; }

    /// <summary>The width of an image in pixels; 1 for labels.</summary>
    public int Columns { get; }

    /// <summary>Count × Rows × Columns bytes, row by row.</summary>
    public byte[] Content { get; }

    /// <summary>Reads a file, gzip-compressed or not: its first bytes decide, not its name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">What it must hold.</param>
    /// <exception cref="InvalidDataException">The content is not IDX of this kind; the message says what is wrong.</exception>
    public static IdxFile Open(string path, IdxKind kind)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new IdxReader(path, IdxReader.GeneralRemedy).Read(stream, kind, rows: null, columns: null);
    }

    /// <summary>Reads from a stream, gzip-compressed or not. No more is read, decompressed or allocated than the header asks for, plus
    /// one byte.</summary>
    /// <remarks>
    /// A header may ask for at most the stream's length (1,032 times that if it is compressed) and <see cref="MaximumContentBytes"/>. For
    /// a stream of unknown length, at most 64 KiB or twice the bytes read are allocated. Reading itself takes less than 32 KiB more.
    /// </remarks>
    /// <param name="stream">The file's bytes.</param>
    /// <param name="kind">What it must hold.</param>
    /// <param name="name">What an error message calls this stream.</param>
    /// <exception cref="InvalidDataException">The content is not IDX of this kind; the message says what is wrong.</exception>
    public static IdxFile Read(Stream stream, IdxKind kind, string name) =>
        new IdxReader(name, IdxReader.GeneralRemedy).Read(stream, kind, rows: null, columns: null);

    /// <summary>SHA-256 of the uncompressed file, header included, in lower-case hexadecimal.</summary>
    public string ComputeSha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_header);
        hash.AppendData(Content);
        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }

    /// <summary>Writes the file, uncompressed.</summary>
    /// <param name="stream">Where to.</param>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(_header);
        stream.Write(Content);
    }

    /// <summary>Makes a file of images from raw bytes.</summary>
    /// <param name="content">Count × rows × columns bytes, row by row.</param>
    /// <param name="rows">The height of an image in pixels.</param>
    /// <param name="columns">The width of an image in pixels.</param>
    public static IdxFile FromImages(byte[] content, int rows, int columns)
    {
        ArgumentNullException.ThrowIfNull(content);
        var count = content.Length / (rows * columns);
        if (count * rows * columns != content.Length)
        {
            throw new ArgumentException($"{content.Length} bytes are not a whole number of images of {rows}×{columns}.", nameof(content));
        }

        var header = Header(IdxKind.Images, count);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(8), rows);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), columns);
        return new IdxFile(IdxKind.Images, count, rows, columns, header, content);
    }

    /// <summary>Makes a file of labels.</summary>
    /// <param name="labels">A class number for each image.</param>
    public static IdxFile FromLabels(byte[] labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new IdxFile(IdxKind.Labels, labels.Length, 1, 1, Header(IdxKind.Labels, labels.Length), labels);
    }

    internal static int HeaderBytes(IdxKind kind) => kind == IdxKind.Images ? 16 : 8;

    private static byte[] Header(IdxKind kind, int count)
    {
        var header = new byte[HeaderBytes(kind)];
        BinaryPrimitives.WriteInt32BigEndian(header, (int)kind);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), count);
        return header;
    }
}
