using System.IO.Compression;

namespace Support.Datasets;

/// <summary>Gzip files of at most a thousandth of what they unpack to. A piece of zeros is compressed once and repeated.</summary>
internal sealed class GzipBomb
{
    /// <summary>How many zeros a piece holds.</summary>
    public const int Chunk = 1 << 20;

    // Room in front for what stands before the zeros.
    private const int Room = 8 << 20;

    private readonly byte[] _bytes;
    private readonly int _chunkBytes;

    /// <param name="largest">How many bytes the largest bomb unpacks to.</param>
    public GzipBomb(long largest)
    {
        var chunk = Deflate(new byte[Chunk]);
        _chunkBytes = chunk.Length;
        _bytes = new byte[Room + (chunk.Length * (largest / Chunk))];
        for (var place = Room; place < _bytes.Length; place += chunk.Length)
        {
            chunk.CopyTo(_bytes, place);
        }
    }

    /// <summary>A start, then zeros. Valid until the bytes for the next are made.</summary>
    /// <param name="start">What stands before the zeros, uncompressed.</param>
    /// <param name="size">From 0, a megabyte, to 1, the largest; in between as a power.</param>
    public ArraySegment<byte> After(byte[] start, double size)
    {
        // RFC 1952: magic number, DEFLATE, no flags, no time, unknown system.
        byte[] head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, .. Deflate(start)];
        head.CopyTo(_bytes, Room - head.Length);
        var most = (_bytes.Length - Room) / _chunkBytes;
        var chunks = (int)Math.Round(Math.Pow(most, size));
        return new ArraySegment<byte>(_bytes, Room - head.Length, head.Length + (chunks * _chunkBytes));
    }

    // Flushed and not ended: whole bytes, after which more DEFLATE blocks may follow.
    private static byte[] Deflate(byte[] bytes)
    {
        using var result = new MemoryStream();
        using var deflate = new DeflateStream(result, CompressionLevel.Optimal, leaveOpen: true);
        deflate.Write(bytes);
        deflate.Flush();
        return result.ToArray();
    }
}
