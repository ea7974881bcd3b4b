using System.Globalization;
using System.Text;

namespace NotebookHost.Pages;

/// <summary>
/// Turns what a program wrote to a terminal into HTML as the terminal would show it in the end:
/// \r and \b overwrite, cursor movements move, colours become spans, all else is encoded.
/// </summary>
/// <remarks>Sequences: ECMA-48. Those that a page has no use for (titles, links, modes) are dropped.</remarks>
internal sealed class TerminalText
{
    // Each movement is limited, and so is their sum; otherwise a few bytes could ask for gigabytes. A thousand screens of empty space are
    // enough.
    private const int FarthestMove = 1000;
    private const int MostSpace = 100_000;

    // Null for an empty row.
    private readonly List<List<(char Character, short Style)>?> _rows = [null];
    private readonly List<TerminalStyle> _styles = [default];
    private readonly Dictionary<TerminalStyle, short> _styleNumbers = new() { [default] = 0 };
    private int _space = MostSpace;
    private int _row;
    private int _column;
    private short _style;

    private TerminalText() { }

    /// <summary>The text as HTML, for use inside <c>pre</c>.</summary>
    public static string ToHtml(string text)
    {
        // Most text has nothing to interpret.
        if (text.AsSpan().IndexOfAny('\u001b', '\r', '\b') < 0)
        {
            return HtmlText.Encode(text);
        }

        var terminal = new TerminalText();
        terminal.Write(text.Replace("\r\n", "\n", StringComparison.Ordinal));
        return terminal.Html();
    }

    private void Write(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\n':
                    NextRow();
                    break;
                case '\r':
                    _column = 0;
                    break;
                case '\b':
                    _column = Math.Max(0, _column - 1);
                    break;
                case '\u001b':
                    i += Escape(text[i..]) - 1;
                    break;
                default:
                    Put(text[i]);
                    break;
            }
        }
    }

    private void Put(char character)
    {
        var row = _rows[_row] ??= [];
        while (row.Count < _column && _space > 0)
        {
            row.Add((' ', 0));
            _space--;
        }

        _column = Math.Min(_column, row.Count);
        if (_column < row.Count)
        {
            row[_column] = (character, _style);
        }
        else
        {
            row.Add((character, _style));
        }

        _column++;
    }

    private void NextRow()
    {
        _column = 0;
        if (++_row == _rows.Count)
        {
            _rows.Add(null);
        }
    }

    private void MoveTo(int row, int column)
    {
        _column = Math.Max(0, column);
        while (_rows.Count <= row && _space > 0)
        {
            _rows.Add(null);
            _space--;
        }

        _row = Math.Clamp(row, 0, _rows.Count - 1);
    }

    /// <summary>Interprets the sequence at the start of the text, and returns its length.</summary>
    private int Escape(ReadOnlySpan<char> text)
    {
        if (text.Length < 2)
        {
            return text.Length;
        }

        if (text[1] == ']')
        {
            // An operating system command: it ends in BEL or ESC \.
            var end = text[1..].IndexOfAny('\a', '\u001b') + 1;
            return end == 0 ? text.Length
                : text[end] == '\a' ? end + 1
                : Math.Min(end + 2, text.Length);
        }

        if (text[1] != '[')
        {
            return 2;
        }

        var last = 2;
        while (last < text.Length && text[last] is < '@' or > '~')
        {
            last++;
        }

        if (last >= text.Length)
        {
            return text.Length;
        }

        Control(text[last], text[2..last]);
        return last + 1;
    }

    private void Control(char command, ReadOnlySpan<char> parameters)
    {
        if (command == 'm')
        {
            _style = Number(_styles[_style].After(parameters));
            return;
        }

        var number = int.TryParse(parameters, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : (int?)null;
        var steps = Math.Clamp(number ?? 1, 1, FarthestMove);
        switch (command)
        {
            case 'A' or 'F':
                MoveTo(_row - steps, command == 'A' ? _column : 0);
                break;
            case 'B' or 'E':
                MoveTo(_row + steps, command == 'B' ? _column : 0);
                break;
            case 'C':
                _column = Math.Min(_column + steps, FarthestMove + (_rows[_row]?.Count ?? 0));
                break;
            case 'D':
                _column = Math.Max(0, _column - steps);
                break;
            case 'G':
                _column = steps - 1;
                break;
            case 'K' when number is null or 0:
                CutRow(_rows[_row], _column);
                break;
            case 'K':
                _rows[_row] = null;
                break;
            case 'J' when number is null or 0:
                CutRow(_rows[_row], _column);
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                break;
        }
    }

    private static void CutRow(List<(char Character, short Style)>? row, int length)
    {
        if (length < row?.Count)
        {
            row.RemoveRange(length, row.Count - length);
        }
    }

    private short Number(TerminalStyle style)
    {
        if (!_styleNumbers.TryGetValue(style, out var number))
        {
            // Normal outputs have fewer styles; the rest stays plain.
            if (_styles.Count == short.MaxValue)
            {
                return 0;
            }

            number = (short)_styles.Count;
            _styles.Add(style);
            _styleNumbers[style] = number;
        }

        return number;
    }

    private string Html()
    {
        var html = new StringBuilder();
        var run = new StringBuilder();
        short style = 0;
        for (var i = 0; i < _rows.Count; i++)
        {
            foreach (var cell in _rows[i] ?? [])
            {
                if (cell.Style != style)
                {
                    Flush(cell.Style);
                }

                run.Append(cell.Character);
            }

            if (i < _rows.Count - 1)
            {
                run.Append('\n');
            }
        }

        Flush(0);
        return html.ToString();

        void Flush(short next)
        {
            if (run.Length > 0)
            {
                if (style != 0)
                {
                    _styles[style].AppendSpan(html);
                }

                html.AppendText(run.ToString());
                if (style != 0)
                {
                    html.Append("</span>");
                }
            }

            run.Clear();
            style = next;
        }
    }
}
