using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">As <c>state_dict</c> has it, such as <c>fc1.weight</c>.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Begin">Where its bytes begin, from the first byte after the header.</param>
/// <param name="End">Where they end.</param>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, long[] Shape, long Begin, long End);

/// <summary>The header of a safetensors file, trusted only as far as the file confirms it.</summary>
internal sealed class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    /// <summary>The metadata under which the course's own files keep a SHA-256 of everything in them; other readers ignore it.</summary>
    public const string ChecksumKey = "checksum";

    /// <summary>The metadata that says that a file has a checksum. A flipped bit in one of the two keys does not hide the other.</summary>
    public const string WriterKey = "writer";

    /// <summary>How many hexadecimal digits a checksum has.</summary>
    public const int ChecksumLength = 64;

    /// <summary>What the format's own reader allows.</summary>
    private const int MaximumBytes = 100_000_000;

    /// <summary>As many dimensions as PyTorch gives a tensor.</summary>
    private const int MaximumDimensions = 64;

    /// <summary>An object of tensors, each an object with lists: three levels, and none is nested deeper.</summary>
    private const int Depth = 3;

    private readonly Dictionary<string, SafetensorsEntry> _tensors = [];
    private readonly Dictionary<string, string> _metadata = [];

    private int? _checksumAt;

    private SafetensorsHeader(byte[] json) => Json = json;

    /// <summary>The header's bytes, in which the checksum's digits, if there are some, are replaced by zeros: the checksum is computed
    /// from these.</summary>
    public byte[] Json { get; }

    /// <summary>The checksum that the file names, or null for a file that was written by another program.</summary>
    public string? Checksum { get; private set; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors => _tensors;

    /// <summary>The header's further entries.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads a header and checks that the tensors fill the rest of the stream, without a gap and without an overlap.</summary>
    /// <param name="stream">A stream that knows its length; afterwards it stands at the first tensor's bytes.</param>
    /// <param name="isKnown">Whether there may be a tensor of that name, so that a file of millions of others is refused at its
    /// first.</param>
    /// <exception cref="InvalidDataException">The message says what is wrong, to follow the name of the file and a colon.</exception>
    public static SafetensorsHeader Read(Stream stream, Func<string, bool> isKnown)
    {
        var left = stream.Length - stream.Position - sizeof(ulong);
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        if (left < 0 || stream.ReadAtLeast(number, number.Length, throwOnEndOfStream: false) < number.Length)
        {
            throw new InvalidDataException("it ends before its header");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(number);
        if (length > MaximumBytes || length > (ulong)left)
        {
            throw new InvalidDataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"its header claims {length:N0} bytes, and at most {Math.Min(left, MaximumBytes):N0} are possible"
                )
            );
        }

        var json = new byte[length];
        stream.ReadExactly(json);
        return Parse(json, left - (long)length, isKnown);
    }

    /// <summary>A name from the file, made safe and short for a message.</summary>
    public static string Shown(string name) =>
        $"'{new string([.. name.Take(60).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter)])}'";

    private static SafetensorsHeader Parse(byte[] json, long dataBytes, Func<string, bool> isKnown)
    {
        var header = new SafetensorsHeader(json);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Depth });
            Expect(ref reader, JsonTokenType.StartObject);
            while (NextName(ref reader) is { } name)
            {
                if (name == MetadataKey)
                {
                    header.ReadMetadata(ref reader);
                }
                else if (!isKnown(name))
                {
                    throw new InvalidDataException($"it is of another architecture: it holds {Shown(name)}, which the model does not have");
                }
                else if (!header._tensors.TryAdd(name, ReadEntry(ref reader, name)))
                {
                    throw new InvalidDataException($"its header names {Shown(name)} twice");
                }
            }

            // Spaces may follow, and nothing else: the reader throws at anything.
            _ = reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid UTF-8.
            throw new InvalidDataException("its header is not the JSON that it should be", e);
        }

        header.TakeChecksum();
        header.CheckPlaces(dataBytes);
        return header;
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        (ScalarType Type, int Bytes)? type = null;
        List<long>? shape = null;
        List<long>? places = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader) is { } field)
        {
            switch (field)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String);
                    var text = reader.GetString()!;
                    type =
                        SafetensorsType.Of(text)
                        ?? throw new InvalidDataException($"{Shown(name)} is of type {Shown(text)}, which this reader does not know");
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name);
                    break;
                case "data_offsets" when places is null:
                    places = ReadNumbers(ref reader, name);
                    break;
                default:
                    throw new InvalidDataException($"{Shown(name)} has the field {Shown(field)} twice, or should not have it");
            }
        }

        if (type is not { } known || shape is null || places is not [var begin, var end])
        {
            throw new InvalidDataException($"the type, the shape or the place of {Shown(name)} is missing");
        }

        // UInt128, since the product of two sizes fits into it; the loop stops multiplying when the product is too large.
        var bytes = (UInt128)known.Bytes;
        foreach (var size in shape)
        {
            bytes = bytes > long.MaxValue ? bytes : bytes * (UInt128)size;
        }

        // A size of zero makes the product zero, also after sizes that were too large.
        bytes = shape.Contains(0) ? 0 : bytes;
        return end >= begin && bytes == (UInt128)(end - begin)
            ? new SafetensorsEntry(name, known.Type, [.. shape], begin, end)
            : throw new InvalidDataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Shown(name)} reaches from byte {begin} to {end}, which does not fit its shape"
                )
            );
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string name)
    {
        var numbers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
            {
                throw new InvalidDataException($"{Shown(name)} has a size or a place that is not a whole number of 0 or more");
            }

            if (numbers.Count == MaximumDimensions)
            {
                throw new InvalidDataException($"{Shown(name)} has more than {MaximumDimensions} dimensions");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static string? NextName(ref Utf8JsonReader reader)
    {
        _ = reader.Read();
        return reader.TokenType == JsonTokenType.EndObject ? null : reader.GetString();
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new InvalidDataException($"its header has, at byte {reader.TokenStartIndex}, a token of the wrong kind");
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader) is { } key)
        {
            Expect(ref reader, JsonTokenType.String);
            if (key == ChecksumKey)
            {
                _checksumAt = (int)reader.TokenStartIndex + 1;
            }

            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw new InvalidDataException($"its header says {Shown(key)} twice");
            }
        }
    }

    private void TakeChecksum()
    {
        var named = _metadata.TryGetValue(ChecksumKey, out var checksum);
        if (named != _metadata.ContainsKey(WriterKey))
        {
            throw new InvalidDataException("its checksum is damaged");
        }

        if (!named)
        {
            return;
        }

        // It must be written without escapes, so that its digits are found at their place.
        var digits = checksum!.Length == ChecksumLength ? Json.AsSpan(_checksumAt!.Value, ChecksumLength) : default;
        if (digits.IsEmpty || Encoding.ASCII.GetString(digits) != checksum)
        {
            throw new InvalidDataException("its checksum is damaged");
        }

        Checksum = checksum;
        digits.Fill((byte)'0');
    }

    private void CheckPlaces(long dataBytes)
    {
        var place = 0L;
        foreach (var entry in _tensors.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != place)
            {
                throw new InvalidDataException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Shown(entry.Name)} begins at byte {entry.Begin}, and the tensor before it ends at {place}"
                    )
                );
            }

            place = entry.End;
        }

        if (place != dataBytes)
        {
            throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"its tensors take {place:N0} bytes, and {dataBytes:N0} follow the header")
            );
        }
    }
}
