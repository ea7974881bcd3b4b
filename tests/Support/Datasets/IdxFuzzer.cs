using System.Buffers.Binary;
using System.Diagnostics;

namespace Support.Datasets;

/// <summary>What became of the inputs of one family.</summary>
internal sealed class IdxFuzzTally
{
    public int Inputs { get; set; }

    public int Accepted { get; set; }

    public double SlowestMilliseconds { get; set; }

    /// <summary>The most memory that one input took beyond what its header rightly asked for.</summary>
    public long MostBytesBeyond { get; set; } = long.MinValue;
}

/// <summary>An input that was judged wrongly; the message names its number, by which it can be made again.</summary>
internal sealed class IdxFuzzException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Feeds hostile files to the readers of IDX and compares with a judgement of its own: taken with exactly the right bytes, or refused by an
/// InvalidDataException that names the file and what is wrong, within limits of memory and time.
/// </summary>
internal sealed class IdxFuzzer(int seed, long largestBomb)
{
    /// <summary>What reading may allocate besides the content that the header rightly asks for.</summary>
    public const long MostBytesBeyond = 32 * 1024;

    public static readonly TimeSpan MostTime = TimeSpan.FromSeconds(10);

    private const string Name = "the file";
    private const long MostContent = 1L << 30;
    private const long GzipRatio = 1032;

    private readonly IdxMutations _mutations = new(seed, largestBomb);
    private long _started;
    private int _number;

    public SortedDictionary<string, IdxFuzzTally> Tallies { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs inputs by number; ends with an exception at the first that is judged wrongly or takes too long.</summary>
    public async Task RunAsync(int first, int count, Action<int>? done = null)
    {
        using var disk = new ImageSplitOnDiskFuzzer();
        Volatile.Write(ref _started, Stopwatch.GetTimestamp());
        var work = Task.Run(() =>
        {
            for (_number = first; _number < first + count; _number++)
            {
                Volatile.Write(ref _started, Stopwatch.GetTimestamp());
                One(_number, disk);
                done?.Invoke(_number);
            }
        });
        // The reader cannot be stopped from outside, so this loop watches the time.
        while (await Task.WhenAny(work, Task.Delay(200)) != work)
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _started)) > MostTime)
            {
                throw new IdxFuzzException($"Input {_number} of seed {seed} takes more than {MostTime.TotalSeconds} s.");
            }
        }

        await work;
    }

    private void One(int number, ImageSplitOnDiskFuzzer disk)
    {
        var input = _mutations.Make(number);
        var random = new Random(number);
        var kind = (input.Plain.Length > 3 && input.Plain[3] == 1) != (random.Next(20) == 0) ? IdxKind.Labels : IdxKind.Images;
        var onDisk = number % 20 == 0;
        var family = onDisk ? "images on disk" : input.Family;
        if (!Tallies.TryGetValue(family, out var tally))
        {
            Tallies.Add(family, tally = new IdxFuzzTally());
        }

        tally.Inputs++;
        var start = Stopwatch.GetTimestamp();
        try
        {
            if (onDisk ? disk.Accepts(input, random, tally) : Accepts(input, kind, random.Next(10) > 0, tally))
            {
                tally.Accepted++;
            }
        }
        catch (Exception e)
        {
            throw new IdxFuzzException($"Input {number} of seed {seed} ({input.Family}, {input.Bytes.Count} bytes): {e.Message}", e);
        }

        tally.SlowestMilliseconds = Math.Max(tally.SlowestMilliseconds, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private static bool Accepts(IdxFuzzInput input, IdxKind kind, bool knownLength, IdxFuzzTally tally)
    {
        Stream bytes = new MemoryStream(input.Bytes.Array!, input.Bytes.Offset, input.Bytes.Count, writable: false);
        using var stream = knownLength ? bytes : new LengthlessStream(bytes);
        var (whole, asked) = Judge(input.Plain, kind);
        var before = GC.GetAllocatedBytesForCurrentThread();
        IdxFile? file = null;
        try
        {
            file = IdxFile.Read(stream, kind, Name);
        }
        catch (InvalidDataException e)
        {
            CheckMessage(e.Message, Name);
        }

        var beyond = GC.GetAllocatedBytesForCurrentThread() - before - Honest(input, kind, asked, knownLength);
        tally.MostBytesBeyond = Math.Max(tally.MostBytesBeyond, beyond);
        Check(beyond <= MostBytesBeyond, $"{beyond} bytes were allocated beyond what its header asks");
        if (file is null)
        {
            Check(!whole || input.Harm != GzipHarm.None, "a good file was refused");
            return false;
        }

        Check(whole && input.Harm != GzipHarm.Broken, "a bad file was accepted");
        var header = kind == IdxKind.Images ? 16 : 8;
        Check(file.Content.AsSpan().SequenceEqual(input.Plain.AsSpan(header)), "the content is not the file's");
        var dimensions = Dimensions(input.Plain, kind);
        Check(
            (file.Count, file.Rows, file.Columns) == ((int)dimensions.Count, (int)dimensions.Rows, (int)dimensions.Columns),
            "the dimensions are not the file's"
        );
        return true;
    }

    /// <summary>The fuzzer's own reading of an uncompressed file: whether it is whole, and how many bytes its header asks for within what
    /// is allowed.</summary>
    private static (bool Whole, long Asked) Judge(byte[] plain, IdxKind kind)
    {
        var header = kind == IdxKind.Images ? 16 : 8;
        if (plain.Length < header || BinaryPrimitives.ReadInt32BigEndian(plain) != (int)kind)
        {
            return (false, 0);
        }

        var (count, rows, columns) = Dimensions(plain, kind);
        var product = (UInt128)count * rows * columns;
        return product == 0 || product > (UInt128)MostContent ? (false, 0) : (product == (UInt128)(plain.Length - header), (long)product);
    }

    private static (uint Count, uint Rows, uint Columns) Dimensions(byte[] plain, IdxKind kind) =>
        kind == IdxKind.Labels
            ? (BinaryPrimitives.ReadUInt32BigEndian(plain.AsSpan(4)), 1, 1)
            : (
                BinaryPrimitives.ReadUInt32BigEndian(plain.AsSpan(4)),
                BinaryPrimitives.ReadUInt32BigEndian(plain.AsSpan(8)),
                BinaryPrimitives.ReadUInt32BigEndian(plain.AsSpan(12))
            );

    /// <summary>How much memory for content the header may have.</summary>
    private static long Honest(IdxFuzzInput input, IdxKind kind, long asked, bool knownLength)
    {
        var most = input.Compressed
            ? Math.Min(MostContent, input.Bytes.Count * GzipRatio)
            : input.Bytes.Count - (kind == IdxKind.Images ? 16 : 8);
        // Changed compression may unpack to another header, which may ask for all that the file's size allows.
        if (input.Harm == GzipHarm.Changed || (input.Harm == GzipHarm.Broken && input.Family.Contains("flipped", StringComparison.Ordinal)))
        {
            asked = most;
        }

        if (knownLength)
        {
            return asked <= most ? asked : 0;
        }
        // The reader doubles its memory: all sizes together are below three times what was asked, and four times what came.
        return (64 * 1024) + Math.Min(3 * asked, 4 * (input.Harm == GzipHarm.None ? input.Plain.Length : most));
    }

    public static void CheckMessage(string message, string name)
    {
        Check(
            message.StartsWith($"'{name}' ", StringComparison.Ordinal)
                && message.EndsWith('.')
                && message.Length < 600
                && !message.Contains('\n', StringComparison.Ordinal),
            $"it was refused without a clear sentence: {message}"
        );
        string[] causes =
        [
            "is empty",
            "is truncated",
            "trailing bytes",
            "is damaged",
            "wrong magic number",
            "wrong dimensions",
            "is compressed by gzip",
            " labels; take two files",
        ];
        Check(causes.Any(cause => message.Contains(cause, StringComparison.Ordinal)), $"it was refused for no known cause: {message}");
    }

    public static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new IdxFuzzException(otherwise);
        }
    }

    /// <summary>A stream of unknown length, as from the network.</summary>
    private sealed class LengthlessStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        // Small pieces, as a network brings them.
        public override int Read(Span<byte> buffer) => inner.Read(buffer[..Math.Min(buffer.Length, 1400)]);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
