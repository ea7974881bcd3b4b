using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace CnnTutorial.Tests;

public sealed class FromFolderTests : IDisposable
{
    private static readonly Rgb24 Red = new(250, 10, 10);
    private static readonly Rgb24 Grey = new(100, 100, 100);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("bmp")]
    public void Pictures_of_any_size_become_square_images_with_their_colours(string ending)
    {
        Fill("apple", 10, i => Plain(20 + (7 * i), 90 - (3 * i), Red), ending);
        Fill("ball", 10, i => Plain(40, 40, new Rgb24(10, 10, 250)), ending);
        var pictures = CnnTutorial.Datasets.FromFolder(_folder.Path, size: 16);
        Assert.Equal(["apple", "ball"], pictures.ClassNames);
        Assert.Equal((16, 4), (pictures.Train.Count, pictures.Test.Count));
        Assert.Equal([2, 2], pictures.Test.CountByClass(2));
        Assert.Equal([3L, 16, 16], pictures.Train.ImageShape);
        Assert.Empty(pictures.LeftOut);
        for (var i = 0; i < pictures.Train.Count; i++)
        {
            // JPEG changes colours a little.
            var (r, b) = pictures.Train.Labels[i] == 0 ? (250, 10) : (10, 250);
            Assert.All(pictures.Train.Image(i)[..256].ToArray(), value => Assert.InRange(value, r - 6, r + 6));
            Assert.All(pictures.Train.Image(i)[512..].ToArray(), value => Assert.InRange(value, b - 6, b + 6));
        }

        using var tensor = pictures.Train.ToImageTensor();
        Assert.Equal([16L, 3, 16, 16], tensor.shape);
    }

    [Fact]
    public void Pictures_without_colour_become_grey_images_and_either_can_be_asked_for()
    {
        Fill("a", 5, _ => Plain(30, 30, Grey));
        Fill("b", 5, _ => Plain(30, 30, new Rgb24(200, 200, 200)));
        Assert.Equal(1, CnnTutorial.Datasets.FromFolder(_folder.Path).Train.Channels);
        Assert.Equal(3, CnnTutorial.Datasets.FromFolder(_folder.Path, colour: true).Train.Channels);
        Fill("c", 5, _ => Plain(30, 30, Red));
        Assert.Equal(3, CnnTutorial.Datasets.FromFolder(_folder.Path).Train.Channels);
        var grey = CnnTutorial.Datasets.FromFolder(_folder.Path, colour: false).Train;
        Assert.Equal(1, grey.Channels);
        // As ink on paper: what is dark is a large number.
        Assert.Equal(255 - 100, grey.Image(Array.IndexOf(grey.Labels, (byte)0))[0]);
        // 0.299 × 250 + 0.587 × 10 + 0.114 × 10
        Assert.InRange(grey.Image(Array.IndexOf(grey.Labels, (byte)2))[0], 255 - 83, 255 - 81);
    }

    [Fact]
    public void A_photo_is_turned_as_the_camera_noted()
    {
        // Held sideways: what is the top of the scene is stored at the left.
        Fill("a", 5, _ => Stored(6), "jpg");
        Fill("b", 5, _ => Stored(1), "jpg");
        var train = CnnTutorial.Datasets.FromFolder(_folder.Path, size: 16, colour: false).Train;
        var turned = train.Image(Array.IndexOf(train.Labels, (byte)0));
        var asStored = train.Image(Array.IndexOf(train.Labels, (byte)1));
        // Stored with a bright left half. Turned by a quarter to the right, the left is the top.
        Assert.True(asStored[(8 * 16) + 1] < 50 && asStored[(8 * 16) + 14] > 200);
        Assert.True(turned[(1 * 16) + 8] < 50 && turned[(14 * 16) + 8] > 200);

        static Image<Rgb24> Stored(int orientation)
        {
            var picture = Plain(40, 40, new Rgb24(0, 0, 0));
            picture.ProcessPixelRows(rows =>
            {
                for (var y = 0; y < rows.Height; y++)
                {
                    rows.GetRowSpan(y)[..20].Fill(new Rgb24(255, 255, 255));
                }
            });
            picture.Metadata.ExifProfile = new ExifProfile();
            picture.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)orientation);
            return picture;
        }
    }

    [Fact]
    public void The_middle_square_is_taken_and_what_is_transparent_is_white()
    {
        Fill("a", 5, _ => Plain(30, 30, Grey));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "b"));
        for (var i = 0; i < 5; i++)
        {
            // A grey square in the middle of a wide picture that is transparent elsewhere.
            using var picture = new Image<Rgba32>(90, 30);
            picture.ProcessPixelRows(rows =>
            {
                for (var y = 0; y < 30; y++)
                {
                    rows.GetRowSpan(y)[35..55].Fill(new Rgba32(100, 100, 100));
                }
            });
            picture.SaveAsPng(Path.Combine(_folder.Path, "b", $"{i}.png"));
        }

        var train = CnnTutorial.Datasets.FromFolder(_folder.Path, size: 30).Train;
        var image = train.Image(Array.IndexOf(train.Labels, (byte)1));
        // Columns 30 to 59 of the 90 are left: 5 white ones, 20 grey, 5 white.
        Assert.Equal([0, 0, 0, 0, 0], image[..5].ToArray());
        Assert.All(image[6..24].ToArray(), value => Assert.InRange(value, 150, 160));
        Assert.Equal(0, image[29]);
    }

    [Fact]
    public void What_cannot_be_read_is_left_out_and_named_with_the_reason()
    {
        Fill("a", 6, _ => Plain(30, 30, Grey));
        Fill("b", 6, _ => Plain(30, 30, Grey));
        var good = File.ReadAllBytes(Path.Combine(_folder.Path, "a", "0.png"));
        File.WriteAllText(Path.Combine(_folder.Path, "a", "notes.txt"), "apples");
        File.WriteAllBytes(Path.Combine(_folder.Path, "a", "cut.png"), good[..(good.Length / 2)]);
        File.WriteAllBytes(Path.Combine(_folder.Path, "b", "empty.jpg"), []);
        // A BMP that claims to be 60,000 pixels wide and high: 14 GB.
        using (var stream = new MemoryStream())
        {
            using var small = Plain(2, 2, Grey);
            small.Save(stream, new BmpEncoder());
            var bomb = stream.ToArray();
            BitConverter.TryWriteBytes(bomb.AsSpan(18), 60_000);
            BitConverter.TryWriteBytes(bomb.AsSpan(22), 60_000);
            File.WriteAllBytes(Path.Combine(_folder.Path, "b", "bomb.bmp"), bomb);
        }

        // Files that programs leave there are not a mistake of the learner.
        File.WriteAllText(Path.Combine(_folder.Path, "b", ".DS_Store"), "x");
        Directory.CreateDirectory(Path.Combine(_folder.Path, ".ipynb_checkpoints"));

        var pictures = CnnTutorial.Datasets.FromFolder(_folder.Path);

        Assert.Equal(12, pictures.Train.Count + pictures.Test.Count);
        string[] expected =
        [
            "a/cut.png: it cannot be read (",
            "a/notes.txt: its content is not PNG, JPEG or BMP",
            "b/bomb.bmp: it has 60000×60000 pixels",
            "b/empty.jpg: its content is not PNG, JPEG or BMP",
        ];
        Assert.All(
            pictures.LeftOut.Order(StringComparer.Ordinal).Zip(expected),
            pair => Assert.StartsWith(pair.Second, pair.First.Replace('\\', '/'), StringComparison.Ordinal)
        );
        Assert.Equal(expected.Length, pictures.LeftOut.Count);
        Assert.All(pictures.LeftOut, line => Assert.DoesNotContain('\n', line));
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("bmp")]
    public void A_picture_that_was_cut_off_anywhere_is_left_out_and_named(string ending)
    {
        Fill("a", 5, _ => Plain(30, 30, Grey), ending);
        Fill("b", 5, _ => Photo(), ending);
        var good = File.ReadAllBytes(Path.Combine(_folder.Path, "b", $"0.{ending}"));
        for (var quarter = 1; quarter < 4; quarter++)
        {
            File.WriteAllBytes(Path.Combine(_folder.Path, "b", $"cut{quarter}.{ending}"), good[..(good.Length * quarter / 4)]);
        }

        // What a camera appends after the picture does no harm.
        File.WriteAllBytes(Path.Combine(_folder.Path, "b", $"more.{ending}"), [.. good, .. new byte[1000]]);

        var pictures = CnnTutorial.Datasets.FromFolder(_folder.Path);

        Assert.Equal(11, pictures.Train.Count + pictures.Test.Count);
        Assert.Equal(3, pictures.LeftOut.Count);
        Assert.All(pictures.LeftOut, line => Assert.StartsWith(Path.Combine("b", "cut"), line, StringComparison.Ordinal));
        if (ending == "jpg")
        {
            Assert.EndsWith(
                "cut3.jpg: its end is missing, as after a download that was cut off",
                pictures.LeftOut[2],
                StringComparison.Ordinal
            );
        }

        // Noise, so that the file is long, with a preview inside it that is whole.
        static Image<Rgb24> Photo()
        {
            var random = new Random(1);
            var picture = Plain(60, 60, Red);
            picture.ProcessPixelRows(rows =>
            {
                for (var y = 0; y < rows.Height; y++)
                {
                    random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(rows.GetRowSpan(y)));
                }
            });
            using var small = Plain(8, 8, Grey);
            using var preview = new MemoryStream();
            small.SaveAsJpeg(preview);
            picture.Metadata.ExifProfile = new ExifProfile();
            picture.Metadata.ExifProfile.SetValue(ExifTag.MakerNote, preview.ToArray());
            return picture;
        }
    }

    [Fact]
    public void A_picture_that_would_fill_the_memory_is_left_out_before_it_is_read()
    {
        Fill("a", 5, _ => Plain(12, 12, Grey));
        Fill("b", 5, _ => Plain(12, 12, Grey));
        // 400 million white pixels are a PNG of 50 kB.
        using (var huge = File.Create(Path.Combine(_folder.Path, "b", "huge.png")))
        {
            using var small = new MemoryStream();
            Plain(1, 1, Grey).SaveAsPng(small);
            huge.Write(Header(small.ToArray(), 20_000));
            huge.Write(new byte[50_000]);
        }

        var before = GC.GetTotalAllocatedBytes();
        var pictures = CnnTutorial.Datasets.FromFolder(_folder.Path);
        Assert.Equal([Path.Combine("b", "huge.png") + ": it has 20000×20000 pixels, and 100 million are the most"], pictures.LeftOut);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);

        // The header of a PNG with other sides; a CRC over it must be right.
        static byte[] Header(byte[] png, int side)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), side);
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), side);
            var crc = 0xFFFFFFFF;
            foreach (var value in png.AsSpan(12, 17))
            {
                crc ^= value;
                for (var bit = 0; bit < 8; bit++)
                {
                    crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
                }
            }

            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), ~crc);
            return png;
        }
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 1, 1)]
    [InlineData(3, 0, 1)]
    [InlineData(4, 0, 0)]
    [InlineData(5, 1, 0)]
    [InlineData(6, 1, 1)]
    [InlineData(7, 0, 1)]
    [InlineData(8, 0, 0)]
    public void Each_way_to_hold_the_camera_is_known(int orientation, int top, int right)
    {
        // White in its upper left corner as it is stored; the numbers say into which half it comes.
        Fill("a", 5, _ => Corner(), "jpg");
        Fill("b", 5, _ => Plain(40, 40, Grey), "jpg");
        var train = CnnTutorial.Datasets.FromFolder(_folder.Path, size: 16, colour: false).Train;
        var image = train.Image(Array.IndexOf(train.Labels, (byte)0));
        for (var corner = 0; corner < 4; corner++)
        {
            var isWhite = (corner / 2, corner % 2) == (1 - top, right);
            Assert.InRange(image[((corner / 2 * 8) + 4) * 16 + (corner % 2 * 8) + 4], isWhite ? 0 : 240, isWhite ? 15 : 255);
        }

        Image<Rgb24> Corner()
        {
            var picture = Plain(40, 40, new Rgb24(0, 0, 0));
            picture.ProcessPixelRows(rows =>
            {
                for (var y = 0; y < 20; y++)
                {
                    rows.GetRowSpan(y)[..20].Fill(new Rgb24(255, 255, 255));
                }
            });
            picture.Metadata.ExifProfile = new ExifProfile();
            picture.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)orientation);
            return picture;
        }
    }

    [Fact]
    public void Any_flipped_byte_of_a_picture_is_read_or_named_and_nothing_else_happens()
    {
        Fill("a", 5, _ => Plain(12, 12, Grey));
        Fill("b", 5, _ => Plain(12, 12, Grey));
        var random = new Random(1);
        foreach (var ending in new[] { "png", "jpg", "bmp" })
        {
            using var picture = Plain(20, 14, Red);
            var path = Path.Combine(_folder.Path, "a", $"good.{ending}");
            picture.Save(path);
            var good = File.ReadAllBytes(path);
            for (var i = 0; i < 30; i++)
            {
                var bad = (byte[])good.Clone();
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(Path.Combine(_folder.Path, "a", $"{i}-bad.{ending}"), bad);
            }
        }

        var pictures = CnnTutorial.Datasets.FromFolder(_folder.Path);
        Assert.Equal(10 + 3 + 90, pictures.Train.Count + pictures.Test.Count + pictures.LeftOut.Count);
        Assert.NotEmpty(pictures.LeftOut);
    }

    [Fact]
    public void What_nothing_can_be_learned_from_is_said_in_one_sentence()
    {
        var missing = Path.Combine(_folder.Path, "nowhere");
        Says<DirectoryNotFoundException>(
            missing,
            $"There is no folder {missing}; name one that holds a subfolder of pictures for each class."
        );
        Says<InvalidDataException>(_folder.Path, "has no subfolder; put the pictures of each class into a subfolder");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "a"));
        Says<InvalidDataException>(_folder.Path, "holds no image that can be read; put at least 5 of each class there.");
        Fill("a", 5, _ => Plain(12, 12, Grey));
        Says<InvalidDataException>(_folder.Path, "holds one class only, 'a', so that there is nothing to tell apart; add a second class.");
        Fill("b", 1, _ => Plain(12, 12, Grey));
        Says<InvalidDataException>(_folder.Path, "holds 1 image of the class 'b', and 5 are the fewest to learn and to test with");
    }

    [Fact]
    public void The_same_seed_keeps_the_same_pictures_for_the_test()
    {
        Fill("a", 20, i => Plain(12, 12, new Rgb24((byte)(10 * i), 0, 0)));
        Fill("b", 20, i => Plain(12, 12, new Rgb24(0, (byte)(10 * i), 0)));
        Assert.Equal(CnnTutorial.Datasets.FromFolder(_folder.Path).Test.Images, CnnTutorial.Datasets.FromFolder(_folder.Path).Test.Images);
        Assert.NotEqual(
            CnnTutorial.Datasets.FromFolder(_folder.Path).Test.Images,
            CnnTutorial.Datasets.FromFolder(_folder.Path, seed: 1).Test.Images
        );
    }

    private static void Says<T>(string path, string says)
        where T : Exception
    {
        var error = Assert.Throws<T>(() => CnnTutorial.Datasets.FromFolder(path));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(". ", error.Message, StringComparison.Ordinal);
    }

    private void Fill(string name, int count, Func<int, Image<Rgb24>> make, string ending = "png")
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        for (var i = 0; i < count; i++)
        {
            using var picture = make(i);
            picture.Save(Path.Combine(folder, $"{i}.{ending}"));
        }
    }

    private static Image<Rgb24> Plain(int width, int height, Rgb24 colour) => new(width, height, colour);
}
