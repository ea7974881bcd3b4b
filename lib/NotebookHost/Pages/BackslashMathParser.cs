using Markdig.Extensions.Mathematics;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace NotebookHost.Pages;

/// <summary>
/// Formulas between LaTeX's own marks: <c>\(…\)</c> in the line, <c>\[…\]</c> and <c>\begin{…}…\end{…}</c> displayed. Jupyter wants the
/// backslash of the first two doubled; here both spellings work. Markdown also writes a bracket that is not a link as <c>\[</c>. So within
/// a line, a single backslash begins a formula only if the text up to the <c>\]</c> looks like one.
/// </summary>
internal sealed class BackslashMathParser : InlineParser
{
    public BackslashMathParser() => OpeningCharacters = ['\\'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var text = slice.Text.AsSpan(slice.Start, slice.Length);
        var (open, close, display) = Delimiters(text, slice.PeekCharExtra(-1));
        if (close is null)
        {
            return false;
        }

        var length = text[open..].IndexOf(close, StringComparison.Ordinal);
        if (length <= 0)
        {
            return false;
        }

        // An environment keeps its \begin and \end: they are part of the formula.
        var environment = close[1] == 'e';
        var content = environment ? text[..(open + length + close.Length)] : text.Slice(open, length);
        var start = processor.GetSourcePosition(slice.Start, out var line, out var column);
        processor.Inline = new MathInline
        {
            Delimiter = '$',
            DelimiterCount = display ? 2 : 1,
            Content = new StringSlice(content.ToString()),
            Line = line,
            Column = column,
            Span = new SourceSpan(start, start + open + length + close.Length - 1),
        };
        slice.Start += open + length + close.Length;
        return true;
    }

    private static (int Open, string? Close, bool Display) Delimiters(ReadOnlySpan<char> text, char before)
    {
        var slashes = text.StartsWith(@"\\") ? 2 : 1;
        var mark = text.Length > slashes ? text[slashes] : '\0';
        var lineStart = before is '\0' or '\n';
        if (mark == '(')
        {
            return (slashes + 1, slashes == 2 ? @"\\)" : @"\)", false);
        }

        if (mark == '[' && (lineStart || slashes == 2 || LooksLikeFormula(text)))
        {
            return (slashes + 1, slashes == 2 ? @"\\]" : @"\]", true);
        }

        const string Begin = @"\begin{";
        if (text.StartsWith(Begin) && text.IndexOf('}') is > 0 and var end)
        {
            return (end + 1, $@"\end{{{text[Begin.Length..end]}}}", true);
        }

        return (0, null, false);
    }

    private static bool LooksLikeFormula(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf(@"\]", StringComparison.Ordinal);
        return end > 2 && text[2..end].IndexOfAny(@"\^_=") >= 0 && !text[(end + 2)..].StartsWith("(");
    }
}
