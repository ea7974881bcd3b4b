namespace NotebookHost.Pages;

/// <summary>The glossary as a page of its own, beside those of the notebooks.</summary>
internal static class GlossaryPage
{
    /// <param name="glossary">The glossary.</param>
    /// <param name="site">The name of the course; empty for none.</param>
    /// <param name="index">The page that lists all.</param>
    /// <param name="hasPage">Tells whether a page of this file name lies beside this one.</param>
    public static string Render(Glossary glossary, string site, PageLink index, Func<string, bool> hasPage)
    {
        var page = new PageContent("", hasPage);
        return new PageTemplate
        {
            Title = Append(page, glossary),
            Site = site,
            Description = page.Lead ?? "",
            Navigation =
                "<a class=\"index\" rel=\"index\" "
                + $"href=\"{HtmlText.Address(index.FileName)}\"><span>{HtmlText.Encode(index.Title)}</span></a>",
            HasMath = page.HasMath,
        }.Render(page.Html);
    }

    /// <summary>Appends the glossary to a page, and returns the page's title.</summary>
    public static string Append(PageContent page, Glossary glossary)
    {
        page.Html.AppendLine("<div class=\"cell text\">");
        MarkdownText.AppendText(page, glossary.Text, new NotebookImages("", cell: null));
        page.Html.AppendLine("</div>");
        return page.Headings.Count > 0 ? page.Headings[0].Text : "Glossary";
    }
}
