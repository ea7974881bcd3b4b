using System.Buffers.Binary;
using System.IO.Compression;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace SampleMaker;

/// <summary>Colour pictures out of Noto Color Emoji: the font holds a PNG for each character.</summary>
/// <remarks>The tables: https://learn.microsoft.com/typography/opentype/spec/cbdt and /cblc, /cmap.</remarks>
internal sealed class EmojiPictures
{
    private const int Side = 40;

    /// <summary>Zip files hold no earlier time.</summary>
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Which characters of Unicode are of which class, both ends included.</summary>
    private static readonly (string Class, (int First, int Last)[] Ranges)[] Classes =
    [
        ("animal", [(0x1F400, 0x1F43C), (0x1F981, 0x1F9AE)]),
        ("face", [(0x1F600, 0x1F637), (0x1F641, 0x1F644), (0x1F910, 0x1F917), (0x1F920, 0x1F92F)]),
        ("food", [(0x1F345, 0x1F37F), (0x1F950, 0x1F96F)]),
        ("vehicle", [(0x1F681, 0x1F6A4), (0x1F6F4, 0x1F6FC), (0x1F3CD, 0x1F3CE)]),
    ];

    private readonly byte[] _font;

    private EmojiPictures(byte[] font) => _font = font;

    /// <summary>Writes a zip file with a folder for each class.</summary>
    public static void Write(string font, string zip)
    {
        var pictures = new EmojiPictures(File.ReadAllBytes(font));
        using var archive = new ZipArchive(File.Create(zip), ZipArchiveMode.Create);
        foreach (var (name, ranges) in Classes)
        {
            var count = 0;
            foreach (var code in ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)))
            {
                if (pictures.Picture(code) is { } png)
                {
                    // A PNG is compressed already, and stored bytes do not depend on the version of zlib.
                    var entry = archive.CreateEntry($"{name}/{code:x}.png", CompressionLevel.NoCompression);
                    entry.LastWriteTime = NoTime;
                    using var stream = entry.Open();
                    Shrink(png, stream);
                    count++;
                }
            }

            Console.WriteLine($"{name}: {count} pictures");
        }
    }

    private static void Shrink(ReadOnlySpan<byte> png, Stream stream)
    {
        using var picture = Image.Load<Rgba32>(png);
        picture.Mutate(change => change.Resize(new ResizeOptions { Size = new Size(Side, Side), Mode = ResizeMode.Pad }));
        picture.Save(
            stream,
            new PngEncoder
            {
                ColorType = PngColorType.Palette,
                BitDepth = PngBitDepth.Bit8,
                CompressionLevel = PngCompressionLevel.BestCompression,
            }
        );
    }

    /// <summary>The PNG of a character; null where the font has none.</summary>
    private byte[]? Picture(int code)
    {
        if (Glyph(code) is not { } glyph)
        {
            return null;
        }

        var (locations, data) = (Table("CBLC"), Table("CBDT"));
        // The font has one size: the first, and its lists of glyphs.
        var lists = locations + (int)U32(locations + 8);
        var count = (int)U32(locations + 16);
        for (var list = lists; list < lists + (8 * count); list += 8)
        {
            var (first, last) = (U16(list), U16(list + 2));
            if (glyph < first || glyph > last)
            {
                continue;
            }

            var index = lists + (int)U32(list + 4);
            if ((U16(index), U16(index + 2)) is not (1, 17))
            {
                throw new NotSupportedException($"The font stores pictures as {U16(index)}, {U16(index + 2)}, and not as 1, 17.");
            }

            var place = data + (int)(U32(index + 4) + U32(index + 8 + (4 * (glyph - first))));
            // Five bytes of measures and the length come before the PNG.
            var length = (int)U32(place + 5);
            return _font[(place + 9)..(place + 9 + length)];
        }

        return null;
    }

    private int? Glyph(int code)
    {
        var map = Table("cmap");
        for (var record = map + 4; record < map + 4 + (8 * U16(map + 2)); record += 8)
        {
            var table = map + (int)U32(record + 4);
            if (U16(table) == 12)
            {
                for (var group = table + 16; group < table + 16 + (12 * (int)U32(table + 12)); group += 12)
                {
                    if (code >= U32(group) && code <= U32(group + 4))
                    {
                        return (int)(U32(group + 8) + (code - U32(group)));
                    }
                }
            }
        }

        return null;
    }

    private int Table(string tag)
    {
        for (var record = 12; record < 12 + (16 * U16(4)); record += 16)
        {
            if (System.Text.Encoding.ASCII.GetString(_font, record, 4) == tag)
            {
                return (int)U32(record + 8);
            }
        }

        throw new NotSupportedException($"The font has no table {tag}.");
    }

    private int U16(int place) => BinaryPrimitives.ReadUInt16BigEndian(_font.AsSpan(place));

    private uint U32(int place) => BinaryPrimitives.ReadUInt32BigEndian(_font.AsSpan(place));
}
