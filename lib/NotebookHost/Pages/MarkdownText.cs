using System.Text;
using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace NotebookHost.Pages;

/// <summary>Markdown as HTML.</summary>
/// <remarks>
/// The extensions are those that Jupyter and VS Code have too, so that a notebook reads the same in each host; Markdig's others
/// (superscripts, generic attributes, citations) would change characters that are plain text elsewhere.
/// </remarks>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline WithMarkup = Extensions().Build();

    private static readonly MarkdownPipeline WithoutMarkup = Extensions().DisableHtml().Build();

    /// <summary>Appends a Markdown cell: HTML in it stays as far as it is <see cref="SafeMarkup"/>, and its headings enter the table of
    /// contents.</summary>
    public static void AppendCell(PageContent page, NotebookHost.Documents.NotebookCell cell) =>
        AppendText(page, cell.Source, new NotebookImages(page.Folder, cell));

    /// <summary>Appends a Markdown text as if it were a cell.</summary>
    public static void AppendText(PageContent page, string source, NotebookImages images)
    {
        if (Parse(source, WithMarkup) is not { } document)
        {
            AppendPlain(page, source);
            return;
        }

        Outline(page, document);
        LeadParagraph.MarkRowsOfLinks(document);
        MarkdownLinks.Resolve(document, images, page);
        page.Glossary?.Mark(document, page.MetTerms);
        Append(page, document, WithMarkup, source, images);
    }

    /// <summary>Notes a text cell's headings and its first paragraph without rendering, which is a tenth of the work.</summary>
    public static void ReadOutline(PageContent page, NotebookHost.Documents.NotebookCell cell)
    {
        if (Parse(cell.Source, WithMarkup) is { } document)
        {
            Outline(page, document);
        }
    }

    private static void Outline(PageContent page, MarkdownDocument document)
    {
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            AddHeading(page, heading);
        }

        page.Lead ??= LeadParagraph.Of(document);
    }

    /// <summary>Appends Markdown that a program put out; HTML in it is shown as text.</summary>
    public static void AppendOutput(PageContent page, string markdown)
    {
        if (Parse(markdown, WithoutMarkup) is not { } document)
        {
            AppendPlain(page, markdown);
            return;
        }

        var images = new NotebookImages(page.Folder, cell: null);
        MarkdownLinks.Resolve(document, images, page);
        Append(page, document, WithoutMarkup, markdown, images);
    }

    private static MarkdownPipelineBuilder Extensions()
    {
        var builder = new MarkdownPipelineBuilder()
            .UsePipeTables()
            .UseTaskLists()
            .UseAutoLinks()
            .UseMathematics()
            .UseEmphasisExtras(Markdig.Extensions.EmphasisExtras.EmphasisExtraOptions.Strikethrough);
        builder.InlineParsers.Insert(0, new BackslashMathParser());
        builder.InlineParsers.Insert(0, new FormulaOverLinesParser());
        return builder;
    }

    private static void Append(PageContent page, MarkdownDocument document, MarkdownPipeline pipeline, string source, NotebookImages images)
    {
        page.HasMath |= document.Descendants().Any(node => node is MathInline or MathBlock);

        var tags = document
            .Descendants()
            .Sum(node =>
                node switch
                {
                    HtmlInline inline => inline.Tag.Count('<'),
                    HtmlBlock block => block.Lines.ToString().Count('<'),
                    _ => 0,
                }
            );
        if (tags > SafeMarkup.MostTags)
        {
            AppendPlain(page, source);
            return;
        }

        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        pipeline.Setup(renderer);
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlMathInlineRenderer>(new MathInlineRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlMathBlockRenderer>(new MathBlockRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new HighlightedCodeRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlTableRenderer>(new ScrollingTableRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlTaskListRenderer>(new TaskRenderer());
        renderer.Render(document);
        page.Html.Append(tags == 0 ? writer.ToString() : SafeMarkup.Of(writer.ToString(), images, page.PageExtension));
    }

    /// <summary>Null if it nests deeper than the parser can go; nobody writes such a text.</summary>
    private static MarkdownDocument? Parse(string markdown, MarkdownPipeline pipeline)
    {
        try
        {
            return Markdown.Parse(markdown, pipeline);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static void AppendPlain(PageContent page, string markdown) =>
        page.Html.Append("<pre class=\"scroll\">").AppendText(markdown).AppendLine("</pre>");

    private static void AddHeading(PageContent page, HeadingBlock block)
    {
        var text = new StringBuilder();
        var html = new StringBuilder();
        foreach (var (part, isFormula) in InlineText.Of(block.Inline))
        {
            text.Append(part);
            html.Append(isFormula ? "<span class=\"math\">" : "").AppendText(part).Append(isFormula ? "</span>" : "");
        }

        var heading = new Heading(block.Level, page.Ids.Next(text.ToString()), text.ToString(), html.ToString());
        block.GetAttributes().Id = heading.Id;
        page.Headings.Add(heading);
    }

    private sealed class MathInlineRenderer : HtmlObjectRenderer<MathInline>
    {
        protected override void Write(HtmlRenderer renderer, MathInline obj)
        {
            var display = obj.DelimiterCount > 1;
            renderer.Write(display ? "<span class=\"math display\">" : "<span class=\"math\">");
            renderer.Write(HtmlText.Encode(obj.Content.ToString().Trim())).Write("</span>");
        }
    }

    private sealed class MathBlockRenderer : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock obj) =>
            renderer.Write("<div class=\"math display\">").Write(HtmlText.Encode(obj.Lines.ToString().Trim())).WriteLine("</div>");
    }

    private sealed class HighlightedCodeRenderer : HtmlObjectRenderer<CodeBlock>
    {
        private static readonly string[] CSharp = ["csharp", "cs", "c#"];

        protected override void Write(HtmlRenderer renderer, CodeBlock obj)
        {
            var code = obj.Lines.ToString();
            var html = new StringBuilder();
            if (obj is FencedCodeBlock { Info: { } language } && CSharp.Contains(language, StringComparer.OrdinalIgnoreCase))
            {
                CodeHighlighter.Append(html, code);
            }
            else
            {
                html.AppendText(code);
            }

            renderer.Write("<pre class=\"scroll\"><code>").Write(html.ToString()).WriteLine("</code></pre>");
        }
    }

    private sealed class ScrollingTableRenderer : HtmlTableRenderer
    {
        protected override void Write(HtmlRenderer renderer, Table table)
        {
            renderer.WriteLine("<div class=\"scroll\">");
            base.Write(renderer, table);
            renderer.WriteLine("</div>");
        }
    }

    // A disabled checkbox is a form control without a label; a character with a name says the same to everyone.
    private sealed class TaskRenderer : HtmlObjectRenderer<TaskList>
    {
        protected override void Write(HtmlRenderer renderer, TaskList obj) =>
            renderer.Write(
                obj.Checked
                    ? "<span class=\"task\" role=\"img\" aria-label=\"done\">☑</span>"
                    : "<span class=\"task\" role=\"img\" aria-label=\"to do\">☐</span>"
            );
    }
}
