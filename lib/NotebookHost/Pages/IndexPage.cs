using System.Globalization;
using System.Text;
using NotebookHost.Running;

namespace NotebookHost.Pages;

/// <summary>The page that lists the notebooks of one run: what became of each, and where to read it.</summary>
public static class IndexPage
{
    /// <summary>Renders the page.</summary>
    /// <param name="summary">The run. Its pages and notebooks are linked by the names that it gives.</param>
    /// <returns>A whole HTML document; all text in it is encoded.</returns>
    public static string Render(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);

        var html = new StringBuilder("<h1>Notebooks</h1>\n");
        AppendTotal(html, summary);
        html.Append("<ol class=\"results\">\n");
        foreach (var notebook in summary.Notebooks)
            AppendNotebook(html, notebook);

        html.Append("</ol>\n");
        return new PageTemplate { Title = "Notebooks", Styles = ["index.css"] }.Render(html);
    }

    private static void AppendTotal(StringBuilder html, RunSummary summary)
    {
        var passed = summary.Notebooks.Count(notebook => notebook.Status == RunStatus.Passed);
        var all = passed == summary.Notebooks.Count;
        html.Append("<p class=\"total\"><span class=\"status ").Append(all ? "passed" : "failed").Append("\">")
            .Append(all && passed > 0 ? "All passed" : $"{passed} of {summary.Notebooks.Count} passed").Append("</span> ")
            .Append($"<span>{summary.Notebooks.Sum(notebook => notebook.CellsRun)} cells in {Duration(summary.Seconds)}</span> ")
            .Append($"<time datetime=\"{summary.Started:yyyy-MM-ddTHH:mm:sszzz}\">")
            .Append(summary.Started.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)).Append("</time></p>\n");
    }

    private static void AppendNotebook(StringBuilder html, NotebookResult notebook)
    {
        var (status, words) = notebook.Status switch
        {
            RunStatus.Passed => ("passed", "Passed"),
            RunStatus.Failed => ("failed", "Failed"),
            RunStatus.TimedOut => ("failed", "Timed out"),
            RunStatus.Interrupted => ("stopped", "Interrupted"),
            _ => ("stopped", "Not run"),
        };

        html.Append("<li><article>\n<h2>");
        AppendLink(html, notebook.Page, notebook.Title);
        html.Append("</h2>\n<p class=\"facts\"><span class=\"status ").Append(status).Append("\">").Append(words).Append("</span>");
        if (notebook.Status != RunStatus.NotRun)
        {
            html.Append($" <span>{Duration(notebook.Seconds)}</span>");
            html.Append($" <span>{(notebook.CellsRun == notebook.Cells ? $"{notebook.Cells}" : $"{notebook.CellsRun} of {notebook.Cells}")} cells</span>");
        }

        if (notebook.PeakMemoryBytes is { } bytes)
            html.Append($" <span>peak memory {Size(bytes)}</span>");
        if (notebook.Notebook is { } file)
        {
            html.Append(" <span>");
            AppendLink(html, file, Path.GetFileName(file));
            html.Append("</span>");
        }

        html.Append("</p>\n");
        if (notebook.Error is { } error)
            AppendError(html, notebook.Page, error);
        html.Append("</article></li>\n");
    }

    private static void AppendError(StringBuilder html, string? page, CellFailure error)
    {
        html.Append("<div class=\"failure\"><p>");
        AppendLink(html, page, error.Cell == 0 ? "Before the first cell" : $"Cell {error.Cell}", error.Cell == 0 ? "" : $"#cell-{error.Cell}");
        html.Append(error.Line is { } line ? $", line {line}" : "").Append(": <strong>").AppendText(error.ErrorName).Append("</strong></p>\n<pre>")
            .Append(TerminalText.ToHtml(error.Message)).Append("</pre></div>\n");
    }

    private static void AppendLink(StringBuilder html, string? file, string text, string fragment = "")
    {
        if (file is null)
            html.AppendText(text);
        else
            html.Append("<a href=\"").Append(HtmlText.Address(file)).Append(fragment).Append("\">").AppendText(text).Append("</a>");
    }

    private static string Duration(double seconds) => seconds switch
    {
        < 10 => $"{seconds:0.0} s",
        < 60 => $"{seconds:0} s",
        < 3600 => $"{Math.Floor(seconds / 60):0} min {Math.Floor(seconds % 60):00} s",
        _ => $"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):00} min",
    };

    private static string Size(long bytes) => bytes < 1_000_000_000 ? $"{bytes / 1e6:0} MB" : $"{bytes / 1e9:0.0} GB";
}
