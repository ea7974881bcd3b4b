using System.Text.RegularExpressions;
using Markdig;
using NotebookHost.Pages;
using static NotebookHost.Tests.Pages.Sample;

namespace NotebookHost.Tests.Pages;

/// <summary>The terms of a glossary beside the notebooks, and the glossary of this course.</summary>
public sealed partial class GlossaryTests : IDisposable
{
    private const string Small =
        "# Glossary\n\n## Map\n\nA picture. Of what? Also: maps ([00](00.ipynb))\n\n## Feature map\n\nWhat a filter makes.\nOn "
        + "two lines.\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_term_is_linked_where_the_page_first_has_it_with_its_first_sentence()
    {
        var html = Mark("Two MAPS. A feature map, a feature map and one map.");
        Assert.Contains(
            "Two <a href=\"glossary.html#map\" class=\"term\" title=\"A picture.\">MAPS</a>. A ",
            html,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "<a href=\"glossary.html#feature-map\" class=\"term\" title=\"What a filter makes.\">feature map</a>, a feature map "
                + "and one map.",
            html,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("# The map")]
    [InlineData("[the map](map.ipynb)")]
    [InlineData("`map`")]
    [InlineData("a mapping, a bitmap, a map-maker")]
    [InlineData("```\nmap\n```")]
    public void Headings_links_code_and_other_words_stay_as_they_are(string markdown) =>
        Assert.DoesNotContain("glossary.html", Mark(markdown), StringComparison.Ordinal);

    [Fact]
    public void What_one_cell_has_met_the_next_does_not_link_again()
    {
        var glossary = Glossary.Parse(Small)!;
        var met = new HashSet<string>();
        Assert.Contains("glossary.html", Mark("a map", glossary, met), StringComparison.Ordinal);
        Assert.DoesNotContain("glossary.html", Mark("a map", glossary, met), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_terms_is_no_glossary() => Assert.Null(Glossary.Parse("# Glossary\n\nNothing yet.\n"));

    [Fact]
    public void Its_page_has_the_anchors_that_the_links_lead_to()
    {
        var page = GlossaryPage.Render(Glossary.Parse(Small)!, "A course", new("Contents", "index.html"), _ => true);
        Assert.Contains("id=\"feature-map\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"00.html\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"index.html\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_glossary_of_the_course_has_each_term_once_in_order_with_a_sentence_and_the_notebook_that_explains_it()
    {
        var notebooks = Path.Combine(Course.Root, "notebooks");
        var text = File.ReadAllText(Path.Combine(notebooks, Glossary.FileName));
        var terms = Heading().Matches(text).Select(match => match.Groups[1].Value).ToList();
        Assert.InRange(terms.Count, 40, 80);
        Assert.Equal(terms.Order(StringComparer.OrdinalIgnoreCase), terms);
        Assert.Distinct(terms, StringComparer.OrdinalIgnoreCase);
        foreach (var body in Heading().Split(text).Skip(2).Where((_, i) => i % 2 == 0))
        {
            Assert.Matches(@"^\s*[A-Z][^\n]+\.[^\n]*\s*$", body);
        }

        foreach (Match link in Link().Matches(text))
        {
            Assert.True(File.Exists(Path.Combine(notebooks, link.Groups[1].Value)), link.Value);
        }

        Assert.NotNull(Glossary.In(notebooks));
        Assert.Null(Glossary.In(_folder.Path));
    }

    private static string Mark(string markdown) => Mark(markdown, Glossary.Parse(Small)!, []);

    private static string Mark(string markdown, Glossary glossary, HashSet<string> met)
    {
        var document = Markdown.Parse(markdown);
        glossary.Mark(document, met);
        return document.ToHtml();
    }

    [GeneratedRegex("^## (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();
}
