using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CnnTutorial;

/// <summary>A message of protobuf, the format in which ONNX files are written: fields, each a number and a value.</summary>
/// <remarks>The format is at https://protobuf.dev/programming-guides/encoding.</remarks>
internal sealed class ProtobufMessage
{
    private const int Number = 0;
    private const int Block = 2;
    private const int FourBytes = 5;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Adds a whole number.</summary>
    public ProtobufMessage Add(int field, long value)
    {
        Begin(field, Number);
        Write((ulong)value);
        return this;
    }

    /// <summary>Adds a fraction, as <c>float</c>.</summary>
    public ProtobufMessage Add(int field, float value)
    {
        Begin(field, FourBytes);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>Adds a text.</summary>
    public ProtobufMessage Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Adds bytes.</summary>
    public ProtobufMessage Add(int field, ReadOnlySpan<byte> value)
    {
        Begin(field, Block);
        Write((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <summary>Adds a message inside this one.</summary>
    public ProtobufMessage Add(int field, ProtobufMessage value) => Add(field, value.Written);

    /// <summary>The bytes of the message.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    private void Begin(int field, int kind) => Write((ulong)((field << 3) | kind));

    /// <summary>Seven bits a byte, the lowest first; the eighth says that more follow.</summary>
    private void Write(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            WriteByte((byte)(value | 0x80));
        }

        WriteByte((byte)value);
    }

    private void WriteByte(byte value) => _bytes.Write([value]);
}
