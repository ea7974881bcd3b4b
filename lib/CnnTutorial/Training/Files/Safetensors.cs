using System.Globalization;
using System.Security.Cryptography;
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
    /// <summary>The key under which our own files keep the SHA-256 of the tensors' bytes; readers of others pass over it.</summary>
    public const string ChecksumKey = "sha256";

    private const int Alignment = 8;

    /// <summary>Writes tensors by their names.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">Of the types that the format knows, on any device.</param>
    /// <param name="withChecksum">Whether the header names the SHA-256 of the bytes.</param>
    /// <exception cref="NotSupportedException">A tensor is of a type that the format lacks.</exception>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, bool withChecksum)
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
        string? checksum = null;
        if (withChecksum)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            parts.ForEach(part => hash.AppendData(part.Tensor.bytes));
            checksum = Convert.ToHexString(hash.GetHashAndReset());
        }

        var header = Header(parts, checksum);
        stream.Write(BitConverter.GetBytes((ulong)header.Length));
        stream.Write(header);
        parts.ForEach(part => stream.Write(part.Tensor.bytes));
    }

    /// <summary>Reads tensors for a network: those that it has, no more and no fewer.</summary>
    /// <param name="stream">The file, or the part of one.</param>
    /// <param name="wanted">The network's own tensors, for their names, types and shapes; they are not changed.</param>
    /// <returns>New tensors on the CPU, which belong to the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">The message says what is wrong, to follow the name of the file and a colon.</exception>
    public static Dictionary<string, Tensor> Read(Stream stream, IReadOnlyDictionary<string, Tensor> wanted)
    {
        // All that is asked for is known to fit before anything is allocated for it: the header into the file, the tensors into the
        // network.
        var header = SafetensorsHeader.Read(stream, wanted.Keys);
        ThrowIfDifferent(header, wanted);
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var tensors = new Dictionary<string, Tensor>();
        foreach (var entry in header.Tensors.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            var tensor = empty(entry.Shape, entry.Type, CPU);
            stream.ReadExactly(tensor.bytes);
            hash.AppendData(tensor.bytes);
            tensors.Add(entry.Name, tensor);
        }

        if (header.Metadata.TryGetValue(ChecksumKey, out var checksum) && checksum != Convert.ToHexString(hash.GetHashAndReset()))
        {
            throw new InvalidDataException("its checksum does not fit its content");
        }

        foreach (var tensor in tensors.Values)
        {
            tensor.MoveToOuterDisposeScope();
        }

        return tensors;
    }

    private static void ThrowIfDifferent(SafetensorsHeader header, IReadOnlyDictionary<string, Tensor> wanted)
    {
        foreach (var (name, tensor) in wanted)
        {
            if (!header.Tensors.TryGetValue(name, out var entry))
            {
                throw new InvalidDataException($"it lacks {name}, which the model has");
            }

            if (entry.Type != tensor.dtype || !entry.Shape.AsSpan().SequenceEqual(tensor.shape))
            {
                throw new InvalidDataException(
                    $"where the model has {ModelWeights.Line(name, tensor.shape, tensor.dtype)}, the file has "
                        + $"{ModelWeights.Line(name, entry.Shape, entry.Type)}"
                );
            }
        }
    }

    private static byte[] Header(List<(string Name, string Type, Tensor Tensor)> parts, string? checksum)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            // What PyTorch's loaders ask for before they believe that names and shapes are PyTorch's.
            json.WriteString("format", "pt");
            if (checksum is not null)
            {
                json.WriteString(ChecksumKey, checksum);
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

        // Spaces, so that the tensors begin where a processor likes to read.
        while (stream.Length % Alignment != 0)
        {
            stream.WriteByte((byte)' ');
        }

        return stream.ToArray();
    }
}
