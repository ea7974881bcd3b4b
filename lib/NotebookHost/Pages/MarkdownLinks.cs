using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace NotebookHost.Pages;

/// <summary>Adapts the links and pictures of a Markdown text to a page that stands alone.</summary>
internal static class MarkdownLinks
{
    private const string Notebook = ".ipynb";

    private static readonly string[] Schemes = ["https", "http", "mailto"];

    /// <summary>
    /// Links to notebooks become links to their pages, or text if there is no such page. Pictures are embedded in the page. Links that
    /// would run script lose their target.
    /// </summary>
    public static void Resolve(MarkdownDocument document, NotebookImages images, PageContent page)
    {
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            var url = link.Url ?? "";
            if (!link.IsImage && PageOf(url, page.PageExtension) is { } other && !page.HasPage(Uri.UnescapeDataString(other)))
            {
                link.ReplaceBy(new ContainerInline());
            }
            else if (!link.IsImage)
            {
                link.Url = Target(url, page.PageExtension);
            }
            else if (images.DataUri(url) is { } data)
            {
                link.Url = data;
            }
            else if (images.IsMissing(url))
            {
                link.ReplaceBy(new LiteralInline(Missing(url)), copyChildren: false);
            }
            else
            {
                ShowAsLink(link);
            }
        }

        foreach (var link in document.Descendants<AutolinkInline>().Where(link => !link.IsEmail))
        {
            link.Url = Target(link.Url, page.PageExtension);
        }
    }

    /// <summary>The text in place of a missing picture.</summary>
    internal static string Missing(string url) => $"[The picture {url} is missing.]";

    /// <summary>Where a link leads from the page: <c>04-compile.ipynb#loss</c> becomes <c>04-compile.html#loss</c>.</summary>
    internal static string Target(string url, string extension = ".html")
    {
        // Browsers skip control characters and spaces when they look for the scheme; so must this.
        var plain = string.Concat(url.Where(character => character > ' '));
        var colon = plain.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && plain.AsSpan(0, colon).IndexOfAny('/', '?', '#') < 0)
        {
            return Schemes.Contains(plain[..colon], StringComparer.OrdinalIgnoreCase) ? url : "#";
        }

        return PageOf(url, extension) is { } page ? page + url[End(url)..] : url;
    }

    /// <summary>The page of the notebook that a link leads to; null where it leads to none.</summary>
    private static string? PageOf(string url, string extension)
    {
        var file = url[..End(url)];
        if (file.StartsWith("./", StringComparison.Ordinal))
        {
            file = file[2..];
        }

        if (file == Glossary.FileName)
        {
            return Glossary.PageFile;
        }

        // Pages lie side by side in one folder, so only a notebook beside this one has its page there.
        return file.EndsWith(Notebook, StringComparison.OrdinalIgnoreCase) && file.AsSpan().IndexOfAny('/', ':') < 0
            ? file[..^Notebook.Length] + extension
            : null;
    }

    private static int End(string url) => url.AsSpan().IndexOfAny('#', '?') is >= 0 and var mark ? mark : url.Length;

    // A picture elsewhere is not fetched: the page makes no requests. The reader can still follow it.
    private static void ShowAsLink(LinkInline link)
    {
        link.IsImage = false;
        if (link.FirstChild is null)
        {
            link.AppendChild(new LiteralInline(link.Url ?? "picture"));
        }

        link.Url = Target(link.Url ?? "");
    }
}
