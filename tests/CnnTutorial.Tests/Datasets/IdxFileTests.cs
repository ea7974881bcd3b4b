using System.Buffers.Binary;

namespace CnnTutorial.Tests;

public sealed class IdxFileTests
{
    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 3 * 28 * 28).Select(i => (byte)i)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Images_come_back_as_they_were_written(bool compressed)
    {
        var bytes = compressed ? SmallDataset.Compress(Images()) : Images();
        var file = Read(bytes);
        Assert.Equal((3, 28, 28), (file.Count, file.Rows, file.Columns));
        Assert.Equal(Pixels, file.Content);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Images())), file.ComputeSha256());
    }

    [Fact]
    public void Labels_come_back_as_they_were_written()
    {
        var file = IdxFile.Read(new MemoryStream(Labels(7, 0, 9)), IdxKind.Labels, "labels");
        Assert.Equal(new byte[] { 7, 0, 9 }, file.Content);
        Assert.Equal(3, file.Count);
    }

    [Theory]
    [InlineData("empty", "is empty")]
    [InlineData("3 bytes", "is truncated: it ends within its header, after 3 of 16 bytes")]
    [InlineData("10 bytes", "is truncated: it ends within its header, after 10 of 16 bytes")]
    [InlineData(
        "one byte short",
        "is truncated: its header promises 2,352 bytes of images, and in a file of its size at most 2,351 follow"
    )]
    [InlineData("one byte short, compressed", "is truncated: its header promises 2,352 bytes of images and only 2,351 follow")]
    [InlineData("one byte long", "has trailing bytes: more follow than the 2,352 bytes of images")]
    [InlineData("one byte long, compressed", "has trailing bytes: more follow than the 2,352 bytes of images")]
    [InlineData("labels", "has the wrong magic number for images: it begins with 0x00000801, not 0x00000803, the one of labels")]
    [InlineData("web page", "it looks like an HTML page")]
    [InlineData("compressed twice", "it is compressed twice")]
    [InlineData("no images", "has the wrong dimensions: its header says 0 images of 28×28")]
    [InlineData("negative count", "has the wrong dimensions: its header says 4,294,967,295 images of 28×28")]
    [InlineData("overflowing", "has the wrong dimensions: its header says 65,536 images of 65,536×65,536")]
    [InlineData(
        "huge claim",
        "is truncated: its header promises 1,073,741,312 bytes of images, and in a file of its size at most 2,352 follow"
    )]
    [InlineData(
        "huge claim, compressed",
        "is truncated: its header promises 1,073,741,312 bytes of images, and in a file of its size at most "
    )]
    public void Bad_content_is_named(string what, string cause)
    {
        var bytes = what switch
        {
            "empty" => [],
            "3 bytes" => Images()[..3],
            "10 bytes" => Images()[..10],
            "one byte short" => Images()[..^1],
            "one byte short, compressed" => SmallDataset.Compress(Images()[..^1]),
            "one byte long" => [.. Images(), 0],
            "one byte long, compressed" => SmallDataset.Compress([.. Images(), 0]),
            "labels" => [.. Labels(1, 2, 3), .. new byte[99]],
            "web page" => "<!DOCTYPE html><html></html>"u8.ToArray(),
            "compressed twice" => SmallDataset.Compress(SmallDataset.Compress(Images())),
            "no images" => Images(count: 0),
            "negative count" => Images(count: -1),
            "overflowing" => Images(65_536, 65_536, 65_536),
            "huge claim" => Images(count: 1_369_568),
            "huge claim, compressed" => SmallDataset.Compress(Images(count: 1_369_568)),
            _ => throw new ArgumentException(what),
        };

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => Read(bytes));
        Assert.Contains(cause, error.Message);
        Assert.StartsWith("'the file' ", error.Message);
        Assert.EndsWith("; get the file again from where the data set was published.", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_compressed_file_that_is_cut_anywhere_is_refused()
    {
        var whole = SmallDataset.Compress(Images());
        for (var length = 0; length < whole.Length; length++)
        {
            // The last eight bytes hold the checksum and the length of the content.
            var error = Assert.Throws<InvalidDataException>(() => Read(whole[..length]));
            Assert.Matches("empty|truncated|damaged|magic", error.Message);
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("\u001f\u008b\b\0\0\0\0\0\0\u00ff\u0003\0\0\0\0\0\0\0\0\0")] // a second gzip file that holds nothing
    public void Something_after_a_compressed_files_end_is_refused(string what)
    {
        var error = Assert.Throws<InvalidDataException>(() =>
            Read([.. SmallDataset.Compress(Images()), .. System.Text.Encoding.Latin1.GetBytes(what)])
        );
        Assert.Contains("its gzip compression does not end where its content ends", error.Message);
    }

    [Theory]
    [InlineData(1_369_568, 200_000)] // claims a gigabyte; 64 KiB are believed before the first byte
    [InlineData(3, 200_000)]
    public void A_stream_without_a_length_is_believed_only_as_far_as_it_comes(int count, long most)
    {
        using var stream = new PrefixedStream([], new MemoryStream(Images(count)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        if (count == 3)
        {
            Assert.Equal(Pixels, IdxFile.Read(stream, IdxKind.Images, "a stream").Content);
        }
        else
        {
            Assert.Contains(
                "is truncated",
                Assert.Throws<InvalidDataException>(() => IdxFile.Read(stream, IdxKind.Images, "a stream")).Message
            );
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, most);
    }

    [Fact]
    public void A_file_whose_compression_is_broken_is_refused()
    {
        var bytes = SmallDataset.Compress(Images());
        bytes[bytes.Length / 2] ^= 0xff;
        bytes[^6] ^= 0xff; // the checksum, in case the flipped byte still makes a valid stream
        var error = Assert.Throws<InvalidDataException>(() => Read(bytes));
        Assert.StartsWith("'the file' is damaged: its gzip compression cannot be undone", error.Message);
    }

    [Fact]
    public void A_gzip_bomb_is_not_unpacked()
    {
        // 200 MB of zeros after the correct header of a small file: refused at the first byte too many.
        var bomb = SmallDataset.Compress([.. Images(), .. new byte[200_000_000]]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => Read(bomb));
        Assert.Contains("has trailing bytes", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private static IdxFile Read(byte[] bytes) => IdxFile.Read(new MemoryStream(bytes), IdxKind.Images, "the file");

    private static byte[] Images(int count = 3, int rows = 28, int columns = 28)
    {
        var bytes = new byte[16 + Pixels.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 0x0803);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), count);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), rows);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), columns);
        Pixels.CopyTo(bytes, 16);
        return bytes;
    }

    private static byte[] Labels(params byte[] labels) => [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels];
}
