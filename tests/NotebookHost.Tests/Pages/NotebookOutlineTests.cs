using System.Text.Json.Nodes;
using NotebookHost.Pages;
using static NotebookHost.Tests.Pages.Sample;

namespace NotebookHost.Tests.Pages;

/// <summary>What the list of all notebooks says about each: its first paragraph and its sections.</summary>
public sealed class NotebookOutlineTests
{
    [Theory]
    [InlineData("# T\n\nWhat it is *about*, with `code`\nand a [link](a.ipynb).\n\nMore.", "What it is about, with code and a link.")]
    [InlineData("# T\n\n[0 One](a.ipynb) · **1 Two** · [2 Three](c.ipynb)\n\nThe lead.", "The lead.")]
    [InlineData("# T\n\n- a list\n\n> a quote\n\n| a | b |\n|---|---|\n| c | d |\n\nThe lead.", "The lead.")]
    [InlineData("# T", "")]
    public void The_lead_is_the_first_paragraph_that_is_no_row_of_links(string markdown, string lead) =>
        Assert.Equal(lead, NotebookOutline.Of(Notebook(Text(markdown))).Lead);

    [Fact]
    public void The_lead_may_stand_in_a_later_cell() =>
        Assert.Equal("The lead.", NotebookOutline.Of(Notebook(Text("# T"), Code("1"), Text("The lead."))).Lead);

    [Fact]
    public void A_long_lead_is_cut_after_a_sentence_or_else_a_word()
    {
        var sentence = string.Join(' ', Enumerable.Repeat("word", 50)) + ".";
        Assert.Equal(sentence, NotebookOutline.Of(Notebook(Text($"{sentence} {sentence}"))).Lead);
        Assert.Equal(
            string.Join(' ', Enumerable.Repeat("word", 64)) + " …",
            NotebookOutline.Of(Notebook(Text(string.Join(' ', Enumerable.Repeat("word", 500))))).Lead
        );
        Assert.Equal(320 + 2, NotebookOutline.Of(Notebook(Text(new string('x', 100_000)))).Lead.Length);
    }

    [Fact]
    public void Its_sections_have_the_anchors_of_its_page()
    {
        var notebook = Notebook(Text("# T\n\n## Part\n\n### Detail"), Code("1"), Text("## Part\n\n## Another & more"));
        var sections = NotebookOutline.Of(notebook).Sections;
        Assert.Equal(["Part", "Part", "Another & more"], sections.Select(section => section.Text));
        Assert.Equal(["part", "part-2", "another--more"], sections.Select(section => section.Id));
        var page = NotebookPage.Render(notebook, new());
        Assert.All(sections, section => Assert.Contains($"<h2 id=\"{section.Id}\">", page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_course_names_the_list_and_every_page()
    {
        var notebook = Notebook(Text("# T\n\nThe \"lead\"."));
        notebook.Root["metadata"]!.AsObject()["course"] = "A <course>";
        Assert.Equal("A <course>", NotebookOutline.Of(notebook).Course);
        var page = NotebookPage.Render(notebook, new());
        Assert.Contains("<title>T · A &lt;course&gt;</title>", page, StringComparison.Ordinal);
        Assert.Contains("<meta name=\"description\" content=\"The &quot;lead&quot;.\">", page, StringComparison.Ordinal);

        notebook.Root["metadata"]!.AsObject()["course"] = new JsonArray(1);
        Assert.Equal("", notebook.Course);
    }

    [Fact]
    public void The_index_shows_lead_and_sections_and_links_only_to_pages_that_are_there()
    {
        NotebookResult[] notebooks =
        [
            new("00-first.ipynb", "First", "00-first.html", "00-first.ipynb", RunStatus.Passed, 1, 2, 2, null, null),
            new("second.ipynb", "Second", null, null, RunStatus.NotRun, 0, 0, 2, null, null),
        ];
        var outline = new NotebookOutline("The <course>", "Lead & more", [new Heading(2, "part", "Part <1>", "")]);
        var main = BodyOf(IndexPage.Render(new RunSummary(DateTimeOffset.Now, 1, notebooks), [outline, outline]));

        Assert.Contains("<h1>The &lt;course&gt;</h1>", main, StringComparison.Ordinal);
        Assert.Equal(2, Count(main, "<p class=\"lead\">Lead &amp; more</p>"));
        Assert.Equal(2, Count(main, "<summary>1 section</summary>"));
        Assert.Contains("<li><a href=\"00-first.html#part\">Part &lt;1&gt;</a></li>", main, StringComparison.Ordinal);
        Assert.Contains("<li>Part &lt;1&gt;</li>", main, StringComparison.Ordinal);
        Assert.Contains(
            "<li data-page=\"00-first.html\"><span class=\"number passed\" aria-hidden=\"true\">0</span>",
            main,
            StringComparison.Ordinal
        );
        Assert.Contains("<li><span class=\"number stopped\" aria-hidden=\"true\">2</span>", main, StringComparison.Ordinal);
    }
}
