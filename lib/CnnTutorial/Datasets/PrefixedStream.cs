namespace CnnTutorial;

/// <summary>A stream that first gives bytes that were already read from the inner stream. It remembers the last four bytes read, and
/// leaves the inner stream open.</summary>
internal sealed class PrefixedStream(byte[] prefix, Stream inner) : Stream
{
    private int _position;

    /// <summary>The last four bytes that were read, as a little-endian number: at a gzip file's end, the length of what it holds (RFC 1952,
    /// ISIZE).</summary>
    public uint LastFour { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int count;
        if (_position == prefix.Length)
        {
            count = inner.Read(buffer);
        }
        else
        {
            count = Math.Min(buffer.Length, prefix.Length - _position);
            prefix.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
        }

        foreach (var last in buffer[Math.Max(0, count - 4)..count])
        {
            LastFour = (LastFour >> 8) | ((uint)last << 24);
        }

        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
