using System.Text;

namespace NotebookHost.Pages;

/// <summary>
/// Turns what a program wrote to a terminal into HTML as Jupyter's front ends show it: \r and \b overwrite, colours become spans, all
/// other sequences are dropped. The rest of a row can be deleted, too, as progress bars do after \r.
/// </summary>
/// <remarks>Sequences: ECMA-48.</remarks>
internal sealed class TerminalText
{
    private readonly List<(char Character, short Style)> _row = [];
    private readonly List<TerminalStyle> _styles = [default];
    private readonly Dictionary<TerminalStyle, short> _styleNumbers = new() { [default] = 0 };
    private readonly StringBuilder _html = new();
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
        terminal.EndRow();
        return terminal._html.ToString();
    }

    private void Write(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\n':
                    EndRow();
                    _html.Append('\n');
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
        if (_column < _row.Count)
        {
            _row[_column] = (character, _style);
        }
        else
        {
            _row.Add((character, _style));
        }

        _column++;
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
        }
        else if (command == 'K' && parameters is "" or "0")
        {
            _row.RemoveRange(_column, _row.Count - _column);
        }
    }

    private short Number(TerminalStyle style)
    {
        if (!_styleNumbers.TryGetValue(style, out var number))
        {
            // Nothing honest has so many; the rest stays plain.
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

    private void EndRow()
    {
        for (int start = 0, end; start < _row.Count; start = end)
        {
            var style = _row[start].Style;
            end = start + 1;
            while (end < _row.Count && _row[end].Style == style)
            {
                end++;
            }

            if (style != 0)
            {
                _styles[style].AppendSpan(_html);
            }

            _html.AppendText(string.Concat(_row[start..end].Select(cell => cell.Character)));
            if (style != 0)
            {
                _html.Append("</span>");
            }
        }

        _row.Clear();
        _column = 0;
    }
}
