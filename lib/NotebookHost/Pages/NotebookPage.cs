using System.Text;
using System.Text.Json.Nodes;
using NotebookHost.Documents;

namespace NotebookHost.Pages;

/// <summary>Turns an executed notebook into one HTML file that needs no other file and no network.</summary>
public static class NotebookPage
{
    /// <summary>The line that unfolds what an import printed.</summary>
    internal const string ImportSummary = "What the import printed";

    /// <summary>Jupyter's tag for a cell whose code matters less than its output: here the code is folded.</summary>
    private const string HideInput = "hide-input";

    /// <summary>Renders the page.</summary>
    /// <param name="executed">The notebook with its outputs. It is read, not changed.</param>
    /// <param name="around">The pages beside it, and the result of its run.</param>
    /// <returns>A whole HTML document. Only text/html outputs and the notebook's own Markdown are taken as markup.</returns>
    public static string Render(NotebookDocument executed, PageSurroundings around)
    {
        ArgumentNullException.ThrowIfNull(executed);
        ArgumentNullException.ThrowIfNull(around);

        var folder = Path.GetDirectoryName(executed.Path) ?? ".";
        var page = new PageContent(folder, around.HasPage)
        {
            Glossary = Glossary.In(folder) is { } glossary && around.HasPage(Glossary.PageFile) ? glossary : null,
        };
        foreach (var cell in executed.Cells)
        {
            Append(page, cell);
        }

        var title = page.Headings.FirstOrDefault(heading => heading.Level == 1)?.Text;
        if (title is null)
        {
            page.Html.Insert(0, $"<h1>{HtmlText.Encode(executed.Title)}</h1>\n");
        }

        page.Html.Insert(0, FailureNotice.ForPage(around, WentOn(executed, around.Error)));

        return new PageTemplate
        {
            Title = title ?? executed.Title,
            Site = executed.Course,
            Description = page.Lead ?? "",
            Navigation = Link(around.Index, "index", "") + Link(around.Previous, "prev", "Previous") + Link(around.Next, "next", "Next"),
            FileName = around.FileName,
            Aside = TableOfContents.Render(page.Headings),
            Styles = ["code.css", "output.css"],
            HasMath = page.HasMath,
        }.Render(page.Html);
    }

    /// <summary>Whether cells after the first failure were run.</summary>
    private static bool WentOn(NotebookDocument executed, CellFailure? error) =>
        error is { Cell: > 0 } && executed.Cells.Any(cell => cell.Number > error.Cell && cell.ExecutionCount is not null);

    private static void Append(PageContent page, NotebookCell cell)
    {
        var html = page.Html;
        switch (cell.Kind)
        {
            case CellKind.Markdown:
                html.Append("<div class=\"cell text\" id=\"cell-").Append(cell.Number).AppendLine("\">");
                MarkdownText.AppendCell(page, cell);
                html.AppendLine("</div>");
                break;
            case CellKind.Raw when cell.Source.Length > 0:
                html.Append("<pre class=\"cell raw scroll\" id=\"cell-")
                    .Append(cell.Number)
                    .Append("\">")
                    .AppendText(cell.Source)
                    .AppendLine("</pre>");
                break;
            case CellKind.Code when cell.Source.Trim().Length > 0 || cell.Outputs.Count > 0:
                html.Append("<div class=\"cell code\" id=\"cell-").Append(cell.Number).AppendLine("\">");
                AppendSource(html, cell);
                AppendOutputs(page, cell);

                html.AppendLine("</div>");
                break;
        }
    }

    private static void AppendOutputs(PageContent page, NotebookCell cell)
    {
        if (cell.Outputs.Count == 0)
        {
            return;
        }

        // What an import prints stands on the imported notebook's page already, so it is folded, unless there is an error.
        var isImport = NotebookCell.OnlyImports(cell.Source);
        var failed = cell.Outputs.Any(output => output is JsonObject one && one["output_type"]?.ToString() == "error");
        if (isImport)
        {
            page.Html.Append("<details class=\"folded\"").Append(failed ? " open" : "").Append($"><summary>{ImportSummary}</summary>");
        }

        page.Html.AppendLine("<div class=\"outputs\">");
        OutputHtml.Append(page, cell.Outputs, cell.Number);
        page.Html.AppendLine(isImport ? "</div></details>" : "</div>");
    }

    private static void AppendSource(StringBuilder html, NotebookCell cell)
    {
        var code = cell.Source.TrimEnd();
        if (code.Length == 0)
        {
            return;
        }

        var hidden = cell.Tags.Contains(HideInput);
        if (hidden)
        {
            html.Append("<details class=\"folded\"><summary>Show the code</summary>");
        }

        var count = cell.Json["execution_count"]?.ToString();
        html.Append("<div class=\"source\"><span class=\"count\"");
        if (count is not null)
        {
            html.Append(" title=\"Execution count\"");
        }

        html.Append('>').AppendText(count ?? "").Append("</span><pre class=\"scroll\"><code>");
        CodeHighlighter.Append(html, code);
        html.Append("</code></pre></div>");
        html.AppendLine(hidden ? "</details>" : "");
    }

    private static string Link(PageLink? link, string relation, string label)
    {
        if (link is null)
        {
            return "";
        }

        var html = new StringBuilder("<a class=\"")
            .Append(relation)
            .Append("\" rel=\"")
            .Append(relation)
            .Append("\" href=\"")
            .Append(HtmlText.Address(link.FileName))
            .Append("\">");
        if (label.Length > 0)
        {
            html.Append("<small>").Append(label).Append("</small> ");
        }

        return html.Append("<span>").AppendText(link.Title).Append("</span></a>").ToString();
    }
}
