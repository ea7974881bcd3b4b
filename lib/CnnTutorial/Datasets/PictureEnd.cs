using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Jpeg;

namespace CnnTutorial;

/// <summary>Notices a file whose end is missing, such as a download that was cut off. ImageSharp paints what is missing of a JPEG or BMP
/// white or grey without a word; it refuses a PNG by itself.</summary>
internal static class PictureEnd
{
    /// <summary>Whether the file ends before its picture does.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="format">What ImageSharp takes it for.</param>
    public static bool IsMissing(string file, IImageFormat format)
    {
        using var stream = File.OpenRead(file);
        return format switch
        {
            JpegFormat => IsMissingInJpeg(stream),
            BmpFormat => IsMissingInBmp(stream),
            _ => false,
        };
    }

    /// <summary>Goes from marker to marker until the one that ends the picture. A preview inside the file, with an end of its own, is in a
    /// segment with a length, and so passed over. https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1.1.</summary>
    private static bool IsMissingInJpeg(FileStream stream)
    {
        for (var value = stream.ReadByte(); value >= 0; value = stream.ReadByte())
        {
            if (value != 0xFF)
            {
                continue;
            }

            var marker = stream.ReadByte();
            while (marker == 0xFF)
            {
                marker = stream.ReadByte();
            }

            switch (marker)
            {
                case 0xD9:
                    return false;
                // A 255 among the pixels; markers without a length.
                case 0 or 1 or (>= 0xD0 and <= 0xD8):
                    break;
                default:
                    var length = (stream.ReadByte() << 8) | stream.ReadByte();
                    if (length < 2)
                    {
                        return true;
                    }

                    stream.Seek(length - 2, SeekOrigin.Current);
                    break;
            }
        }

        return true;
    }

    /// <summary>A BMP says at its third byte how long it is.</summary>
    private static bool IsMissingInBmp(FileStream stream)
    {
        var header = new byte[6];
        stream.ReadExactly(header);
        return BitConverter.ToUInt32(header, 2) > stream.Length;
    }
}
