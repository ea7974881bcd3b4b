using System.Text;

namespace CnnTutorial;

/// <summary>Limits what the learner's code prints while it is checked. Notebook programs cut long output, and the card comes
/// last.</summary>
/// <remarks>Code that a check left behind because it does not end prints nothing any more. The output of other code is not
/// limited.</remarks>
internal sealed class CheckOutput : IDisposable
{
    /// <summary>How many lines are shown.</summary>
    public const int Lines = 100;

    /// <summary>How many characters are shown.</summary>
    public const int Characters = 20_000;

    private static readonly AsyncLocal<CheckOutput?> Checked = new();

    private readonly (TextWriter Before, TextWriter Now) _out;
    private readonly (TextWriter Before, TextWriter Now) _error;
    private long _lines;
    private long _characters;
    private volatile bool _over;

    public CheckOutput()
    {
        var output = Console.Out;
        Console.SetOut(new Writer(this, output));
        _out = (output, Console.Out);
        var error = Console.Error;
        Console.SetError(new Writer(this, error));
        _error = (error, Console.Error);
    }

    /// <summary>The card's note on lines that are not shown; empty if all are shown.</summary>
    public string Note =>
        IsFull ? $" Your code printed {Math.Max(_lines, 1):N0} lines, and only the first are shown; leave the printing out." : "";

    private bool IsFull => _lines > Lines || _characters > Characters;

    /// <summary>From here on, counts what this thread, and the threads that it starts, print.</summary>
    public void Begin() => Checked.Value = this;

    /// <summary>Restores the console when the checked code has ended.</summary>
    public void End()
    {
        if (Console.Out == _out.Now)
        {
            Console.SetOut(_out.Before);
        }

        if (Console.Error == _error.Now)
        {
            Console.SetError(_error.Before);
        }
    }

    /// <summary>From here on the checked code prints nothing, if it still runs.</summary>
    public void Dispose() => _over = true;

    private sealed class Writer(CheckOutput owner, TextWriter inner) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => Write([value]);

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(string? value) => Write(value.AsSpan());

        public override void WriteLine(string? value) => Write(value + NewLine);

        public override void Flush() => inner.Flush();

        public override void Write(ReadOnlySpan<char> buffer)
        {
            if (Checked.Value == owner)
            {
                Interlocked.Add(ref owner._characters, buffer.Length);
                Interlocked.Add(ref owner._lines, buffer.Count('\n'));
                if (owner._over || owner.IsFull)
                {
                    return;
                }
            }

            inner.Write(buffer);
        }
    }
}
