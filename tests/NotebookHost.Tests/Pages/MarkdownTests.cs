using NotebookHost.Pages;
using static NotebookHost.Tests.Pages.Sample;

namespace NotebookHost.Tests.Pages;

public sealed class MarkdownTests
{
    [Theory]
    [InlineData("04-compile.ipynb", "04-compile.html")]
    [InlineData("./04-compile.ipynb#the-loss", "04-compile.html#the-loss")]
    [InlineData("#here", "#here")]
    [InlineData("../README.md", "../README.md")]
    [InlineData("other/04.ipynb", "other/04.ipynb")]
    [InlineData("https://example.org/a.ipynb", "https://example.org/a.ipynb")]
    [InlineData("mailto:a@example.org", "mailto:a@example.org")]
    [InlineData("javascript:alert(1)", "#")]
    [InlineData(" java\tscript:alert(1)", "#")]
    [InlineData("data:text/html,x", "#")]
    public void Links_lead_to_pages_and_run_nothing(string url, string target) => Assert.Equal(target, MarkdownLinks.Target(url));

    [Fact]
    public void Links_in_a_cell_are_resolved() =>
        Assert.Contains("<a href=\"02-data.html\">data</a>", Body(Text("[data](02-data.ipynb)")), StringComparison.Ordinal);

    [Fact]
    public void Heading_ids_come_from_the_text_and_are_unique_on_the_page()
    {
        var main = Body(
            Text("# Title\n\n## The loss\n\n### `CreateModel()`, again"),
            Text("## The loss\n\n## The loss\n\n## Über 3×3\n\n## cell-1\n\n## !")
        );

        foreach (var id in new[] { "the-loss", "createmodel-again", "the-loss-2", "the-loss-3", "über-33", "section-cell-1", "section" })
        {
            Assert.Equal(1, Count(main, $" id=\"{id}\""));
        }
    }

    [Fact]
    public void The_table_of_contents_lists_levels_two_and_three()
    {
        var page = Render(Text("# Title\n\n## One & two\n\n### Part\n\n#### Deep\n\n## Three"));
        var contents = page[
            page.IndexOf("<nav class=\"contents\"", StringComparison.Ordinal)..page.IndexOf("<main", StringComparison.Ordinal)
        ];

        Assert.Equal(3, Count(contents, "<li>"));
        Assert.Equal(Count(contents, "<ol>"), Count(contents, "</ol>"));
        Assert.Equal(3, Count(contents, "</li>"));
        Assert.Contains("<a href=\"#one--two\">One &amp; two</a>", contents, StringComparison.Ordinal);
        Assert.DoesNotContain("Deep", contents, StringComparison.Ordinal);
    }

    [Fact]
    public void No_headings_no_table_of_contents() =>
        Assert.DoesNotContain("class=\"contents\"", Render(Text("# Title\n\ntext")), StringComparison.Ordinal);

    [Theory]
    [InlineData("$x < 1$", "<span class=\"math\">x &lt; 1</span>")]
    [InlineData(@"so \(a_1\) is", "<span class=\"math\">a_1</span>")]
    [InlineData(@"so \\(a_1 \cdot b_2\\) is", "<span class=\"math\">a_1 \\cdot b_2</span>")]
    [InlineData("$$\nx_1\n$$", "<div class=\"math display\">x_1</div>")]
    [InlineData("\\[\nx_1\n\\]", "<span class=\"math display\">x_1</span>")]
    [InlineData("\\begin{align}\na &= b\n\\end{align}", "<span class=\"math display\">\\begin{align}\na &amp;= b\n\\end{align}</span>")]
    [InlineData("so $a +\nb$ is", "<span class=\"math\">a +\nb</span>")]
    [InlineData("so \\(a +\nb\\) is", "<span class=\"math\">a +\nb</span>")]
    [InlineData(@"so \[a_1 = b\] is", "<span class=\"math display\">a_1 = b</span>")]
    [InlineData(@"so \\[a\\] is", "<span class=\"math display\">a</span>")]
    [InlineData(@"so \begin{cases}1\end{cases} is", "<span class=\"math display\">\\begin{cases}1\\end{cases}</span>")]
    public void Formulas_are_kept_as_latex_for_the_browser(string markdown, string html)
    {
        var page = Render(Text(markdown));
        Assert.Contains(html, page, StringComparison.Ordinal);
        Assert.Contains("var temml=", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("It costs $5 or $10.")]
    [InlineData(@"A \[bracket\] in text, and C:\(x")]
    [InlineData(@"No link: \[a = b\](c)")]
    [InlineData("It costs $5\nor $10.")]
    [InlineData("It costs $5 a piece\nand b$4.")]
    [InlineData("`$x$` in code")]
    public void What_is_no_formula_stays_text_and_brings_no_temml(string markdown)
    {
        var page = Render(Text(markdown));
        Assert.DoesNotContain("class=\"math", page, StringComparison.Ordinal);
        Assert.DoesNotContain("temml", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Tables_scroll_hints_fold_and_tasks_have_a_name()
    {
        var main = Body(Text("| a |\n| - |\n| 1 |\n\n<details><summary>Hint</summary>\n\n**bold**\n\n</details>\n\n- [x] done"));

        Assert.Matches("<div class=\"scroll\">\\s*<table>", main);
        Assert.Contains("<details><summary>Hint</summary>", main, StringComparison.Ordinal);
        Assert.Contains("<strong>bold</strong>", main, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"done\"", main, StringComparison.Ordinal);
        Assert.DoesNotContain("<input", main, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_travel_in_the_page_or_are_linked()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, "a.png"), [1, 2, 3]);
            var inner = Directory.CreateDirectory(Path.Combine(folder.FullName, "notebooks")).FullName;
            File.WriteAllBytes(Path.Combine(inner, "b c.png"), [4, 5, 6]);
            var cell = Text(
                "![in](b%20c.png) ![out](../a.png) ![far](https://example.org/x.png) ![att](attachment:p.png)\n\n![gone](gone.png)"
            );
            var markup = Text(
                "<img src=\"b%20c.png\" width=\"5\"> <img src=\"attachment:p.png\" alt=\"att\"> "
                    + "<img src=\"lost.png\" alt=\"x\"> <img src=\"https://example.org/y.png\" alt=\"y\">"
            );
            foreach (var one in new[] { cell, markup })
            {
                one["attachments"] = System.Text.Json.Nodes.JsonNode.Parse("""{ "p.png": { "image/png": "QUJD" } }""");
            }

            var main = BodyOf(NotebookPage.Render(NotebookAt(Path.Combine(inner, "n.ipynb"), cell, markup), new()));

            Assert.Contains("<img src=\"data:image/png;base64,BAUG\" alt=\"in\" />", main, StringComparison.Ordinal);
            Assert.Contains("<img src=\"data:image/png;base64,QUJD\" alt=\"att\" />", main, StringComparison.Ordinal);
            Assert.Contains("<a href=\"../a.png\">out</a>", main, StringComparison.Ordinal);
            Assert.Contains("<a href=\"https://example.org/x.png\">far</a>", main, StringComparison.Ordinal);
            Assert.Contains("<img src=\"data:image/png;base64,BAUG\" width=\"5\">", main, StringComparison.Ordinal);
            Assert.Contains("<img src=\"data:image/png;base64,QUJD\" alt=\"att\">", main, StringComparison.Ordinal);
            Assert.Contains("<a href=\"https://example.org/y.png\">y</a>", main, StringComparison.Ordinal);
            Assert.Contains("[The picture gone.png is missing.]", main, StringComparison.Ordinal);
            Assert.Contains("[The picture lost.png is missing.]", main, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
