using NotebookHost.Documents;

namespace NotebookHost.Pages;

/// <summary>What a notebook is about, as the list of all notebooks says it.</summary>
/// <param name="Course">The name of the course that it belongs to; empty for none.</param>
/// <param name="Lead">Its first paragraph, plain; empty where there is none.</param>
/// <param name="Sections">Its headings of level 2, in order, with their anchors.</param>
internal sealed record NotebookOutline(string Course, string Lead, IReadOnlyList<Heading> Sections)
{
    /// <summary>Reads it from the notebook's text cells.</summary>
    public static NotebookOutline Of(NotebookDocument notebook)
    {
        var page = new PageContent(Path.GetDirectoryName(notebook.Path) ?? ".");
        foreach (var cell in notebook.Cells.Where(cell => cell.Kind == CellKind.Markdown))
        {
            MarkdownText.ReadOutline(page, cell);
        }

        return new NotebookOutline(notebook.Course, page.Lead ?? "", [.. page.Headings.Where(heading => heading.Level == 2)]);
    }
}
