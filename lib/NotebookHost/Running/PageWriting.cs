using System.Net;
using NotebookHost.Documents;

namespace NotebookHost.Running;

/// <summary>A page beside this one, to link to.</summary>
internal sealed record PageReference(string Title, string FileName);

/// <summary>The seam to the pages: NotebookHost.Pages takes the place of these two bodies when its branch is merged.</summary>
internal static class PageWriting
{
    /// <summary>The page of an executed notebook.</summary>
    public static string Notebook(NotebookDocument executed, PageReference? previous, PageReference? next) =>
        $"<!DOCTYPE html><meta charset=\"utf-8\"><title>{WebUtility.HtmlEncode(executed.Title)}</title>{Link(previous)}{Link(next)}<pre>{WebUtility.HtmlEncode(executed.ToJson())}</pre>\n";

    /// <summary>The page that lists the notebooks of a run.</summary>
    public static string Index(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var items = summary.Notebooks.Select(result => $"<li>{(result.Page is { } page ? Link(new PageReference(result.Title, page)) : WebUtility.HtmlEncode(result.Title))}</li>");
        return $"<!DOCTYPE html><meta charset=\"utf-8\"><title>Contents</title><ul>{string.Concat(items)}</ul>\n";
    }

    private static string Link(PageReference? page) =>
        page is null ? "" : $"<a href=\"{Uri.EscapeDataString(page.FileName)}\">{WebUtility.HtmlEncode(page.Title)}</a> ";
}
