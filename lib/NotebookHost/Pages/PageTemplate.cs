using System.Text;

namespace NotebookHost.Pages;

/// <summary>What surrounds the content of every page: head, header, footer.</summary>
internal sealed class PageTemplate
{
    /// <summary>The id of the main part, where the skip link leads.</summary>
    public const string MainId = "main-content";

    /// <summary>The id of the table of contents.</summary>
    public const string ContentsId = "page-contents";

    /// <summary>The ids in the header.</summary>
    public static readonly IReadOnlyList<string> BarIds = ["page-theme-button"];

    /// <summary>
    /// What the page may do: run its own scripts and show what it contains. No address is named, so nothing is fetched and nothing is sent.
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
        + "media-src data: blob:; worker-src blob:; connect-src data: blob:; base-uri 'none'; form-action 'none'";

    // Both licences require their notice in every copy.
    private const string TemmlNotice =
        "/*! Temml 0.13.5, https://temml.org, Copyright (c) 2020 Ron Kok, MIT licence. "
        + "Formulas are set in Noto Sans Math, Copyright 2022 Google LLC, SIL Open Font License 1.1. */\n";

    /// <summary>The page's title; plain text.</summary>
    public required string Title { get; init; }

    /// <summary>The name of what the page is a part of; plain text, empty for none.</summary>
    public string Site { get; init; } = "";

    /// <summary>What the page is about, in a sentence or two; plain text, empty for none.</summary>
    public string Description { get; init; } = "";

    /// <summary>The page's own file name, under which it is remembered as read; null where nothing is remembered.</summary>
    public string? FileName { get; init; }

    /// <summary>Whether the page shows which of the others were read.</summary>
    public bool ShowsReading { get; init; }

    /// <summary>The links in the header and the footer, as HTML; empty for none.</summary>
    public string Navigation { get; init; } = "";

    /// <summary>What stands beside the main part, as HTML; empty for none.</summary>
    public string Aside { get; init; } = "";

    /// <summary>The style sheets beside the common ones, by the names of their assets.</summary>
    public IReadOnlyList<string> Styles { get; init; } = [];

    /// <summary>Whether Temml is needed.</summary>
    public bool HasMath { get; init; }

    /// <summary>Writes the page around its main part.</summary>
    public string Render(StringBuilder main)
    {
        var html = new StringBuilder(main.Length + 300_000);
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"")
            .Append(Policy)
            .Append("\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
            .AppendText(Title)
            .AppendText(Site.Length > 0 && Site != Title ? $" · {Site}" : "")
            .Append("</title>\n")
            .Append(Description.Length > 0 ? $"<meta name=\"description\" content=\"{HtmlText.Encode(Description)}\">\n" : "")
            .Append("<link rel=\"icon\" href=\"data:,\">\n");
        Script(html, PageAssets.Text("theme.js"));
        Style(html, PageAssets.Text("colors.css"));
        Style(html, PageAssets.Text("page.css"));
        foreach (var name in Styles)
        {
            Style(html, PageAssets.Text(name));
        }

        if (HasMath)
        {
            Style(html, PageAssets.MathStyle());
        }

        html.Append("</head>\n<body>\n<a class=\"skip\" href=\"#")
            .Append(MainId)
            .Append("\">Skip to content</a>\n<header class=\"bar\">\n")
            .Append(Navigation.Length > 0 ? $"<nav aria-label=\"Pages\">{Navigation}</nav>\n" : "")
            .Append(PageAssets.Text("bar.html"))
            .Append("\n</header>\n<div class=\"columns\">\n")
            .Append(Aside)
            .Append("<main id=\"")
            .Append(MainId)
            .Append("\" tabindex=\"-1\">\n")
            .Append(main)
            .Append("</main>\n</div>\n<footer>\n")
            .Append(
                FileName is null
                    ? ""
                    : $"<p class=\"reading\" data-page=\"{HtmlText.Address(FileName)}\" hidden><span></span> <button "
                        + "type=\"button\"></button></p>\n"
            )
            .Append(Navigation.Length > 0 ? $"<nav aria-label=\"Pages, again\">{Navigation}</nav>\n" : "")
            .Append("</footer>\n");
        if (HasMath)
        {
            Script(html, TemmlNotice + PageAssets.Text("temml.min.js"));
            Script(html, PageAssets.Text("math.js"));
        }

        Script(html, PageAssets.Text("page.js"));
        if (FileName is not null || ShowsReading)
        {
            Script(html, PageAssets.Text("reading.js"));
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void Script(StringBuilder html, string text) => html.Append("<script>").Append(text).Append("</script>\n");

    private static void Style(StringBuilder html, string text) => html.Append("<style>").Append(text).Append("</style>\n");
}
