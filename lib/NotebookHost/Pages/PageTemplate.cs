using System.Text;

namespace NotebookHost.Pages;

/// <summary>What surrounds the content of every page: head, header, footer.</summary>
internal sealed class PageTemplate
{
    /// <summary>The id of the main part, where the skip link leads.</summary>
    public const string MainId = "main-content";

    /// <summary>The id of the table of contents.</summary>
    public const string ContentsId = "page-contents";

    /// <summary>
    /// What the page may do: run its own scripts, show what it carries. No address is named, so nothing is fetched and nothing is sent.
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; " +
        "media-src data: blob:; worker-src blob:; connect-src data: blob:; base-uri 'none'; form-action 'none'";

    // Both licences ask that their notice travels with every copy.
    private const string TemmlNotice =
        "/*! Temml 0.13.5, https://temml.org, Copyright (c) 2020 Ron Kok, MIT licence. " +
        "Formulas are set in Noto Sans Math, Copyright 2022 Google LLC, SIL Open Font License 1.1. */\n";

    /// <summary>The page's title; plain text.</summary>
    public required string Title { get; init; }

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
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"").Append(Policy).Append("\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>").AppendText(Title).Append("</title>\n")
            .Append("<link rel=\"icon\" href=\"data:,\">\n");
        Script(html, PageAssets.Text("theme.js"));
        Style(html, PageAssets.Text("colors.css"));
        Style(html, PageAssets.Text("page.css"));
        foreach (var name in Styles)
            Style(html, PageAssets.Text(name));
        if (HasMath)
            Style(html, PageAssets.MathStyle());

        html.Append("</head>\n<body>\n<a class=\"skip\" href=\"#").Append(MainId).Append("\">Skip to content</a>\n<header class=\"bar\">\n")
            .Append(Navigation.Length > 0 ? $"<nav aria-label=\"Pages\">{Navigation}</nav>\n" : "")
            .Append("<button type=\"button\" class=\"theme\" id=\"theme-button\" hidden>").Append(PageAssets.Text("theme.svg")).Append("<span>Dark</span></button>\n</header>\n")
            .Append("<div class=\"columns\">\n").Append(Aside)
            .Append("<main id=\"").Append(MainId).Append("\" tabindex=\"-1\">\n").Append(main).Append("</main>\n</div>\n<footer>\n")
            .Append(Navigation.Length > 0 ? $"<nav aria-label=\"Pages, again\">{Navigation}</nav>\n" : "")
            .Append("</footer>\n");
        if (HasMath)
        {
            Script(html, TemmlNotice + PageAssets.Text("temml.min.js"));
            Script(html, PageAssets.Text("math.js"));
        }

        Script(html, PageAssets.Text("page.js"));
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void Script(StringBuilder html, string text) => html.Append("<script>").Append(text).Append("</script>\n");

    private static void Style(StringBuilder html, string text) => html.Append("<style>").Append(text).Append("</style>\n");
}
