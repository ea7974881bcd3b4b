using System.Text;

namespace NotebookHost.Pages;

/// <summary>A heading of the page, as the table of contents needs it.</summary>
/// <param name="Level">1 to 6.</param>
/// <param name="Id">Its anchor.</param>
/// <param name="Text">Its text, plain.</param>
/// <param name="Html">Its text as HTML, encoded; formulas are marked for Temml.</param>
internal sealed record Heading(int Level, string Id, string Text, string Html);

/// <summary>A page while it is written: the HTML so far, and what the rest of the page needs to know about it.</summary>
internal sealed class PageContent(string folder, Func<string, bool>? hasPage = null)
{
    /// <summary>The folder of the notebook, where its pictures are looked for.</summary>
    public string Folder { get; } = folder;

    /// <summary>Tells whether a page of this file name lies beside this one.</summary>
    public Func<string, bool> HasPage { get; } = hasPage ?? (_ => true);

    /// <summary>How the pages of other notebooks are named: <c>.html</c> for files beside this one, <c>.ipynb</c> on live pages.</summary>
    public string PageExtension { get; init; } = ".html";

    /// <summary>The HTML of the cells so far.</summary>
    public StringBuilder Html { get; } = new();

    /// <summary>The glossary whose terms are linked where they first occur; null for none.</summary>
    public Glossary? Glossary { get; init; }

    /// <summary>The terms of the glossary that occurred so far, by their ids.</summary>
    public HashSet<string> MetTerms { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The headings so far, in order.</summary>
    public List<Heading> Headings { get; } = [];

    /// <summary>The first paragraph that is more than a row of links, as plain text; null until it was found.</summary>
    public string? Lead { get; set; }

    /// <summary>The ids given so far.</summary>
    public HeadingIds Ids { get; } = new();

    /// <summary>The blocks from outputs that a page needs only once.</summary>
    public OnceOnly Once { get; } = new();

    /// <summary>Whether the page needs Temml.</summary>
    public bool HasMath { get; set; }
}
