using System.Text;

namespace NotebookHost.Pages;

/// <summary>The table of contents: the headings of levels 2 and 3, as nested lists.</summary>
internal static class TableOfContents
{
    /// <summary>The table as HTML, empty where there is nothing to list.</summary>
    public static string Render(IEnumerable<Heading> headings)
    {
        var html = new StringBuilder();
        // A level-3 heading before the first of level 2 stands for itself.
        var open = 0;
        foreach (var heading in headings.Where(heading => heading.Level is 2 or 3))
        {
            var level = open == 0 ? 2 : heading.Level;
            if (level > open)
            {
                html.Append("<ol>");
            }
            else
            {
                html.Append(level < open ? "</li></ol></li>" : "</li>");
            }

            html.Append("\n<li><a href=\"#").AppendText(heading.Id).Append("\">").Append(heading.Html).Append("</a>");
            open = level;
        }

        if (open == 0)
        {
            return "";
        }

        html.Append(open == 3 ? "</li></ol></li></ol>" : "</li></ol>");
        return $"""
            <nav class="contents" aria-label="On this page">
            <details id="{PageTemplate.ContentsId}" open><summary>On this page</summary>
            {html}
            </details>
            <script>{PageAssets.Text("contents.js")}</script>
            </nav>

            """;
    }
}
