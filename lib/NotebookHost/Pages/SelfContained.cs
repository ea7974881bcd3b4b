using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;

namespace NotebookHost.Pages;

/// <summary>Closes what the HTML of an output leaves open: an open comment or element would swallow the rest of the page.</summary>
internal static partial class SelfContained
{
    /// <summary>Levels. The parser takes time that grows with their square, and its tree is written by recursion.</summary>
    private const int Deepest = 1_000;

    private const string Mark = "end-of-output";

    private static readonly string[] NeedNoEnd =
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "option",
        "optgroup",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "colgroup",
        "rp",
        "rt",
    ];

    /// <summary>The HTML unchanged if it closes exactly what it opens; otherwise closed as a browser would close it; null if that is not
    /// possible.</summary>
    public static string? Of(string html)
    {
        if (IsDeep(html))
        {
            return null;
        }

        // The mark is a div, because a div also closes elements that need no end tag, such as a paragraph.
        using var document = new HtmlParser().ParseDocument($"<!DOCTYPE html><body><div>{html}<div id=\"{Mark}\"></div></div>");
        if (document.Body is { ChildNodes.Length: 1, FirstElementChild: { } outer } && outer.LastElementChild?.Id == Mark)
        {
            return html;
        }

        using var alone = new HtmlParser().ParseDocument($"<!DOCTYPE html><body><div>{html}");
        // Nothing ends a plaintext element.
        return alone.QuerySelector("plaintext") is null ? alone.Body?.InnerHtml : null;
    }

    private static bool IsDeep(string html)
    {
        var depth = 0;
        foreach (var tag in Tag().EnumerateMatches(html))
        {
            var text = html.AsSpan(tag.Index, tag.Length);
            if (text[1] == '/')
            {
                depth = Math.Max(0, depth - 1);
            }
            else if (char.IsAsciiLetter(text[1]) && !NeedsNoEnd(text[1..]) && ++depth > Deepest)
            {
                return true;
            }
        }

        return false;
    }

    private static bool NeedsNoEnd(ReadOnlySpan<char> name)
    {
        // A whole element with raw text in it, which is closed.
        if (name.Contains('>'))
        {
            return true;
        }

        foreach (var other in NeedNoEnd)
        {
            if (name.Equals(other, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    // Comments and raw text match as a whole, up to the end if they are not closed, so that no part is read twice.
    [GeneratedRegex(
        "<!--(?:.*?-->|.*)|<(?<raw>script|style|textarea|title|xmp|iframe|noembed|noframes)\\b(?:.*?</\\k<raw>|.*)|</?[a-z][a-z0-9-]*",
        RegexOptions.Singleline | RegexOptions.IgnoreCase
    )]
    private static partial Regex Tag();
}
