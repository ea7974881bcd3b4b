using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace NotebookHost.Pages;

/// <summary>Finds the paragraph in which a notebook says what it is about, and rows of links, which do not.</summary>
internal static class LeadParagraph
{
    /// <summary>The CSS class of a row of links, which is of no use on paper.</summary>
    private const string RowOfLinks = "row-of-links";

    /// <summary>In characters; nobody reads more than that in a list.</summary>
    private const int Longest = 320;

    /// <summary>The first paragraph of the text, plain, cut after a sentence where it is long; null where there is none.</summary>
    public static string? Of(MarkdownDocument document) =>
        document
            .OfType<ParagraphBlock>()
            .Where(paragraph => !IsRowOfLinks(paragraph))
            .Select(paragraph => Text(paragraph.Inline))
            .FirstOrDefault(text => text.Length > 0)
            is { } lead
            ? Shortened(lead)
            : null;

    /// <summary>Gives rows of three or more links their class.</summary>
    public static void MarkRowsOfLinks(MarkdownDocument document)
    {
        foreach (
            var paragraph in document
                .OfType<ParagraphBlock>()
                .Where(paragraph => IsRowOfLinks(paragraph) && paragraph.Inline!.Descendants<LinkInline>().Count() > 2)
        )
        {
            paragraph.GetAttributes().AddClass(RowOfLinks);
        }
    }

    // Links to other notebooks say nothing about this one.
    private static bool IsRowOfLinks(ParagraphBlock paragraph) =>
        2 * (paragraph.Inline?.Descendants<LinkInline>() ?? []).Sum(link => Text(link).Count(char.IsLetterOrDigit))
        > Text(paragraph.Inline).Count(char.IsLetterOrDigit);

    private static string Text(ContainerInline? line) => string.Concat(InlineText.Of(line).Select(piece => piece.Text)).Trim();

    private static string Shortened(string text)
    {
        if (text.Length <= Longest)
        {
            return text;
        }

        var sentence = text.LastIndexOf(". ", Longest, StringComparison.Ordinal);
        if (sentence > 0)
        {
            return text[..(sentence + 1)];
        }

        var word = text.LastIndexOf(' ', Longest);
        return text[..(word > 0 ? word : Longest)] + " …";
    }
}
