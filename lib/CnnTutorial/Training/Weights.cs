using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Saves a network's weights and loads them, wholly or not at all.</summary>
/// <remarks>
/// TorchSharp's own format has neither checksum nor version: a truncated file leaves a model half overwritten, and a
/// flipped bit loads silently. So its bytes are wrapped. The file: 8 bytes "CNNWGHT1"; int32 length (little-endian)
/// of the architecture text and the text (UTF-8, one "name shape type" a line); the SHA-256 of the weights; the weights as
/// <c>Module.save</c> writes them. All of it is checked before the first weight is changed.
/// </remarks>
public static class Weights
{
    private const int MaximumArchitectureBytes = 1 << 20;
    private static readonly byte[] Magic = "CNNWGHT1"u8.ToArray();

    /// <summary>Writes the weights; an older file stays whole until the new one is.</summary>
    /// <param name="model">The network.</param>
    /// <param name="path">The file; its folder is made when it is missing.</param>
    /// <exception cref="IOException">The file cannot be written; the message says why.</exception>
    public static void Save(Module<Tensor, Tensor> model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var payload = new MemoryStream();
        model.save(payload);
        var bytes = payload.ToArray();
        AtomicFile.Write(path, stream =>
        {
            var architecture = Encoding.UTF8.GetBytes(Architecture(model));
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, architecture.Length);
            stream.Write(Magic);
            stream.Write(length);
            stream.Write(architecture);
            stream.Write(SHA256.HashData(bytes));
            stream.Write(bytes);
        });
    }

    /// <summary>Reads weights that <see cref="Save"/> wrote into a network of the same architecture.</summary>
    /// <param name="model">The network; it is unchanged where an exception is thrown.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, no weights file, or of another architecture.</exception>
    public static void Load(Module<Tensor, Tensor> model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There are no weights at {path}; run notebook 05-train first, which saves them there.", path);
        }

        var (architecture, payload) = Read(path);
        if (architecture != Architecture(model))
        {
            throw new InvalidDataException(
                $"The weights in {path} belong to another architecture: {Difference(architecture, Architecture(model))}. Train this model again with notebook 05-train, or load the weights into the model they were saved from.");
        }

        using var stream = new MemoryStream(payload);
        model.load(stream);
    }

    private static (string Architecture, byte[] Payload) Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < Magic.Length + 4 || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            throw new InvalidDataException($"{path} is not a weights file of this course; delete it and run notebook 05-train again.");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(Magic.Length));
        var hashAt = Magic.Length + 4 + length;
        if (length is < 0 or > MaximumArchitectureBytes || bytes.Length < hashAt + SHA256.HashSizeInBytes)
        {
            throw Damaged(path);
        }

        var payload = bytes[(hashAt + SHA256.HashSizeInBytes)..];
        return SHA256.HashData(payload).AsSpan().SequenceEqual(bytes.AsSpan(hashAt, SHA256.HashSizeInBytes))
            ? (Encoding.UTF8.GetString(bytes, Magic.Length + 4, length), payload)
            : throw Damaged(path);
    }

    private static InvalidDataException Damaged(string path) =>
        new($"{path} is damaged (its checksum does not fit its content); delete it and run notebook 05-train again.");

    private static string Architecture(Module<Tensor, Tensor> model) =>
        string.Join('\n', model.state_dict().Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}] {entry.Value.dtype}"));

    private static string Difference(string saved, string wanted)
    {
        var (savedLines, wantedLines) = (saved.Split('\n'), wanted.Split('\n'));
        var first = Enumerable.Range(0, Math.Max(savedLines.Length, wantedLines.Length)).First(i => savedLines.ElementAtOrDefault(i) != wantedLines.ElementAtOrDefault(i));
        return $"where the model has {wantedLines.ElementAtOrDefault(first) ?? "nothing more"}, the file has {savedLines.ElementAtOrDefault(first) ?? "nothing more"}";
    }
}
