using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>
/// Tensors as safetensors: 8 bytes with the header's length, a header in JSON that says of each tensor its type, its shape and
/// where its bytes begin and end, then the bytes. The format is at https://github.com/huggingface/safetensors#format.
/// </summary>
internal static class Safetensors
{
    private const int Alignment = 8;

    private static readonly byte[] NoChecksum = [.. Enumerable.Repeat((byte)'0', SafetensorsHeader.ChecksumLength)];
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The names of tensors that a checkpoint holds beside the model's begin with this.</summary>
    public const string TrainingPrefix = "training/";

    /// <summary>Writes tensors by their names.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">Of the types that the format knows, on any device.</param>
    /// <param name="withChecksum">Whether the header names a SHA-256 of all that the file holds.</param>
    /// <param name="metadata">Further entries for the header's metadata.</param>
    /// <exception cref="NotSupportedException">A tensor is of a type that the format does not have.</exception>
    public static void Write(
        Stream stream,
        IReadOnlyDictionary<string, Tensor> tensors,
        bool withChecksum,
        params (string Key, string Value)[] metadata
    )
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        // The widest numbers first: then each tensor begins at a multiple of its numbers' size, as the format's own writer has it.
        var parts = tensors
            .Select(tensor =>
                (
                    Name: tensor.Key,
                    Type: SafetensorsType.NameOf(tensor.Key, tensor.Value.dtype),
                    Tensor: tensor.Value.detach().cpu().contiguous()
                )
            )
            .OrderByDescending(part => part.Tensor.ElementSize)
            .ToList();
        var header = Header(parts, withChecksum, metadata);
        var length = BitConverter.GetBytes((ulong)header.Length);
        if (withChecksum)
        {
            // Computed from the file with zeros in its place, then written there.
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(length);
            hash.AppendData(header);
            parts.ForEach(part => hash.AppendData(part.Tensor.bytes));
            var place = header.AsSpan().IndexOf(NoChecksum);
            Encoding.ASCII.GetBytes(Convert.ToHexString(hash.GetHashAndReset()), header.AsSpan(place));
        }

        stream.Write(length);
        stream.Write(header);
        parts.ForEach(part => stream.Write(part.Tensor.bytes));
    }

    /// <summary>Reads tensors for a network: those that it has, no more and no fewer. The other tensors of a checkpoint are checked and
    /// left out.</summary>
    /// <param name="stream">A stream that knows its length.</param>
    /// <param name="wanted">The network's own tensors, for their names, types and shapes; they are not changed.</param>
    /// <returns>New tensors on the CPU, which belong to the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">The message says what is wrong, to follow the name of the file and a colon.</exception>
    public static Dictionary<string, Tensor> Read(Stream stream, IReadOnlyDictionary<string, Tensor> wanted) =>
        Read(stream, wanted, withTraining: false).Tensors;

    /// <summary>Reads tensors for a network, and on request those of a training beside them.</summary>
    /// <param name="stream">A stream that knows its length.</param>
    /// <param name="wanted">The network's own tensors, for their names, types and shapes; they are not changed.</param>
    /// <param name="withTraining">Whether the tensors whose names begin with <see cref="TrainingPrefix"/> are returned too.</param>
    /// <returns>New tensors on the CPU, which belong to the caller's dispose scope, and what the header says beside them.</returns>
    /// <exception cref="InvalidDataException">The message says what is wrong, to follow the name of the file and a colon.</exception>
    public static (Dictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(
        Stream stream,
        IReadOnlyDictionary<string, Tensor> wanted,
        bool withTraining
    )
    {
        // Sizes are checked before anything is allocated: the header must fit into the file, the tensors into the network, and those of a
        // training into the file.
        var header = SafetensorsHeader.Read(stream, name => wanted.ContainsKey(name) || IsOfTraining(name));
        ThrowIfDifferent(header, wanted);
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes((ulong)header.Json.Length));
        hash.AppendData(header.Json);
        var tensors = new Dictionary<string, Tensor>();
        foreach (var entry in header.Tensors.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (!withTraining && IsOfTraining(entry.Name))
            {
                PassOver(stream, entry.End - entry.Begin, hash);
                continue;
            }

            var tensor = empty(entry.Shape, entry.Type, CPU);
            stream.ReadExactly(tensor.bytes);
            hash.AppendData(tensor.bytes);
            tensors.Add(entry.Name, tensor);
        }

        if (header.Checksum is { } checksum && checksum != Convert.ToHexString(hash.GetHashAndReset()))
        {
            throw new InvalidDataException("its checksum does not fit its content");
        }

        foreach (var tensor in tensors.Values)
        {
            tensor.MoveToOuterDisposeScope();
        }

        return (tensors, header.Metadata);
    }

    private static bool IsOfTraining(string name) => name.StartsWith(TrainingPrefix, StringComparison.Ordinal);

    private static void PassOver(Stream stream, long bytes, IncrementalHash hash)
    {
        Span<byte> buffer = stackalloc byte[8192];
        while (bytes > 0)
        {
            var part = buffer[..(int)Math.Min(bytes, buffer.Length)];
            stream.ReadExactly(part);
            hash.AppendData(part);
            bytes -= part.Length;
        }
    }

    private static void ThrowIfDifferent(SafetensorsHeader header, IReadOnlyDictionary<string, Tensor> wanted)
    {
        foreach (var (name, tensor) in wanted)
        {
            if (!header.Tensors.TryGetValue(name, out var entry))
            {
                throw new InvalidDataException($"it is of another architecture: the model has {name}, which is missing in the file");
            }

            if (entry.Type != tensor.dtype || !entry.Shape.AsSpan().SequenceEqual(tensor.shape))
            {
                throw new InvalidDataException(
                    $"it is of another architecture: where the model has {ModelWeights.Line(name, tensor.shape, tensor.dtype)}, the "
                        + "file has "
                        + $"{ModelWeights.Line(name, entry.Shape, entry.Type)}"
                );
            }
        }
    }

    private static byte[] Header(
        List<(string Name, string Type, Tensor Tensor)> parts,
        bool withChecksum,
        (string Key, string Value)[] metadata
    )
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            // Some loaders for PyTorch require this entry.
            json.WriteString("format", "pt");
            if (withChecksum)
            {
                // Written before the other entries, so that its zeros are the first to be found.
                json.WriteString(SafetensorsHeader.ChecksumKey, NoChecksum);
                json.WriteString(SafetensorsHeader.WriterKey, "CnnTutorial");
            }

            foreach (var (key, value) in metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            var begin = 0L;
            foreach (var (name, type, tensor) in parts)
            {
                var end = begin + tensor.bytes.Length;
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                json.WritePropertyName("shape");
                json.WriteRawValue($"[{string.Join(',', tensor.shape.Select(size => size.ToString(CultureInfo.InvariantCulture)))}]");
                json.WritePropertyName("data_offsets");
                json.WriteRawValue(string.Create(CultureInfo.InvariantCulture, $"[{begin},{end}]"));
                json.WriteEndObject();
                begin = end;
            }

            json.WriteEndObject();
        }

        // Spaces, so that the tensors begin at aligned addresses.
        while (stream.Length % Alignment != 0)
        {
            stream.WriteByte((byte)' ');
        }

        return stream.ToArray();
    }
}
