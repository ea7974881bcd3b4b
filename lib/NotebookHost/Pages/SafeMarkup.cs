using AngleSharp.Dom;
using Ganss.Xss;

namespace NotebookHost.Pages;

/// <summary>
/// Removes from a Markdown cell's HTML what could run, send or cover something: scripts, event handlers, addresses with script, forms,
/// frames, styles of the whole page. Folded hints, tables, pictures and text formats stay.
/// </summary>
/// <remarks>A page keeps the scripts of outputs, since the cells of this run made them. Text comes from whoever sent the
/// notebook.</remarks>
internal static class SafeMarkup
{
    /// <summary>Tags in one cell. The parser's tree is walked by recursion, and deeper nesting would crash the program.</summary>
    public const int MostTags = 2_000;

    /// <summary>Elements whose content is removed with them; of other forbidden elements the content stays.</summary>
    private static readonly string[] WithoutText =
    [
        "SCRIPT",
        "STYLE",
        "IFRAME",
        "OBJECT",
        "EMBED",
        "NOSCRIPT",
        "NOEMBED",
        "NOFRAMES",
        "TEMPLATE",
        "TEXTAREA",
        "SELECT",
        "TITLE",
        "SVG",
        "MATH",
        "XMP",
    ];

    private static readonly string[] Forms =
    [
        "form",
        "input",
        "button",
        "select",
        "option",
        "optgroup",
        "textarea",
        "datalist",
        "fieldset",
        "label",
        "keygen",
        "command",
    ];

    /// <summary>The HTML without what is not allowed, every element closed, with the notebook's own pictures in it.</summary>
    public static string Of(string html, NotebookImages images, string pageExtension = ".html") =>
        Create(images, pageExtension).Sanitize(html);

    private static HtmlSanitizer Create(NotebookImages images, string pageExtension)
    {
        var unseen = new List<(IElement Picture, string Address)>();
        var sanitizer = new HtmlSanitizer { KeepChildNodes = true };
        sanitizer.AllowedTags.ExceptWith(Forms);
        sanitizer.AllowedTags.Remove("style");
        sanitizer.AllowedAttributes.UnionWith(["class", "id", "role", "aria-label", "aria-hidden", "open"]);
        sanitizer.AllowedAttributes.ExceptWith(["action", "background", "formaction"]);
        // No element may leave its place and cover another.
        sanitizer.AllowedCssProperties.ExceptWith(["position", "z-index"]);
        sanitizer.RemovingTag += (_, removing) =>
        {
            if (WithoutText.Contains(removing.Tag.NodeName, StringComparer.OrdinalIgnoreCase))
            {
                removing.Tag.InnerHtml = "";
            }
        };
        sanitizer.FilterUrl += (_, filter) =>
        {
            var isPicture = filter.Tag.NodeName.Equals("IMG", StringComparison.OrdinalIgnoreCase);
            filter.SanitizedUrl = isPicture ? images.DataUri(filter.OriginalUrl) : MarkdownLinks.Target(filter.OriginalUrl, pageExtension);
            if (isPicture && filter.SanitizedUrl is null)
            {
                unseen.Add((filter.Tag, filter.OriginalUrl));
            }
        };
        sanitizer.PostProcessDom += (_, _) =>
        {
            foreach (var (picture, address) in unseen)
            {
                picture.OuterHtml = images.IsMissing(address)
                    ? HtmlText.Encode(MarkdownLinks.Missing(address))
                    : $"<a href=\"{HtmlText.Encode(MarkdownLinks.Target(address))}\">"
                        + $"{HtmlText.Encode(picture.GetAttribute("alt") is { Length: > 0 } text ? text : address)}</a>";
            }
        };
        return sanitizer;
    }
}
