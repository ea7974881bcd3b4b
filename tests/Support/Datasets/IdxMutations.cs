using System.Buffers.Binary;
using System.Text;

namespace Support.Datasets;

/// <summary>Makes hostile IDX files out of the real ones that the library bundles. The same seed and number make the same file.</summary>
internal sealed class IdxMutations(int seed, long largestBomb)
{
    private static readonly uint[] Extremes =
    [
        0,
        1,
        2,
        27,
        28,
        29,
        255,
        256,
        0x7fff,
        0xffff,
        0x10000,
        0x7fffffff,
        0x80000000,
        0xfffffffe,
        0xffffffff,
        1 << 30,
        (1 << 30) + 1,
    ];

    // Whole files, and the beginnings of files, made whole: most inputs are small so that there can be many.
    private readonly (byte[] Plain, byte[] Gzip)[] _large =
    [
        .. Bundled().Where(file => file.Length > 100_000).Select(file => (file, SmallDataset.Compress(file))),
    ];
    private readonly (byte[] Plain, byte[] Gzip)[] _small =
    [
        .. Bundled().SelectMany(Beginnings).Select(file => (file, SmallDataset.Compress(file))),
    ];
    private readonly GzipBomb _bomb = new(largestBomb);

    /// <summary>An input by its number.</summary>
    public IdxFuzzInput Make(int number)
    {
        var random = new Random(HashCode(number));
        var (plain, gzip) = random.Next(1000) == 0 ? Any(random, _large) : Any(random, _small);
        switch (random.Next(20))
        {
            case 0:
                return random.Next(2) == 0 ? new("unchanged", plain, plain, false) : new("unchanged", gzip, plain, true);
            case 1 or 2 or 3:
                return Changed("bits flipped", Flip(random, plain, random.Next(2) == 0 ? 16 : plain.Length), random);
            case 4 or 5:
                return Changed("truncated", plain[..random.Next(plain.Length)], random);
            case 6:
                return Changed("wrong magic number", [.. Number(random), .. plain[4..]], random);
            case 7 or 8 or 9:
                return Changed("wrong dimensions", Dimensions(random, plain), random);
            case 10:
                return Changed("trailing bytes", [.. plain, .. Noise(random, 1 + random.Next(random.Next(2) == 0 ? 4 : 20_000))], random);
            case 11:
                return Changed("something else", SomethingElse(random, plain), random);
            case 12 or 13:
                return new("gzip: bits flipped", Flip(random, gzip, random.Next(2) == 0 ? 32 : gzip.Length), plain, true, GzipHarm.Changed);
            case 14:
                return new(
                    "gzip: truncated",
                    gzip[..(random.Next(2) == 0 ? random.Next(2, gzip.Length) : gzip.Length - random.Next(1, 9))],
                    plain,
                    true,
                    GzipHarm.Broken
                );
            case 15:
                return new(
                    "gzip: trailing bytes",
                    (byte[])
                        [
                            .. gzip,
                            .. random.Next(2) == 0
                                ? Noise(random, random.Next(1, 100))
                                : SmallDataset.Compress(Noise(random, random.Next(1, 100))),
                        ],
                    plain,
                    true,
                    GzipHarm.Broken
                );
            case 16:
                return new(
                    "gzip: bits flipped, then truncated",
                    Flip(random, gzip, gzip.Length)[..^random.Next(1, 9)],
                    plain,
                    true,
                    GzipHarm.Broken
                );
            case 17:
                return Nested(random, gzip);
            default:
                return Bomb(random, plain);
        }
    }

    private IdxFuzzInput Bomb(Random random, byte[] plain)
    {
        // Rarely the header claims all that is allowed, and so has a gigabyte unpacked before it is refused.
        var greedy = random.Next(largestBomb > GzipBomb.Chunk * 1024L ? 20_000 : 2_000) == 0;
        var start = greedy ? [.. plain[..4], .. Big(1 << 30), .. Big(1), .. Big(1)] : plain;
        if (greedy)
        {
            BinaryPrimitives.WriteInt32BigEndian(start, (int)IdxKind.Images);
        }

        var bytes = _bomb.After(start, random.NextDouble());
        return random.Next(10) == 0
            ? new(
                "gzip bomb within gzip",
                SmallDataset.Compress([.. bytes.AsSpan(0, Math.Min(bytes.Count, 100_000))]),
                [.. bytes.AsSpan(0, 64)],
                true
            )
            : new("gzip bomb", bytes, start, true, GzipHarm.Broken);
    }

    private static IdxFuzzInput Nested(Random random, byte[] gzip)
    {
        var plain = gzip;
        for (var deeper = random.Next(3); deeper > 0; deeper--)
        {
            plain = SmallDataset.Compress(plain);
        }

        return new("gzip within gzip", SmallDataset.Compress(plain), plain, true);
    }

    private static IdxFuzzInput Changed(string family, byte[] plain, Random random) =>
        random.Next(4) == 0 ? new(family, SmallDataset.Compress(plain), plain, true) : new(family, plain, plain, false);

    private static byte[] Dimensions(Random random, byte[] plain)
    {
        var bytes = (byte[])plain.Clone();
        var last = plain[3] == 3 ? 3 : 1;
        for (var times = random.Next(1, last + 1); times > 0; times--)
        {
            Number(random).CopyTo(bytes, 4 * random.Next(1, last + 1));
        }
        // Other dimensions are not a mistake if the file is as long as they say.
        return random.Next(8) == 0 && last == 3
            ? [.. bytes[..4], .. Big(28), .. Big((uint)(bytes.Length - 16) / 28), .. Big(1), .. bytes[16..]]
            : bytes;
    }

    private byte[] SomethingElse(Random random, byte[] plain) =>
        random.Next(4) switch
        {
            0 => Noise(random, random.Next(200)),
            1 => Encoding.ASCII.GetBytes($"<!DOCTYPE html><html><title>{random.Next()}</title></html>"),
            2 => [.. plain[..random.Next(plain.Length)], .. Any(random, _small).Plain],
            _ => [.. plain[..4], .. Noise(random, random.Next(40))],
        };

    private static byte[] Flip(Random random, byte[] bytes, int among)
    {
        var changed = (byte[])bytes.Clone();
        for (var flips = random.Next(1, 9); flips > 0; flips--)
        {
            changed[random.Next(Math.Min(among, bytes.Length))] ^= (byte)(1 << random.Next(8));
        }

        return changed;
    }

    private static byte[] Number(Random random) =>
        Big(random.Next(3) == 0 ? (uint)random.NextInt64(1L << 32) : Extremes[random.Next(Extremes.Length)]);

    private static byte[] Big(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static T Any<T>(Random random, T[] among) => among[random.Next(among.Length)];

    // Not HashCode.Combine, which differs from process to process.
    private int HashCode(int number) => (int)(((uint)seed * 2_654_435_761u) ^ ((uint)number * 0x9E37_79B9u) ^ ((uint)number >> 7));

    private static IEnumerable<byte[]> Beginnings(byte[] file)
    {
        if (file.Length < 10_000)
        {
            return [file];
        }

        return new[] { 1, 3, 10 }.Select(count => (byte[])[.. file[..4], .. Big((uint)count), .. file[8..(16 + (count * 28 * 28))]]);
    }

    private static IEnumerable<byte[]> Bundled()
    {
        foreach (var sample in new[] { DatasetCatalog.Mnist.Sample, DatasetCatalog.FashionMnist.Sample })
        {
            foreach (var spec in sample.Files.All)
            {
                using var stream = new MemoryStream();
                sample.Read(spec).Write(stream);
                yield return stream.ToArray();
            }
        }
    }
}
