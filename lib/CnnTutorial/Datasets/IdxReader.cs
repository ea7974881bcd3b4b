using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace CnnTutorial;

/// <summary>Reads IDX strictly: what comes back is complete, and no more is allocated or decompressed than the file can hold.</summary>
/// <param name="place">The file or address that an error message names.</param>
/// <param name="remedy">What the reader of an error message can do, without a full stop.</param>
internal sealed class IdxReader(string place, string remedy)
{
    public const string GeneralRemedy = "get the file again from where the data set was published";

    // DEFLATE expands a byte to at most this many (258 bytes for 2 bits), so a small file with a large claim is refused before anything is
    // allocated.
    private const long MaximumGzipRatio = 1032;

    // The first allocation for a stream of unknown length, whose header may claim anything.
    private const int FirstBytesUnseen = 64 * 1024;

    // The exception that this reader threw, to tell it from GZipStream's. (InvalidDataException is sealed, so there is no subclass.)
    private InvalidDataException? _own;

    /// <summary>Reads and checks a file's form. The order of the checks makes the message as specific as possible.</summary>
    /// <param name="stream">The bytes, gzip-compressed or not.</param>
    /// <param name="kind">What the file must hold.</param>
    /// <param name="rows">The height that images must have; null for any.</param>
    /// <param name="columns">The width that images must have; null for any.</param>
    public IdxFile Read(Stream stream, IdxKind kind, int? rows, int? columns)
    {
        long? fileBytes = stream.CanSeek ? stream.Length - stream.Position : null;
        Span<byte> start = stackalloc byte[2];
        var startBytes = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        var compressed = startBytes == 2 && start[0] == 0x1f && start[1] == 0x8b;
        using var whole = new PrefixedStream(start[..startBytes].ToArray(), stream);
        try
        {
            if (!compressed)
            {
                return ReadPlain(whole, kind, rows, columns, fileBytes - IdxFile.HeaderBytes(kind));
            }

            using var plain = new GZipStream(whole, CompressionMode.Decompress);
            var file = ReadPlain(plain, kind, rows, columns, fileBytes * MaximumGzipRatio);
            // GZipStream accepts a file without its end and ignores bytes after the end, so both are checked here.
            if (whole.ReadByte() >= 0 || whole.LastFour != (uint)(IdxFile.HeaderBytes(kind) + file.Content.Length))
            {
                throw Bad("is damaged: its gzip compression does not end where its content ends, so it was cut or something was added");
            }

            return file;
        }
        catch (InvalidDataException e) when (compressed && !ReferenceEquals(e, _own))
        {
            throw Bad($"is damaged: its gzip compression cannot be undone ({e.Message.TrimEnd('.')})");
        }
    }

    /// <summary>Checks that a file is bit for bit the published one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="spec">The published file.</param>
    /// <param name="ownerOf">Finds the data set that a SHA-256 belongs to; null to ask <see cref="DatasetCatalog"/>.</param>
    public void Verify(IdxFile file, IdxFileSpec spec, Func<string, DatasetDescription?>? ownerOf = null)
    {
        if (file.Count != spec.Count)
        {
            throw Bad($"holds {Text(file.Count)} {Noun(spec.Kind)} instead of {Text(spec.Count)}");
        }

        var found = file.ComputeSha256();
        if (found != spec.Sha256 && (ownerOf ?? DatasetCatalog.OwnerOf)(found) is { } owner)
        {
            throw Bad($"is a file of {owner.Name}, whose folder is called '{owner.Folder}', and not the file that belongs here");
        }

        if (found != spec.Sha256)
        {
            throw Bad($"is not the published file: the SHA-256 of its uncompressed bytes is {found}, and {spec.Sha256} was expected");
        }
    }

    /// <summary>An exception in one sentence: place, cause, remedy.</summary>
    public InvalidDataException Bad(string cause) => _own = new InvalidDataException($"'{place}' {cause}; {remedy}.");

    /// <summary>Reads the header of an uncompressed file and checks that the file is as long as it says.</summary>
    public (int Count, int Rows, int Columns) ReadHeader(FileStream stream, IdxKind kind)
    {
        var (count, rows, columns) = ReadHeader(stream, kind, null, null, long.MaxValue);
        var (promised, found) = ((UInt128)count * rows * columns, stream.Length - IdxFile.HeaderBytes(kind));
        if (promised != (UInt128)found)
        {
            throw Bad(
                $"{(promised > (UInt128)found ? "is truncated" : "has trailing bytes")}: its header promises "
                    + $"{promised.ToString("N0", CultureInfo.InvariantCulture)} bytes of {Noun(kind)} and {Text(found)} follow"
            );
        }

        if (count > int.MaxValue || (ulong)rows * columns > IdxFile.MaximumContentBytes)
        {
            throw Bad(
                $"has the wrong dimensions: its header says {Text(count)} images of {Text(rows)}×{Text(columns)}, and at most "
                    + $"{Text(int.MaxValue)} of at most {Text(IdxFile.MaximumContentBytes)} bytes each are allowed"
            );
        }

        return ((int)count, (int)rows, (int)columns);
    }

    private IdxFile ReadPlain(Stream stream, IdxKind kind, int? expectedRows, int? expectedColumns, long? mostBytes)
    {
        var (count, rows, columns) = ReadHeader(stream, kind, expectedRows, expectedColumns, IdxFile.MaximumContentBytes);

        // At most 1 GiB after the check above, so int holds it.
        var length = (int)(count * rows * columns);
        if (length > mostBytes)
        {
            throw Bad(
                $"is truncated: its header promises {Text(length)} bytes of {Noun(kind)}, and in a file of its size at most "
                    + $"{Text(mostBytes.Value)} follow"
            );
        }

        var content = GC.AllocateUninitializedArray<byte>(mostBytes is null ? Math.Min(length, FirstBytesUnseen) : length);
        var read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        // If the length is unknown, the memory is doubled each time it is full.
        while (read == content.Length && read < length)
        {
            Array.Resize(ref content, (int)Math.Min(length, 2L * read));
            read += stream.ReadAtLeast(content.AsSpan(read), content.Length - read, throwOnEndOfStream: false);
        }

        if (read < length)
        {
            throw Bad($"is truncated: its header promises {Text(length)} bytes of {Noun(kind)} and only {Text(read)} follow");
        }

        if (stream.ReadByte() >= 0)
        {
            throw Bad($"has trailing bytes: more follow than the {Text(length)} bytes of {Noun(kind)} that its header promises");
        }

        return kind == IdxKind.Images ? IdxFile.FromImages(content, (int)rows, (int)columns) : IdxFile.FromLabels(content);
    }

    private (uint Count, uint Rows, uint Columns) ReadHeader(
        Stream stream,
        IdxKind kind,
        int? expectedRows,
        int? expectedColumns,
        long mostContentBytes
    )
    {
        Span<byte> header = stackalloc byte[IdxFile.HeaderBytes(kind)];
        var headerBytes = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (headerBytes == 0)
        {
            throw Bad("is empty");
        }

        if (headerBytes >= 4)
        {
            CheckMagic(header, kind);
        }

        if (headerBytes < header.Length)
        {
            throw Bad($"is truncated: it ends within its header, after {headerBytes} of {header.Length} bytes");
        }

        uint count = BinaryPrimitives.ReadUInt32BigEndian(header[4..]),
            rows = 1,
            columns = 1;
        if (kind == IdxKind.Images)
        {
            (rows, columns) = (BinaryPrimitives.ReadUInt32BigEndian(header[8..]), BinaryPrimitives.ReadUInt32BigEndian(header[12..]));
        }

        CheckDimensions(kind, count, rows, columns, expectedRows, expectedColumns, mostContentBytes);
        return (count, rows, columns);
    }

    private void CheckMagic(ReadOnlySpan<byte> header, IdxKind kind)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (magic == (uint)kind)
        {
            return;
        }

        var guess = magic switch
        {
            (uint)IdxKind.Images => ", the one of images",
            (uint)IdxKind.Labels => ", the one of labels",
            _ when header[0] == 0x1f && header[1] == 0x8b => ": it is compressed twice",
            _ when Encoding.Latin1.GetString(header).TrimStart().StartsWith('<') => ": it looks like an HTML page",
            _ => "",
        };
        throw Bad($"has the wrong magic number for {Noun(kind)}: it begins with 0x{magic:x8}, not 0x{(uint)kind:x8}{guess}");
    }

    private void CheckDimensions(
        IdxKind kind,
        uint count,
        uint rows,
        uint columns,
        int? expectedRows,
        int? expectedColumns,
        long mostContentBytes
    )
    {
        var found = kind == IdxKind.Images ? $"{Text(count)} images of {Text(rows)}×{Text(columns)}" : $"{Text(count)} labels";
        if ((expectedRows is not null && expectedRows != rows) || (expectedColumns is not null && expectedColumns != columns))
        {
            throw Bad($"has the wrong dimensions: its header says {found}, and images of {expectedRows}×{expectedColumns} were expected");
        }
        // UInt128: three numbers of 32 bits cannot overflow it.
        if ((UInt128)count * rows * columns is var bytes && (bytes == 0 || bytes > (UInt128)mostContentBytes))
        {
            throw Bad(
                $"has the wrong dimensions: its header says {found}, and between 1 byte and {Text(mostContentBytes)} bytes in all "
                    + "are allowed"
            );
        }
    }

    private static string Noun(IdxKind kind) => kind == IdxKind.Images ? "images" : "labels";

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
