using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CnnTutorial;

/// <summary>A file of named parts under one checksum: a flipped bit, wherever it is, and a missing end are found before anything is
/// believed.</summary>
/// <remarks>
/// The file: 8 bytes "CNNTUTOR"; the SHA-256 of all that follows; int32 version (little-endian, as all numbers here); for each
/// part int32 length of its name, the name (UTF-8), int64 length of its content, the content.
/// </remarks>
internal static class SealedFile
{
    /// <summary>Version 1 held TorchSharp's own format, under a checksum of its own, and began with other bytes.</summary>
    private const int Version = 2;

    private const string Remedy = "delete it and run notebook 05-train again, which writes it anew";
    private static readonly byte[] Magic = "CNNTUTOR"u8.ToArray();
    private static readonly byte[] MagicOfVersion1 = "CNNWGHT1"u8.ToArray();

    /// <summary>Writes the parts; an older file stays whole until the new one is.</summary>
    /// <exception cref="IOException">The file cannot be written; the message says why.</exception>
    public static void Write(string path, IEnumerable<(string Name, byte[] Content)> parts)
    {
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content);
        writer.Write(Version);
        foreach (var (name, bytes) in parts)
        {
            writer.Write(Encoding.UTF8.GetByteCount(name));
            writer.Write(Encoding.UTF8.GetBytes(name));
            writer.Write((long)bytes.Length);
            writer.Write(bytes);
        }

        var all = content.GetBuffer().AsMemory(0, (int)content.Length);
        AtomicFile.Write(
            path,
            stream =>
            {
                stream.Write(Magic);
                stream.Write(SHA256.HashData(all.Span));
                stream.Write(all.Span);
            }
        );
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of another version, or no such file.</exception>
    public static Dictionary<string, byte[]> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var start = Magic.Length + SHA256.HashSizeInBytes;
        if (bytes.AsSpan().StartsWith(MagicOfVersion1))
        {
            throw new InvalidDataException($"{path} was written by an earlier version of this course; {Remedy}.");
        }

        if (!bytes.AsSpan().StartsWith(Magic))
        {
            throw new InvalidDataException($"{path} is not a weights file of this course; {Remedy}.");
        }

        if (
            bytes.Length < start + sizeof(int)
            || !SHA256.HashData(bytes.AsSpan(start)).AsSpan().SequenceEqual(bytes.AsSpan(Magic.Length, SHA256.HashSizeInBytes))
        )
        {
            throw new InvalidDataException($"{path} is damaged (its checksum does not fit its content); {Remedy}.");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(start));
        return version == Version
            ? Parts(path, bytes, start + sizeof(int))
            : throw new InvalidDataException(
                $"{path} is of format version {version}, and this version of the course reads version {Version}; {Remedy}."
            );
    }

    private static Dictionary<string, byte[]> Parts(string path, byte[] bytes, int place)
    {
        // Whoever computes the checksum of lengths that do not fit did so on purpose; that is refused all the same.
        var parts = new Dictionary<string, byte[]>();
        while (place < bytes.Length)
        {
            var name = Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)))));
            if (!parts.TryAdd(name, Take(BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)))).ToArray()))
            {
                throw Malformed();
            }
        }

        return parts;

        ReadOnlySpan<byte> Take(long length)
        {
            if (length < 0 || length > bytes.Length - place)
            {
                throw Malformed();
            }

            var part = bytes.AsSpan(place, (int)length);
            place += (int)length;
            return part;
        }

        InvalidDataException Malformed() => new($"{path} is malformed (its parts do not fill it); {Remedy}.");
    }
}
