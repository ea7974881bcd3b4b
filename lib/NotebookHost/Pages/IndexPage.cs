using System.Globalization;
using System.Text;

namespace NotebookHost.Pages;

/// <summary>The page that lists the notebooks of one run: what each is about, how its run ended, where to read it, and how far the reader
/// has come.</summary>
public static class IndexPage
{
    /// <summary>Renders the page from the run alone.</summary>
    /// <param name="summary">The run. Its pages and notebooks are linked by the names that it gives.</param>
    /// <returns>A whole HTML document; all text in it is encoded.</returns>
    public static string Render(RunSummary summary) => Render(summary, []);

    /// <summary>Renders the page.</summary>
    /// <param name="summary">The run. Its pages and notebooks are linked by the names that it gives.</param>
    /// <param name="outlines">What the notebooks are about, in the summary's order; empty where it isn't known.</param>
    /// <returns>A whole HTML document; all text in it is encoded.</returns>
    internal static string Render(RunSummary summary, IReadOnlyList<NotebookOutline> outlines)
    {
        ArgumentNullException.ThrowIfNull(summary);

        var title = outlines.Select(outline => outline.Course).FirstOrDefault(course => course.Length > 0) ?? "Notebooks";
        var html = new StringBuilder("<h1>").AppendText(title).Append("</h1>\n");
        AppendTotal(html, summary);
        html.Append(
            """
            <div class="reading" hidden>
            <p><span class="read-count"></span> <a class="onward" href=""></a> <button type="button">Forget what I have read</button></p>
            <progress aria-label="Pages read"></progress>
            </div>
            <ol class="results">

            """
        );
        for (var i = 0; i < summary.Notebooks.Count; i++)
        {
            AppendNotebook(html, summary.Notebooks[i], i, i < outlines.Count ? outlines[i] : null);
        }

        html.Append("</ol>\n");
        return new PageTemplate
        {
            Title = title,
            Styles = ["index.css"],
            ShowsReading = true,
        }.Render(html);
    }

    private static void AppendTotal(StringBuilder html, RunSummary summary)
    {
        var passed = summary.Notebooks.Count(notebook => notebook.Status == RunStatus.Passed);
        var all = passed == summary.Notebooks.Count;
        html.Append("<p class=\"total\"><span class=\"status ")
            .Append(all ? "passed" : "failed")
            .Append("\">")
            .Append(all && passed > 0 ? "All ran to the end" : $"{passed} of {summary.Notebooks.Count} ran to the end")
            .Append("</span> ")
            .Append($"<span>{summary.Notebooks.Sum(notebook => notebook.CellsRun)} cells in {Duration(summary.Seconds)}</span> ")
            .Append($"<time datetime=\"{summary.Started:yyyy-MM-ddTHH:mm:sszzz}\">")
            .Append(summary.Started.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture))
            .Append("</time></p>\n");
    }

    private static void AppendNotebook(StringBuilder html, NotebookResult notebook, int place, NotebookOutline? outline)
    {
        // "Passed" would sound like a learner's mark, on the exercise above all.
        var (status, words) = notebook.Status switch
        {
            RunStatus.Passed => ("passed", "Ran to the end"),
            RunStatus.Failed => ("failed", "Failed"),
            RunStatus.TimedOut => ("failed", "Timed out"),
            RunStatus.Interrupted => ("stopped", "Interrupted"),
            _ => ("stopped", "Not run"),
        };

        html.Append("<li");
        if (notebook.Page is { } page)
        {
            html.Append(" data-page=\"").Append(HtmlText.Address(page)).Append('"');
        }

        html.Append("><span class=\"number ")
            .Append(status)
            .Append("\" aria-hidden=\"true\">")
            .AppendText(Number(notebook.Name, place))
            .Append("</span><article>\n<h2>");
        AppendLink(html, notebook.Page, notebook.Title);
        html.Append("</h2>\n");
        if (outline is { Lead.Length: > 0 })
        {
            html.Append("<p class=\"lead\">").AppendText(outline.Lead).Append("</p>\n");
        }

        AppendFacts(html, notebook, status, words);
        if (notebook.Error is { } error)
        {
            html.Append("<div class=\"failure\">");
            FailureNotice.Append(html, notebook.Page, error);
            html.Append("</div>\n");
        }

        if (outline is { Sections.Count: > 0 })
        {
            AppendSections(html, notebook.Page, outline.Sections);
        }

        html.Append("</article></li>\n");
    }

    private static void AppendFacts(StringBuilder html, NotebookResult notebook, string status, string words)
    {
        html.Append("<p class=\"facts\"><span class=\"status ").Append(status).Append("\">").Append(words).Append("</span>");
        if (notebook.Status != RunStatus.NotRun)
        {
            html.Append($" <span>{Duration(notebook.Seconds)}</span>");
            html.Append(
                $" <span>{(notebook.CellsRun == notebook.Cells ? $"{notebook.Cells}" : $"{notebook.CellsRun} of {notebook.Cells}")} "
                    + "cells</span>"
            );
        }

        if (notebook.PeakMemoryBytes is { } bytes)
        {
            html.Append($" <span>peak memory {Size(bytes)}</span>");
        }

        if (notebook.Notebook is { } file)
        {
            html.Append(" <span>");
            AppendLink(html, file, Path.GetFileName(file));
            html.Append("</span>");
        }

        if (notebook.Page is not null)
        {
            html.Append(" <span class=\"read\" hidden>✓ Read</span>");
        }

        html.Append("</p>\n");
    }

    private static void AppendSections(StringBuilder html, string? page, IReadOnlyList<Heading> sections)
    {
        html.Append("<details><summary>")
            .Append(sections.Count == 1 ? "1 section" : $"{sections.Count} sections")
            .Append("</summary>\n<ul>\n");
        foreach (var section in sections)
        {
            html.Append("<li>");
            AppendLink(html, page, section.Text, $"#{HtmlText.Encode(section.Id)}");
            html.Append("</li>\n");
        }

        html.Append("</ul></details>\n");
    }

    private static void AppendLink(StringBuilder html, string? file, string text, string fragment = "")
    {
        if (file is null)
        {
            html.AppendText(text);
        }
        else
        {
            html.Append("<a href=\"").Append(HtmlText.Address(file)).Append(fragment).Append("\">").AppendText(text).Append("</a>");
        }
    }

    /// <summary>The number at the start of the notebook's name; without one, its place in the list.</summary>
    private static string Number(string name, int place)
    {
        var digits = name.TakeWhile(char.IsAsciiDigit).Count();
        return digits is > 0 and < 4
            ? int.Parse(name.AsSpan(0, digits), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
            : $"{place + 1}";
    }

    private static string Duration(double seconds) =>
        seconds switch
        {
            < 10 => $"{seconds:0.0} s",
            < 60 => $"{seconds:0} s",
            < 3600 => $"{Math.Floor(seconds / 60):0} min {Math.Floor(seconds % 60):00} s",
            _ => $"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):00} min",
        };

    private static string Size(long bytes) => bytes < 1_000_000_000 ? $"{bytes / 1e6:0} MB" : $"{bytes / 1e9:0.0} GB";
}
