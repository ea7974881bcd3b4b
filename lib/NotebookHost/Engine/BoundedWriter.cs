using System.Diagnostics;
using System.Text;

namespace NotebookHost.Engine;

/// <summary>Takes the text of one formatted value, and ends the formatting where it goes too deep, takes too long or grows too
/// large.</summary>
internal sealed unsafe class BoundedWriter : TextWriter
{
    private const int MostCharacters = 10_000_000;
    private const long MostStack = 256 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly StringBuilder _text = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly nint _stack;

    public BoundedWriter()
    {
        byte here;
        _stack = (nint)(&here);
    }

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    /// <exception cref="UnboundedDisplayException">A limit is exceeded.</exception>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        byte here;
        if (Math.Abs(_stack - (nint)(&here)) > MostStack)
        {
            throw new UnboundedDisplayException("it contains itself, or goes on too deep");
        }

        if (_text.Length + buffer.Length > MostCharacters)
        {
            throw new UnboundedDisplayException($"it has more than {MostCharacters:N0} characters");
        }

        if (Stopwatch.GetElapsedTime(_started) > Longest)
        {
            throw new UnboundedDisplayException($"it takes longer than {Longest.TotalSeconds} s");
        }

        _text.Append(buffer);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}

/// <summary>A value cannot be shown in full. The message says why, as the end of a sentence.</summary>
internal sealed class UnboundedDisplayException(string message) : Exception(message);
