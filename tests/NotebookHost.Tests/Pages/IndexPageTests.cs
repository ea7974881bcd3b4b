using NotebookHost.Pages;

namespace NotebookHost.Tests.Pages;

public sealed class IndexPageTests
{
    private static readonly DateTimeOffset Started = new(2026, 3, 4, 15, 16, 17, TimeSpan.FromHours(1));

    [Fact]
    public void Each_notebook_has_its_words_numbers_and_links()
    {
        var main = Page(
            new("03 model.ipynb", "The model", "03 model.html", "03 model.ipynb", RunStatus.Passed, 65.4, 12, 12, 1_234_000_000, null),
            new("04.ipynb", "Compile", null, null, RunStatus.NotRun, 0, 0, 5, null, null)
        );
        var shown = Sample.Shown(main);

        foreach (
            var words in new[]
            {
                "Ran to the end",
                "1 min 05 s",
                "12 cells",
                "peak memory 1.2 GB",
                "Not run",
                "1 of 2 ran to the end",
                "4 March 2026, 15:16",
            }
        )
        {
            Assert.Contains(words, shown, StringComparison.Ordinal);
        }

        Assert.Contains("href=\"03%20model.html\"", main, StringComparison.Ordinal);
        Assert.Contains("href=\"03%20model.ipynb\"", main, StringComparison.Ordinal);
        Assert.Contains("datetime=\"2026-03-04T15:16:17+01:00\"", main, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_names_cell_and_line_and_leads_there()
    {
        var main = Page(
            new NotebookResult(
                "a.ipynb",
                "A",
                "a.html",
                "a.ipynb",
                RunStatus.Failed,
                3.9,
                4,
                12,
                455_000_000,
                new(9, 3, "x", "ArgumentException", "Bad shape.")
            )
        );

        Assert.Contains("<a href=\"a.html#cell-9\">Cell 9</a>, line 3: <strong>ArgumentException</strong>", main, StringComparison.Ordinal);
        foreach (var words in new[] { "Failed", "4 of 12 cells", "455 MB", "3.9 s", "Bad shape.", "0 of 1 ran to the end" })
        {
            Assert.Contains(words, Sample.Shown(main), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_failure_before_the_first_cell_names_no_cell()
    {
        var main = Page(
            new NotebookResult(
                "a.ipynb",
                "A",
                "a.html",
                null,
                RunStatus.Failed,
                1,
                0,
                12,
                null,
                new(0, null, null, "Exited", "The process died.")
            )
        );
        Assert.Contains("Before the first cell", main, StringComparison.Ordinal);
        Assert.DoesNotContain("cell-0", main, StringComparison.Ordinal);
    }

    [Fact]
    public void All_text_is_encoded()
    {
        const string Hostile = "<script>alert(\"1\")</script>";
        var main = Page(
            new NotebookResult(
                Hostile,
                Hostile,
                Hostile + ".html",
                Hostile,
                RunStatus.TimedOut,
                1,
                1,
                2,
                null,
                new(1, 1, Hostile, Hostile, Hostile)
            )
        );

        Assert.DoesNotContain("<script>", main, StringComparison.Ordinal);
        Assert.Contains("Timed out", main, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_run_has_a_page_too() => Assert.Contains("0 of 0 ran to the end", Page(), StringComparison.Ordinal);

    private static string Page(params NotebookResult[] notebooks) =>
        Sample.BodyOf(IndexPage.Render(new RunSummary(Started, 3725, notebooks)));
}
