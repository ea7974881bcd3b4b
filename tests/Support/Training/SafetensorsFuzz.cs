using System.Buffers.Binary;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Support.Training;

/// <summary>Spoils good safetensors files in many ways and looks at what the reader makes of them.</summary>
internal sealed class SafetensorsFuzz
{
    private static readonly string[] Numbers =
    [
        "0",
        "1",
        "-1",
        "3",
        "4",
        "1e3",
        "1.5",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "4611686018427387904",
        "null",
        "true",
        "[]",
        "{}",
        "\"4\"",
    ];
    private static readonly string[] Names =
    [
        "conv.weight",
        "conv.bias",
        "fc.weight",
        "fc.bias",
        "steps",
        "__metadata__",
        "dtype",
        "shape",
        "data_offsets",
        "checksum",
        "writer",
        "training/random",
        "",
        "\\u0000",
        "\\ud800",
    ];
    private static readonly string[] Types = ["F32", "F64", "F16", "I64", "U8", "BOOL", "F8_E4M3", "f32", ""];

    private readonly Random _random;
    private readonly Dictionary<string, Tensor> _wanted;
    private readonly byte[] _good;
    private readonly byte[] _foreign;

    public SafetensorsFuzz(int seed)
    {
        _random = new Random(seed);
        using var scope = NewDisposeScope();
        _wanted = new()
        {
            ["conv.weight"] = rand(2, 1, 3, 3).DetachFromDisposeScope(),
            ["conv.bias"] = rand(2).DetachFromDisposeScope(),
            ["fc.weight"] = rand(3, 8).DetachFromDisposeScope(),
            ["fc.bias"] = rand(3).DetachFromDisposeScope(),
            ["steps"] = tensor(7L).DetachFromDisposeScope(),
        };
        (_good, _foreign) = (Write(true), Write(false));
    }

    /// <summary>How many inputs were accepted.</summary>
    public int Accepted { get; private set; }

    /// <summary>How many were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>The most memory that an input took besides itself, in bytes for each byte of input.</summary>
    public double MostMemory { get; private set; }

    /// <summary>Reads a number of spoiled files.</summary>
    /// <returns>What was wrong: another exception than promised, or an accepted input whose tensors were read wrongly.</returns>
    public List<string> Run(int inputs)
    {
        var wrong = new List<string>();
        for (var i = 0; i < inputs; i++)
        {
            var input = Next();
            using var scope = NewDisposeScope();
            using var stream = new MemoryStream(input);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var tensors = Safetensors.Read(stream, _wanted);
                Accepted++;
                if (!IsWhatItSays(input, tensors))
                {
                    wrong.Add($"Accepted, with other tensors than it holds: {Convert.ToBase64String(input)}");
                }
            }
            catch (InvalidDataException e) when (e.Message.Length is > 0 and < 400 && !e.Message.Contains('\n'))
            {
                Refused++;
            }
            catch (Exception e)
            {
                wrong.Add($"{e.GetType().Name} ({e.Message}): {Convert.ToBase64String(input)}");
            }

            // Exceptions and the reader's own objects take a few thousand bytes, whatever the input is.
            MostMemory = Math.Max(
                MostMemory,
                (GC.GetAllocatedBytesForCurrentThread() - before - 20_000) / (double)Math.Max(1, input.Length)
            );
        }

        return wrong;
    }

    private byte[] Write(bool withChecksum)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, _wanted, withChecksum);
        return stream.ToArray();
    }

    private byte[] Next()
    {
        // Without a checksum what is wrong must show in the header itself.
        var bytes = (byte[])(_random.Next(3) == 0 ? _good : _foreign).Clone();
        for (var changes = 1 + _random.Next(3); changes > 0; changes--)
        {
            bytes = Spoil(bytes);
        }

        return bytes;
    }

    private byte[] Spoil(byte[] bytes)
    {
        switch (_random.Next(8))
        {
            case 0 when bytes.Length > 0:
                bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 1:
                return bytes[.._random.Next(bytes.Length + 1)];
            case 2:
                return [.. bytes, .. new byte[_random.Next(1, 20)]];
            case 3 when bytes.Length >= 8:
                BinaryPrimitives.WriteUInt64LittleEndian(
                    bytes,
                    _random.Next(4) switch
                    {
                        0 => ulong.MaxValue >> _random.Next(64),
                        1 => (ulong)_random.Next(1000),
                        2 => (ulong)bytes.Length,
                        _ => (ulong)_random.NextInt64(),
                    }
                );
                return bytes;
            case 4 when bytes.Length > 16:
                bytes[_random.Next(8, Math.Min(bytes.Length, 500))] = (byte)"{}[]\",:0123456789 \\ue-"[_random.Next(22)];
                return bytes;
            default:
                return Rewrite(bytes);
        }
    }

    /// <summary>Changes the header as text and says its new length, so that the change is not found by that alone.</summary>
    private byte[] Rewrite(byte[] bytes)
    {
        var length = bytes.Length < 8 ? ulong.MaxValue : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)Math.Max(0, bytes.Length - 8))
        {
            return bytes;
        }

        var header = Encoding.UTF8.GetString(bytes, 8, (int)length);
        var parts = System.Text.RegularExpressions.Regex.Matches(header, "\"[^\"]*\"|[0-9]+");
        if (parts.Count > 0)
        {
            var part = parts[_random.Next(parts.Count)];
            var with = _random.Next(8) switch
            {
                0 => Numbers[_random.Next(Numbers.Length)],
                1 => $"\"{Names[_random.Next(Names.Length)]}\"",
                2 => $"\"{Types[_random.Next(Types.Length)]}\"",
                3 => new string('[', 1 + _random.Next(2000)),
                4 => $"{part.Value},{part.Value}",
                5 => $"{_random.Next(200)}",
                6 => "",
                _ => parts[_random.Next(parts.Count)].Value,
            };
            header = header[..part.Index] + with + header[(part.Index + part.Length)..];
        }

        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. bytes[(8 + (int)length)..]];
    }

    /// <summary>Whether the tensors are the bytes behind the header, in the order in which they lie there.</summary>
    private bool IsWhatItSays(byte[] input, Dictionary<string, Tensor> tensors)
    {
        var data = input.AsSpan(8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(input)).ToArray();
        // Finds the places in another way, with a reader that does not look for mistakes.
        using var header = System.Text.Json.JsonDocument.Parse(input.AsMemory(8, input.Length - 8 - data.Length));
        return tensors.Count == _wanted.Count
            && tensors.All(tensor =>
                header.RootElement.GetProperty(tensor.Key) is var entry
                && entry.GetProperty("data_offsets") is var places
                && tensor.Value.shape.SequenceEqual(_wanted[tensor.Key].shape)
                && tensor.Value.dtype == _wanted[tensor.Key].dtype
                && tensor.Value.bytes.SequenceEqual(data.AsSpan(places[0].GetInt32(), places[1].GetInt32() - places[0].GetInt32()))
            )
            && tensors.Values.Sum(tensor => tensor.bytes.Length) == data.Length;
    }
}
