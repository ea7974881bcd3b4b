using System.Diagnostics;
using System.Text.Json.Nodes;
using NotebookHost.Pages;
using NotebookHost.Worker;
using static NotebookHost.Tests.Pages.Sample;

namespace NotebookHost.Tests.Pages;

/// <summary>Notebooks from somebody else: their text brings nothing active into a page, and no output breaks the page around it.</summary>
public sealed class HostilePageTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("text <ScRiPt src=data:text/javascript,alert(1)></sCrIpT> text")]
    [InlineData("<img src=x onerror=\"alert(1)\">")]
    [InlineData("<details open ontoggle=alert(1)><summary onclick='alert(1)'>x</summary></details>")]
    [InlineData("<a href=\"javascript:alert(1)\">x</a>")]
    [InlineData("<a href=\" jav&#x09;ascript&colon;alert(1)\">x</a>")]
    [InlineData("<a href=\"data:text/html,<script>alert(1)</script>\">x</a>")]
    [InlineData("<svg onload=alert(1)><script>alert(1)</script><a xlink:href='javascript:alert(1)'>x</a></svg>")]
    [InlineData("<math><mtext></mtext><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>")]
    [InlineData("<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>")]
    [InlineData("<object data=\"javascript:alert(1)\"></object><embed src=\"javascript:alert(1)\">")]
    [InlineData("<form action=\"javascript:alert(1)\"><button formaction=\"javascript:alert(1)\">x</button></form>")]
    [InlineData("<noscript><p title=\"</noscript><script>alert(1)</script>\"></noscript>")]
    [InlineData("<template><script>alert(1)</script></template>")]
    [InlineData("<textarea></textarea><script>alert(1)</script>")]
    [InlineData("<!--><script>alert(1)</script>-->")]
    [InlineData(
        "<meta http-equiv=refresh content=\"0;javascript:alert(1)\"><base href=\"javascript:alert(1)//\"><link rel=stylesheet "
            + "href=javascript:alert(1)>"
    )]
    [InlineData(
        "<style>main { background: url(javascript:alert(1)) }</style><p style=\"background:url(javascript:alert(1)); position: "
            + "fixed\">x</p>"
    )]
    [InlineData("[x](javascript:alert(1)) [y](<java\tscript:alert(1)>) ![z](javascript:alert(1)) <javascript:alert(1)>")]
    [InlineData("![z](data:image/svg+xml,<svg/onload=alert(1)>\"onerror=alert(1))")]
    public void A_text_cell_brings_nothing_that_acts(string markdown)
    {
        var main = Body(Text(markdown));
        // All tags of what the notebook brought; the page's own scripts stand outside.
        var tags = string.Concat(System.Text.RegularExpressions.Regex.Matches(main, "<[^>]*>").Select(tag => tag.Value));
        Assert.DoesNotMatch(
            "(?i)<(script|style|iframe|object|embed|form|button|svg|math|meta|base|link|template|textarea|noscript)\\b",
            tags
        );
        Assert.DoesNotMatch("(?i)\\son\\w+\\s*=", System.Text.RegularExpressions.Regex.Replace(tags, "\"[^\"]*\"", "\"\""));
        Assert.DoesNotMatch("(?i)(href|src|data|action)=\"\\s*(javascript|data:text)", tags);
        Assert.DoesNotMatch("(?i)style=\"[^\"]*(javascript|position)", tags);
        Assert.Equal(Count(main, "<div"), Count(main + "</div>", "</div>") - 1);
    }

    [Fact]
    public void Folding_tables_pictures_and_formats_in_a_text_cell_stay()
    {
        const string Html =
            "<details open><summary>Hint</summary>\n\n**bold** `List<int>` and $x<1$\n\n```csharp\nvar x = "
            + "1;\n```\n\n</details>\n\n<table><tr><td align=\"right\">1</td></tr></table>\n\n"
            + "<img src=\"data:image/png;base64,AAAA\" alt=\"dot\" width=\"3\"> <sub>i</sub> <kbd>Tab</kbd> <a href=\"02-data.ipynb\" "
            + "id=\"here\">next</a> List<T> of <int> stays";
        var main = Body(Text(Html));
        foreach (
            var part in new[]
            {
                "<details open",
                "<summary>Hint</summary>",
                "<strong>bold</strong>",
                "List&lt;int&gt;",
                "<span class=\"math\">x&lt;1</span>",
                "<span class=\"k\">var</span>",
                "<td align=\"right\">1</td>",
                "src=\"data:image/png;base64,AAAA\"",
                "<sub>i</sub>",
                "<kbd>Tab</kbd>",
                "href=\"02-data.html\"",
                "id=\"here\"",
                "stays",
            }
        )
        {
            Assert.Contains(part, main, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("<!-- never closed")]
    [InlineData("<textarea>never closed")]
    [InlineData("<script>never closed")]
    [InlineData("<table><tr><td>never closed")]
    [InlineData("<div><div><b>never closed")]
    [InlineData("</div></div></main></body></html>closed too often")]
    [InlineData("<p title=\"never closed")]
    [InlineData("<plaintext>never closed")]
    public void An_html_output_that_is_not_closed_leaves_the_page_whole(string html)
    {
        var page = Render(Code("c", Data(("text/html", html))), Text("the cell behind"));
        using var document = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(page);
        var cells = document.QuerySelectorAll("main > .cell");
        Assert.Equal(["cell-1", "cell-2"], cells.Select(cell => cell.Id));
        Assert.Equal("the cell behind", cells[1].TextContent.Trim());
        Assert.NotNull(document.QuerySelector("body > footer"));
    }

    [Fact]
    public void Html_that_closes_what_it_opens_stays_to_the_letter()
    {
        const string Html =
            "<style>p{margin:0}</style><p>one<p>two<div ID=a CLASS='x'>&nbsp;<img src=data:,><br></div><script>if (1 < 2 && '</div>') "
            + "f();</script><ul><li>a<li>b</ul>";
        Assert.Contains(Html, Body(Code("c", Data(("text/html", Html)))), StringComparison.Ordinal);
    }

    [Fact]
    public void An_html_output_that_nests_without_end_is_left_out() =>
        Assert.Contains(
            "nests too deep",
            Body(Code("c", Data(("text/html", string.Concat(Enumerable.Repeat("<div>", 100_000)))))),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("\r", "\u001b[1000B")]
    [InlineData("\r", "\u001b[1000Cx\r\n")]
    [InlineData("\r", "\n\u001b[1000Gx")]
    [InlineData("\r", "\n")]
    public void A_small_terminal_text_does_not_ask_for_a_large_page(string start, string piece)
    {
        var text = start + string.Concat(Enumerable.Repeat(piece, OutputLimits.MostText / piece.Length));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var html = TerminalText.ToHtml(text);
        Assert.InRange(html.Length, 0, 2 * OutputLimits.MostText);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 150_000_000);
    }

    [Fact]
    public void Deep_json_in_an_output_is_not_indented_to_thirty_times_its_size()
    {
        var json =
            string.Concat(Enumerable.Repeat("[", 60))
            + string.Join(',', Enumerable.Repeat("0", 500_000))
            + string.Concat(Enumerable.Repeat("]", 60));
        Assert.InRange(Body(Code("c", Data(("application/json", JsonNode.Parse(json)!)))).Length, 1_000_000, 1_100_000);
    }

    [Fact]
    public void Names_and_titles_are_text_wherever_they_stand()
    {
        const string Hostile = "\"><script>alert(1)</script>";
        var page = NotebookPage.Render(
            NotebookAt($"/x/{Hostile.Replace('/', '_')}.ipynb", Text("no heading")),
            new() { Previous = new(Hostile, Hostile), Next = new(Hostile, "../x.html") }
        );
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        var index = IndexPage.Render(
            new RunSummary(
                DateTimeOffset.Now,
                1,
                [
                    new NotebookResult(
                        Hostile,
                        Hostile,
                        Hostile,
                        Hostile,
                        RunStatus.Failed,
                        1,
                        0,
                        1,
                        null,
                        new CellFailure(1, 1, Hostile, Hostile, Hostile)
                    ),
                ]
            )
        );
        Assert.DoesNotContain("<script>alert", index, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_is_taken_from_the_notebooks_folder_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, "secret.png"), [1, 2, 3]);
            var inner = folder.CreateSubdirectory("inner").FullName;
            File.CreateSymbolicLink(Path.Combine(inner, "file.png"), "../secret.png");
            Directory.CreateSymbolicLink(Path.Combine(inner, "up"), "..");
            File.CreateSymbolicLink(Path.Combine(inner, "circle.png"), "circle.png");
            File.CreateSymbolicLink(Path.Combine(inner, "endless.png"), "/dev/zero");
            using (var fifo = TestProcess.Start("mkfifo", Path.Combine(inner, "fifo.png")))
            {
                fifo.WaitForExit();
            }

            Directory.CreateDirectory(Path.Combine(inner, "folder.png"));
            File.WriteAllBytes(Path.Combine(inner, "good.png"), [7, 8, 9]);
            File.CreateSymbolicLink(Path.Combine(inner, "alias.png"), "good.png");
            string[] names =
            [
                "file.png",
                "up/secret.png",
                "circle.png",
                "endless.png",
                "fifo.png",
                "folder.png",
                "../secret.png",
                "%2e%2e/secret.png",
                "good.png",
                "alias.png",
            ];
            var main = BodyOf(
                NotebookPage.Render(
                    NotebookAt(Path.Combine(inner, "n.ipynb"), Text(string.Join('\n', names.Select(name => $"![p]({name})")))),
                    new()
                )
            );
            Assert.Equal(2, Count(main, "<img"));
            Assert.Equal(2, Count(main, "base64,BwgJ"));
            Assert.DoesNotContain("AQID", main, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
