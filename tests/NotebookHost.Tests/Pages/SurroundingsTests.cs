using NotebookHost.Pages;
using static NotebookHost.Tests.Pages.Sample;

namespace NotebookHost.Tests.Pages;

/// <summary>What a page says about its run, and how it shows links to pages that are not there.</summary>
public sealed class SurroundingsTests
{
    [Fact]
    public void A_failed_notebook_says_so_at_the_top_and_leads_to_the_cell()
    {
        var error = new CellFailure(2, 3, "id", "ArgumentException", "Bad <shape>.\nAnd more.");
        var main = BodyOf(
            NotebookPage.Render(
                Notebook(Text("# T"), Code("f();", Error("ArgumentException", "Bad"))),
                new() { Status = RunStatus.Failed, Error = error }
            )
        );

        Assert.StartsWith(
            "<section class=\"failure\"",
            main[(main.IndexOf('>', StringComparison.Ordinal) + 1)..].TrimStart(),
            StringComparison.Ordinal
        );
        Assert.Contains("This notebook failed", main, StringComparison.Ordinal);
        Assert.Contains("<a href=\"#cell-2\">Cell 2</a>, line 3: <strong>ArgumentException</strong>", main, StringComparison.Ordinal);
        Assert.Contains("Bad &lt;shape&gt;.\nAnd more.", main, StringComparison.Ordinal);
        Assert.Contains("id=\"cell-2\"", main, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunStatus.TimedOut, "took too long")]
    [InlineData(RunStatus.Interrupted, "was stopped")]
    [InlineData(RunStatus.Failed, "failed")]
    public void A_failure_before_the_first_cell_leads_nowhere(RunStatus status, string words)
    {
        var main = BodyOf(
            NotebookPage.Render(
                Notebook(Text("# T")),
                new() { Status = status, Error = new CellFailure(0, null, null, "Exited", "The process died.") }
            )
        );
        Assert.Contains(words, main, StringComparison.Ordinal);
        Assert.Contains("<p>Before the first cell: <strong>Exited</strong></p>", main, StringComparison.Ordinal);
        Assert.DoesNotContain("<a ", main, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_run_that_went_well_nothing_is_said() =>
        Assert.DoesNotContain("class=\"failure\"", Body(Text("# T")), StringComparison.Ordinal);

    [Theory]
    [InlineData("[a *b* `c`](there.ipynb#x)", "<a href=\"there.html#x\">a <em>b</em> <code>c</code></a>")]
    [InlineData("[a *b* `c`](not%20there.ipynb#x) d", "<p>a <em>b</em> <code>c</code> d</p>")]
    [InlineData("[a](./other.ipynb)", "<p>a</p>")]
    [InlineData("[a](sub/other.ipynb)", "<a href=\"sub/other.ipynb\">a</a>")]
    [InlineData("[a](https://example.com/other.ipynb)", "<a href=\"https://example.com/other.ipynb\">a</a>")]
    public void A_link_to_a_page_that_is_not_there_is_text(string markdown, string html)
    {
        List<string> asked = [];
        var main = BodyOf(
            NotebookPage.Render(
                Notebook(Text(markdown)),
                new()
                {
                    HasPage = page =>
                    {
                        asked.Add(page);
                        return page == "there.html";
                    },
                }
            )
        );
        Assert.Contains(html, main, StringComparison.Ordinal);
        Assert.All(asked, page => Assert.Contains(page, (string[])["there.html", "not there.html", "other.html"]));
    }

    [Fact]
    public void Rows_of_links_are_known_as_such()
    {
        Assert.Contains(
            "<p class=\"row-of-links\">",
            Body(Text("[1 One](a.html) · [2 Two](b.html) · **3 Three** · [4 Four](d.html)")),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            "row-of-links",
            Body(
                Text("**Next:** [Step 1](a.html)\n\nSee [1](a.html), [2](b.html) and [3](c.html) for more than links alone can say of it.")
            ),
            StringComparison.Ordinal
        );
    }
}
