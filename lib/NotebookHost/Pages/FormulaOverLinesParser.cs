using Markdig.Extensions.Mathematics;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace NotebookHost.Pages;

/// <summary>A formula between two <c>$</c> with a line break in it, which Markdig's own parser leaves as text and Jupyter does
/// not.</summary>
internal sealed class FormulaOverLinesParser : InlineParser
{
    public FormulaOverLinesParser() => OpeningCharacters = ['$'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var text = slice.Text.AsSpan(slice.Start, slice.Length);
        // "$$" is a displayed formula; in "$5 or $10" no dollar begins a formula.
        if (text.Length < 3 || text[1] == '$' || char.IsWhiteSpace(text[1]) || slice.PeekCharExtra(-1) is '$' or '\\')
        {
            return false;
        }

        var length = text[1..].IndexOf('$');
        if (length < 0 || !text.Slice(1, length).Contains('\n') || !IsClosing(text, 1 + length))
        {
            return false;
        }

        var start = processor.GetSourcePosition(slice.Start, out var line, out var column);
        processor.Inline = new MathInline
        {
            Delimiter = '$',
            DelimiterCount = 1,
            Content = new StringSlice(text.Slice(1, length).ToString()),
            Line = line,
            Column = column,
            Span = new SourceSpan(start, start + length + 1),
        };
        slice.Start += length + 2;
        return true;
    }

    private static bool IsClosing(ReadOnlySpan<char> text, int at) =>
        !char.IsWhiteSpace(text[at - 1])
        && text[at - 1] != '\\'
        && (at + 1 == text.Length || !char.IsLetterOrDigit(text[at + 1]) && text[at + 1] != '$');
}
