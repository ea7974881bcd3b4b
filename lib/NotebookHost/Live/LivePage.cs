using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NotebookHost.Pages;

namespace NotebookHost.Live;

/// <summary>What a live page is told when it opens.</summary>
/// <param name="Notebook">The notebook's path below the folder, with slashes; empty for the list of notebooks.</param>
/// <param name="Title">The page's title; plain text.</param>
/// <param name="Course">Whether there is a version of the course to go back to.</param>
/// <param name="Folder">The name of the folder; plain text.</param>
internal sealed record LiveStart(string Notebook, string Title, bool Course, string Folder);

/// <summary>A notebook in the list.</summary>
/// <param name="Notebook">Its path below the folder, with slashes.</param>
/// <param name="Title">Its title; plain text.</param>
/// <param name="Lead">What it is about; plain text, empty for nothing.</param>
internal sealed record LiveItem(string Notebook, string Title, string Lead);

/// <summary>The HTML of the live pages without the cells: those come over the WebSocket, and the page's script builds them.</summary>
internal static class LivePage
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The page of one notebook.</summary>
    /// <param name="start">What the page is told.</param>
    /// <param name="previous">The notebook before it, or null.</param>
    /// <param name="next">The notebook after it, or null.</param>
    public static string Notebook(LiveStart start, LiveItem? previous = null, LiveItem? next = null)
    {
        var links =
            "<a class=\"index\" rel=\"index\" "
            + $"href=\"/\"><span>Contents</span></a>{Link(previous, "prev", "Previous")}{Link(next, "next", "Next")}";
        var html = Begin(start.Title, ["code.css", "output.css", "temml.css", "live.css"], "live.js");
        html.Append(
                "<body class=\"live\">\n<a class=\"skip\" href=\"#main-content\">Skip to content</a>\n<header class=\"bar\">\n<nav "
                    + "aria-label=\"Pages\">"
            )
            .Append(links)
            .Append("</nav>\n")
            .Append(PageAssets.Text("bar.html"))
            .Append('\n')
            .Append(LiveAssets.Text("tools.html"))
            .Append(
                """
                </header>
                <div class="columns">
                <nav class="contents" aria-label="On this page">
                  <details id="page-contents" open><summary>On this page</summary><ol></ol></details></nav>
                <main id="main-content" tabindex="-1"></main>
                </div>
                <aside id="live-variables" aria-label="Variables" hidden>
                  <header><h2>Variables</h2><button type="button" aria-label="Close the variables">✕</button></header>
                  <div class="list"></div></aside>
                <footer><nav aria-label="Pages, again">
                """
            )
            .Append(links)
            .Append("</nav></footer>\n");
        End(html, start, "live.js", withMath: true);
        return html.ToString();
    }

    /// <summary>The list of the folder's notebooks.</summary>
    public static string Index(LiveStart start, IReadOnlyList<LiveItem> items)
    {
        var html = Begin(start.Title, ["index.css", "live.css"], "live-index.js");
        html.Append("<body class=\"live-index\">\n<a class=\"skip\" href=\"#main-content\">Skip to content</a>\n<header class=\"bar\">\n")
            .Append(PageAssets.Text("bar.html"))
            .Append("</header>\n<div class=\"columns\">\n<main id=\"main-content\" tabindex=\"-1\">\n<h1>")
            .AppendText(start.Title)
            .Append(
                """
                </h1>
                <div class="reading" hidden>
                <p><span class="read-count"></span> <a class="onward" href="/" hidden></a></p>
                <progress aria-label="Pages read"></progress>
                </div>
                <ol class="results">

                """
            );
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            html.Append("<li data-notebook=\"")
                .AppendText(item.Notebook)
                .Append("\"><span class=\"number\" aria-hidden=\"true\">")
                .AppendText(Number(item.Notebook, i))
                .Append("</span><article>\n<h2><a href=\"")
                .Append(Address(item))
                .Append("\">")
                .AppendText(item.Title)
                .Append("</a></h2>\n")
                .Append(item.Lead.Length > 0 ? $"<p class=\"lead\">{HtmlText.Encode(item.Lead)}</p>\n" : "")
                .Append("<p class=\"facts\"><span>")
                .AppendText(item.Notebook)
                .Append("</span> <span class=\"done\"></span> <span class=\"session\"></span></p>\n</article></li>\n");
        }

        html.Append("</ol>\n</main>\n</div>\n<footer></footer>\n");
        End(html, start, "live-index.js", withMath: false);
        return html.ToString();
    }

    /// <summary>The glossary, which is not edited here.</summary>
    public static string Glossary(Glossary glossary)
    {
        var page = new PageContent("") { PageExtension = ".ipynb" };
        return Begin(GlossaryPage.Append(page, glossary), [])
            .Append("<body>\n<header class=\"bar\">\n<nav aria-label=\"Pages\"><a class=\"index\" rel=\"index\" href=\"/\">")
            .Append("<span>Contents</span></a></nav>\n")
            .Append(PageAssets.Text("bar.html"))
            .Append("</header>\n<div class=\"columns\">\n<main id=\"main-content\" tabindex=\"-1\">\n")
            .Append(page.Html)
            .Append("</main>\n</div>\n</body>\n</html>\n")
            .ToString();
    }

    private static StringBuilder Begin(string title, IReadOnlyList<string> styles, string? script = null)
    {
        var html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
            .AppendText(title)
            .Append("</title>\n<link rel=\"icon\" href=\"data:,\">\n<script src=\"")
            .Append(LiveAssets.Address("theme.js"))
            .Append("\"></script>\n");
        foreach (var style in styles.Prepend("page.css").Prepend("colors.css"))
        {
            html.Append("<link rel=\"stylesheet\" href=\"").Append(LiveAssets.Address(style)).Append("\">\n");
        }

        // All at once, not each module when the one before it has come and says that it needs it.
        foreach (var module in script is null ? [] : LiveAssets.Modules(script))
        {
            html.Append("<link rel=\"modulepreload\" href=\"").Append(LiveAssets.Address(module)).Append("\">\n");
        }

        return html.Append("</head>\n");
    }

    private static void End(StringBuilder html, LiveStart start, string script, bool withMath)
    {
        html.Append("<div id=\"live-notices\"></div>\n<p id=\"live-said\" class=\"spoken\" role=\"status\" aria-live=\"polite\"></p>\n")
            // The serializer writes '<' as \u003c, so no text can end the element.
            .Append("<script type=\"application/json\" id=\"live-start\">")
            .Append(JsonSerializer.Serialize(start, Json))
            .Append("</script>\n");
        if (withMath)
        {
            html.Append("<script src=\"").Append(LiveAssets.Address("temml.min.js")).Append("\"></script>\n");
            html.Append("<script src=\"").Append(LiveAssets.Address("contents.js")).Append("\"></script>\n");
        }

        html.Append("<script type=\"module\" src=\"").Append(LiveAssets.Address(script)).Append("\"></script>\n</body>\n</html>\n");
    }

    private static string Link(LiveItem? item, string relation, string label) =>
        item is null
            ? ""
            : $"<a class=\"{relation}\" rel=\"{relation}\" href=\"{Address(item)}\"><small>{label}</small> "
                + $"<span>{HtmlText.Encode(item.Title)}</span></a>";

    private static string Address(LiveItem item) => "/notebook/" + HtmlText.Address(item.Notebook);

    /// <summary>The number at the start of the notebook's name; without one, its place in the list.</summary>
    private static string Number(string notebook, int place)
    {
        var name = notebook[(notebook.LastIndexOf('/') + 1)..];
        var digits = name.TakeWhile(char.IsAsciiDigit).Count();
        return digits is > 0 and < 4
            ? int.Parse(name.AsSpan(0, digits), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
            : $"{place + 1}";
    }
}
