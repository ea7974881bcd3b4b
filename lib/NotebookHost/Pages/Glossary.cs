using System.Text.RegularExpressions;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace NotebookHost.Pages;

/// <summary>
/// A file <c>glossary.md</c> beside the notebooks. Pages link the first use of each of its terms to it and show its first sentence on
/// hovering. Each term is a heading of level 2 with a paragraph below it; other forms of the term may stand in it after <c>Also:</c>.
/// </summary>
internal sealed partial class Glossary
{
    /// <summary>The file's name.</summary>
    public const string FileName = "glossary.md";

    /// <summary>The name of its page.</summary>
    public const string PageFile = "glossary.html";

    private readonly Dictionary<string, Term> _terms = new(StringComparer.OrdinalIgnoreCase);
    private readonly Regex _any;

    private Glossary(string text)
    {
        Text = text;
        var ids = new HeadingIds();
        foreach (Match entry in Entry().Matches(text))
        {
            var name = entry.Groups["name"].Value.Trim();
            var body = entry.Groups["body"].Value;
            var term = new Term(ids.Next(name), FirstSentence().Match(body.Trim()).Value.ReplaceLineEndings(" "));
            foreach (var form in Also().Match(body).Groups["forms"].Value.Split(',').Append(name))
            {
                if (form.Trim().Length > 0)
                {
                    _terms.TryAdd(form.Trim(), term);
                }
            }
        }

        var forms = _terms.Keys.OrderByDescending(form => form.Length).Select(Regex.Escape);
        _any = new($@"(?<![\w-])(?:{string.Join('|', forms)})(?![\w-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    /// <summary>The file's text, unchanged.</summary>
    public string Text { get; }

    /// <summary>The glossary in a folder of notebooks; null where there is none, or none with terms.</summary>
    public static Glossary? In(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path) ? Parse(File.ReadAllText(path)) : null;
    }

    /// <inheritdoc cref="In"/>
    public static Glossary? Parse(string text) =>
        new Glossary(text.ReplaceLineEndings("\n")) is { _terms.Count: > 0 } glossary ? glossary : null;

    /// <summary>Links the terms that have not occurred on the page yet. Headings, links and code stay as they are.</summary>
    /// <param name="document">A text of the page.</param>
    /// <param name="met">The ids of the terms that occurred so far; new ones are added.</param>
    public void Mark(MarkdownDocument document, HashSet<string> met)
    {
        foreach (var literal in document.Descendants<LiteralInline>().Where(IsText).ToList())
        {
            var text = literal.Content.ToString();
            var end = 0;
            foreach (Match match in _any.Matches(text))
            {
                var term = _terms[match.Value];
                if (!met.Add(term.Id))
                {
                    continue;
                }

                literal.InsertBefore(new LiteralInline(text[end..match.Index]));
                var link = new LinkInline($"{PageFile}#{term.Id}", term.Meaning);
                link.AppendChild(new LiteralInline(match.Value));
                link.GetAttributes().AddClass("term");
                literal.InsertBefore(link);
                end = match.Index + match.Length;
            }

            if (end > 0)
            {
                literal.ReplaceBy(new LiteralInline(text[end..]));
            }
        }
    }

    private static bool IsText(LiteralInline literal)
    {
        for (var parent = literal.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is LinkInline)
            {
                return false;
            }

            if (parent.ParentBlock is HeadingBlock)
            {
                return false;
            }
        }

        return true;
    }

    [GeneratedRegex(
        @"^##[ ]+(?<name>[^\n]+)\n(?<body>(?:(?!^\#{1,2}[ ])[^\n]*\n?)*)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Entry();

    [GeneratedRegex(@"\bAlso: (?<forms>[^\n(]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Also();

    [GeneratedRegex(@"\A.+?[.](?=\s|\z)", RegexOptions.Singleline)]
    private static partial Regex FirstSentence();

    private sealed record Term(string Id, string Meaning);
}
