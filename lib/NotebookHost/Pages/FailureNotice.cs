using System.Text;

namespace NotebookHost.Pages;

/// <summary>The box that says what went wrong in a notebook, and leads to the cell.</summary>
internal static class FailureNotice
{
    /// <summary>For the top of the notebook's own page; nothing where the run went well.</summary>
    /// <param name="around">What the page says about the run.</param>
    /// <param name="wentOn">Whether cells after the first failure were run.</param>
    public static string ForPage(PageSurroundings around, bool wentOn)
    {
        var words = around.Status switch
        {
            RunStatus.Failed when wentOn => "This notebook failed. The cells after the first failure were run all the same.",
            RunStatus.Failed => "This notebook failed, and what follows the failure was not run.",
            RunStatus.TimedOut => "This notebook took too long, and what follows that cell was not run.",
            RunStatus.Interrupted => "The run was stopped in this notebook, and what follows was not run.",
            _ => "",
        };
        if (words.Length == 0)
        {
            return "";
        }

        var html = new StringBuilder("<section class=\"failure\" aria-label=\"What went wrong\">\n<p>").Append(words).Append("</p>\n");
        if (around.Error is { } error)
        {
            Append(html, page: "", error);
        }

        return html.Append("</section>\n").ToString();
    }

    /// <summary>Appends the cell, its line, and the message.</summary>
    /// <param name="html">The page so far.</param>
    /// <param name="page">The file name of the notebook's page, empty on that page itself, null where there is none.</param>
    /// <param name="error">What went wrong.</param>
    public static void Append(StringBuilder html, string? page, CellFailure error)
    {
        var place = error.Cell == 0 ? "Before the first cell" : $"Cell {error.Cell}";
        html.Append("<p>");
        if (page is null || (page.Length == 0 && error.Cell == 0))
        {
            html.Append(place);
        }
        else
        {
            html.Append("<a href=\"")
                .Append(HtmlText.Address(page))
                .Append(error.Cell == 0 ? "" : $"#cell-{error.Cell}")
                .Append("\">")
                .Append(place)
                .Append("</a>");
        }

        html.Append(error.Line is { } line ? $", line {line}" : "")
            .Append(": <strong>")
            .AppendText(error.ErrorName)
            .Append("</strong></p>\n<pre class=\"scroll\">")
            .Append(TerminalText.ToHtml(error.Message))
            .Append("</pre>\n");
    }
}
