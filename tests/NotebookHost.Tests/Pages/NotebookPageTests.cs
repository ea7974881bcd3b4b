using System.Diagnostics;
using System.Text.Json.Nodes;
using NotebookHost.Pages;
using static NotebookHost.Tests.Pages.Sample;

namespace NotebookHost.Tests.Pages;

public sealed class NotebookPageTests
{
    [Fact]
    public void A_page_asks_for_nothing_outside()
    {
        var page = NotebookPage.Render(
            Notebook(Text("# T\n\n## H\n\n$x$"), Code("1", Stream("x"))),
            new()
            {
                Previous = new("Back", "a.html"),
                Next = new("On", "b.html"),
                Index = new("All", "index.html"),
                FileName = "here.html",
            }
        );

        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)<(script|img|iframe|link)[^>]+(src|href)=[\"']?(?!data:)[a-z./]", page);
        Assert.DoesNotMatch("(?i)@import|url\\((?!data:|[\"']data:|%23)", page);
    }

    [Theory]
    [InlineData("#!import 01-setup.ipynb", true)]
    [InlineData("// Setup again\n#!import 01-setup.ipynb\n\n#!import b.csx", true)]
    [InlineData("#!import build.cs", false)]
    [InlineData("#!import 01-setup.ipynb\nx", false)]
    [InlineData("x", false)]
    [InlineData("// nothing", false)]
    public void What_a_cell_prints_that_only_imports_notebooks_is_folded(string source, bool folded)
    {
        var body = Body(Code(source, Stream("much"), Data(("text/html", "<b>more</b>"))));
        Assert.Equal(folded ? 1 : 0, Count(body, "<details class=\"folded\"><summary>What the import printed</summary>"));
        Assert.Equal(1, Count(body, "<div class=\"outputs\">"));
        Assert.Equal(Count(body, "<details"), Count(body, "</details>"));
        Assert.Contains("much", body, StringComparison.Ordinal);
    }

    [Fact]
    public void An_import_that_failed_or_printed_nothing_hides_nothing()
    {
        Assert.Contains(
            "<details class=\"folded\" open>",
            Body(Code("#!import a.ipynb", Stream("x"), Error("E", "broken"))),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("<details", Body(Code("#!import a.ipynb")), StringComparison.Ordinal);
    }

    [Fact]
    public void Title_and_first_heading_come_from_the_notebook()
    {
        Assert.Contains(
            "<title>The `model` &lt;3</title>".Replace("`", "", StringComparison.Ordinal),
            Render(Text("# The `model` <3")),
            StringComparison.Ordinal
        );

        var page = Render(Text("## Only a part"));
        Assert.Contains("<title>sample</title>", page, StringComparison.Ordinal);
        Assert.Equal(1, Count(page, "<h1"));
    }

    [Fact]
    public void Neighbours_are_linked_in_header_and_footer()
    {
        var page = NotebookPage.Render(
            Notebook(Text("# T")),
            new()
            {
                Previous = new("A & <b>", "a b.html"),
                Next = new("Next", "n.html"),
                Index = new("All", "index.html"),
            }
        );

        Assert.Equal(2, Count(page, "rel=\"prev\" href=\"a%20b.html\"><small>Previous</small> <span>A &amp; &lt;b&gt;</span></a>"));
        Assert.Equal(2, Count(page, "rel=\"next\" href=\"n.html\""));
        Assert.Equal(2, Count(page, "href=\"index.html\""));
        Assert.DoesNotContain("<nav", Render(Text("# T")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_code_cell_has_an_anchor_a_count_and_its_source()
    {
        var main = Body(Text("# T"), Code("var <x> = 1;"));
        Assert.Contains("id=\"cell-2\"", main, StringComparison.Ordinal);
        Assert.Contains("title=\"Execution count\">7</span>", main, StringComparison.Ordinal);
        Assert.Contains("var <x> = 1;", Shown(main), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_tagged_hide_input_folds_its_code_and_not_its_output()
    {
        var cell = Code("Draw();", Stream("seen"));
        cell["metadata"] = new JsonObject { ["tags"] = new JsonArray("hide-input") };
        var main = Body(cell);

        Assert.Matches("(?s)<details class=\"folded\"><summary>.*Draw.*</details>.*seen", main);
    }

    [Fact]
    public void Empty_cells_leave_no_trace_and_raw_cells_are_text()
    {
        var raw = Text("<b>raw</b>");
        raw["cell_type"] = "raw";
        var main = Body(Code("  \n"), raw);

        Assert.DoesNotContain("cell-1", main, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;raw", main, StringComparison.Ordinal);
    }

    [Fact]
    public void Rendering_changes_nothing_in_the_notebook_and_gives_the_same_page_again()
    {
        var notebook = Notebook(Text("# T\n\n## A"), Code("1", Data(("text/html", "<p>x</p>"))));
        var before = notebook.ToJson();
        var first = NotebookPage.Render(notebook, new());

        Assert.Equal(before, notebook.ToJson());
        Assert.Equal(first, NotebookPage.Render(notebook, new()));
    }

    // The aim is a second once Roslyn is warm, on a machine with nothing else to do. The limit leaves room for a busy one, and catches what
    // grows with the square.
    [Fact]
    public void A_page_of_a_hundred_cells_is_rendered_in_no_time()
    {
        var cells = Enumerable
            .Range(0, 100)
            .Select(i =>
                i % 2 == 0
                    ? Text($"## Part {i}\n\nText with $x_{i}$.")
                    : Code(string.Join('\n', Enumerable.Repeat($"var x{i} = Math.Sqrt({i});", 15)), Stream("done"))
            );
        var notebook = Notebook([.. cells]);
        NotebookPage.Render(notebook, new());

        var watch = Stopwatch.StartNew();
        NotebookPage.Render(notebook, new());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), $"took {watch.Elapsed}");
    }
}
