using Markdig.Extensions.Mathematics;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace NotebookHost.Pages;

/// <summary>The words of a line of Markdown, without formatting.</summary>
internal static class InlineText
{
    /// <summary>The pieces of text in their order; a formula is a piece of its own, in LaTeX.</summary>
    public static IEnumerable<(string Text, bool IsFormula)> Of(ContainerInline? line) =>
        (line?.Descendants() ?? []).Select(inline =>
            inline switch
            {
                LiteralInline literal => (literal.Content.ToString(), false),
                CodeInline code => (code.Content, false),
                MathInline formula => (formula.Content.ToString(), true),
                HtmlEntityInline entity => (entity.Transcoded.ToString(), false),
                LineBreakInline => (" ", false),
                _ => ("", false),
            }
        );
}
