using System.Globalization;
using System.Text;

namespace NotebookHost.Pages;

/// <summary>Gives each heading of a page an id: made from its text as GitHub does, and numbered where a text occurs again.</summary>
internal sealed class HeadingIds
{
    private readonly HashSet<string> _taken = new(
        [PageTemplate.MainId, PageTemplate.ContentsId, .. PageTemplate.BarIds],
        StringComparer.Ordinal
    );

    /// <summary>An id that no other heading on this page has.</summary>
    public string Next(string text)
    {
        var slug = Slug(text);
        var id = slug;
        for (var number = 2; !_taken.Add(id); number++)
        {
            id = $"{slug}-{number}";
        }

        return id;
    }

    private static string Slug(string text)
    {
        var slug = new StringBuilder(text.Length);
        foreach (var rune in text.Trim().EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark)
            {
                slug.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else if (rune.Value is '-' or '_')
            {
                slug.Append((char)rune.Value);
            }
            else if (Rune.IsWhiteSpace(rune))
            {
                slug.Append('-');
            }
        }

        // "cell-3" is the anchor of a cell, so a heading with that text gets another id.
        var id = slug.ToString();
        return id.Length == 0 ? "section"
            : id.StartsWith("cell-", StringComparison.Ordinal) ? "section-" + id
            : id;
    }
}
