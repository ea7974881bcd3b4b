using System.Text;

namespace NotebookHost.Engine;

/// <summary>Cuts stack traces in the middle: where it happened stands at the beginning, and what called it at the end.</summary>
internal sealed class ShortTrace
{
    /// <summary>How many lines are kept at the beginning, and how many at the end.</summary>
    private const int Kept = 25;

    private const string Frame = "   at ";

    private readonly Queue<string> _end = new();
    private string _line = "";
    private int _begun;
    private int _leftOut;

    /// <summary>Whether something was held back.</summary>
    public bool HasRest => _line.Length > 0 || _end.Count > 0;

    /// <summary>A trace without its middle.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> lines) =>
        lines.Count <= 2 * Kept ? lines : [.. lines.Take(Kept), LeftOut(lines.Count - (2 * Kept)), .. lines.Skip(lines.Count - Kept)];

    /// <summary>Takes the next piece of a text that may contain traces, and returns what can be shown of it now.</summary>
    public string Take(string piece)
    {
        var shown = new StringBuilder();
        var text = _line + piece;
        var start = 0;
        for (int end; (end = text.IndexOf('\n', start)) >= 0; start = end + 1)
        {
            Take(text[start..(end + 1)], shown);
        }

        // The beginning of a line is held back only where it may be a frame.
        _line = text[start..];
        if (!_line.StartsWith(Frame, StringComparison.Ordinal) && !Frame.StartsWith(_line, StringComparison.Ordinal))
        {
            AddEnd(shown);
            shown.Append(_line);
            _line = "";
        }

        return shown.ToString();
    }

    /// <summary>What was held back.</summary>
    public string Rest()
    {
        var shown = new StringBuilder();
        AddEnd(shown);
        shown.Append(_line);
        _line = "";
        return shown.ToString();
    }

    private void Take(string line, StringBuilder shown)
    {
        if (!line.StartsWith(Frame, StringComparison.Ordinal))
        {
            AddEnd(shown);
            shown.Append(line);
        }
        else if (_begun < Kept)
        {
            _begun++;
            shown.Append(line);
        }
        else
        {
            _end.Enqueue(line);
            if (_end.Count > Kept)
            {
                _end.Dequeue();
                _leftOut++;
            }
        }
    }

    private void AddEnd(StringBuilder shown)
    {
        if (_leftOut > 0)
        {
            shown.Append(LeftOut(_leftOut)).Append('\n');
        }

        shown.AppendJoin("", _end);
        _end.Clear();
        (_begun, _leftOut) = (0, 0);
    }

    private static string LeftOut(int lines) => $"   [{lines:N0} lines left out here]";
}
