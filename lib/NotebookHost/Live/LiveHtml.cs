using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHost.Documents;
using NotebookHost.Pages;

namespace NotebookHost.Live;

/// <summary>An output as the live page shows it.</summary>
/// <param name="Kind">"text", "html", "error", or "frame" for HTML with scripts, which goes into a sandboxed frame.</param>
/// <param name="Html">Its HTML.</param>
/// <param name="Stream">"stdout" or "stderr" for text that a program wrote; else null.</param>
internal sealed record LiveOutput(string Kind, string Html, string? Stream = null);

/// <summary>Text cells and outputs as HTML for the live page, made by the same code as the pages that <c>run</c> writes.</summary>
internal static partial class LiveHtml
{
    private static readonly string[] FrameStyles = ["colors.css", "frame.css", "output.css"];

    /// <summary>The data of outputs whose HTML is known to act and to close what it opens: to find that out, all of it is parsed, and a
    /// chart is asked for with each page.</summary>
    private static readonly ConditionalWeakTable<JsonObject, object> _framed = [];

    /// <summary>A text cell. Links to notebooks stay links to notebooks: they lead to the other live pages.</summary>
    /// <param name="folder">The notebook's folder, for its pictures.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="glossary">The glossary beside the notebook.</param>
    /// <param name="met">The glossary's terms that the cells before have; those of this cell are added.</param>
    public static string Text(string folder, NotebookCell cell, Glossary? glossary, HashSet<string> met)
    {
        var page = new PageContent(folder)
        {
            PageExtension = ".ipynb",
            Glossary = glossary,
            MetTerms = met,
        };
        MarkdownText.AppendCell(page, cell);
        return page.Html.ToString();
    }

    /// <summary>One output as nbformat has it; null where there is nothing to show.</summary>
    /// <param name="folder">The notebook's folder.</param>
    /// <param name="output">The output.</param>
    /// <param name="number">The cell's number, for the description of pictures.</param>
    /// <param name="trusted">Whether the session made it here. An output that came with the file is shown without scripts and other active
    /// parts.</param>
    public static LiveOutput? Output(string folder, JsonObject output, int number, bool trusted = true)
    {
        var type = output["output_type"]?.ToString();
        if (
            type is "display_data" or "execute_result"
            && output["data"] is JsonObject data
            && MimeBundle.Best(data) == "text/html"
            && MimeBundle.Text(data["text/html"]) is var html
        )
        {
            if (!trusted)
            {
                return new LiveOutput("html", Holder(Safe(folder, html)));
            }

            if (Acts().IsMatch(html) && SelfContained.Of(html) is { } closed)
            {
                if (ReferenceEquals(closed, html))
                {
                    _framed.TryAdd(data, data);
                }

                return new LiveOutput("frame", closed);
            }
        }

        var page = new PageContent(folder) { PageExtension = ".ipynb" };
        OutputHtml.AppendOne(page, output, number);
        var made = page.Html.ToString();
        return made.Length == 0
            ? null
            : type switch
            {
                "stream" => new LiveOutput("text", made, output["name"]?.ToString() == "stderr" ? "stderr" : "stdout"),
                "error" => new LiveOutput("error", made),
                _ => new LiveOutput("html", made),
            };
    }

    /// <summary>Whether the HTML of an output is known to belong into a frame as it is.</summary>
    public static bool IsFramed(JsonObject output) => output["data"] is JsonObject data && _framed.TryGetValue(data, out _);

    /// <summary>HTML without scripts and other active parts. The sanitizer walks it by recursion, so HTML with very many tags is left
    /// out.</summary>
    /// <param name="folder">The notebook's folder.</param>
    /// <param name="html">The HTML.</param>
    public static string Safe(string folder, string html) =>
        html.AsSpan().Count('<') > 2 * SafeMarkup.MostTags
            ? "<p class=\"output note\">This HTML output came with the file and is too large to be made safe: run the cell to see it.</p>"
            : SafeMarkup.Of(html, new NotebookImages(folder, cell: null));

    /// <summary>The document of a frame, in pieces.</summary>
    /// <param name="index">The output's place among the cell's outputs.</param>
    /// <param name="html">The pieces of the output's HTML, which has scripts.</param>
    public static IReadOnlyList<string> Frame(int index, IEnumerable<string> html) =>
        [
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Output</title>\n",
            "<meta name=\"color-scheme\" content=\"light dark\">\n",
            .. FrameStyles.SelectMany(style => (string[])["<style>", LiveAssets.Text(style), "</style>\n"]),
            $"</head>\n<body class=\"outputs\">\n<div class=\"output html\" data-index=\"{index}\">",
            .. html,
            "</div>\n<script>",
            LiveAssets.Text("frame.js"),
            "</script>\n</body>\n</html>\n",
        ];

    private static string Holder(string html) => $"<div class=\"output html scroll\">{html}</div>\n";

    /// <summary>Finds scripts, event handlers and other active parts, which a page may show only in a frame.</summary>
    [GeneratedRegex(
        @"<script\b|<iframe\b|<object\b|<embed\b|<form\b|<link\b|<meta\b|<base\b|[\s""'/]on[a-z]+\s*=|javascript:",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Acts();
}
