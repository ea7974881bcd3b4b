using System.Text.Json.Nodes;
using NotebookHost.Pages;
using static NotebookHost.Tests.Pages.Sample;

namespace NotebookHost.Tests.Pages;

public sealed class OutputTests
{
    private const string Hostile = "</pre><script>alert('x')</script>\"&";

    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    public static TheoryData<string> HostileOutputs =>
        new(
            Stream(Hostile).ToJsonString(),
            Stream(Hostile, "stderr").ToJsonString(),
            Data(("text/plain", Hostile)).ToJsonString(),
            Data(("text/csv", Hostile)).ToJsonString(),
            Data(("text/latex", Hostile)).ToJsonString(),
            Data(("text/markdown", Hostile)).ToJsonString(),
            Data(("application/json", Hostile)).ToJsonString(),
            Data(("image/svg+xml", $"<svg xmlns='http://www.w3.org/2000/svg'>{Hostile}</svg>")).ToJsonString(),
            Data(("image/png", Hostile), ("text/plain", Hostile)).ToJsonString(),
            Data((Hostile, "unknown type")).ToJsonString(),
            Error(Hostile, Hostile, Hostile, "\x1b[31m" + Hostile).ToJsonString()
        );

    [Theory]
    [MemberData(nameof(HostileOutputs))]
    public void Only_html_outputs_bring_markup(string output)
    {
        var main = Body(Code("cell", JsonNode.Parse(output)!.AsObject()));

        Assert.DoesNotContain("<script>alert", main, StringComparison.Ordinal);
        Assert.DoesNotContain("\"&\"", main, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_stays_as_it_is()
    {
        const string Html = "<b onclick=\"f()\">bold</b><script>f()</script>";
        Assert.Contains(Html, Body(Code("cell", Data(("text/html", Html)))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_richest_type_is_shown()
    {
        Assert.Contains(
            "<i>html</i>",
            Body(Code("c", Data(("text/plain", "plain"), ("image/png", Pixel), ("text/html", "<i>html</i>")))),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "data:image/png",
            Body(Code("c", Data(("text/plain", "plain"), ("image/jpeg", Pixel), ("image/png", Pixel)))),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "<strong>md</strong>",
            Body(Code("c", Data(("text/plain", "plain"), ("text/markdown", "**md**")))),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "data:image/svg+xml;base64,",
            Body(Code("c", Data(("image/svg+xml", "<svg/>"), ("image/png", Pixel)))),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Images_have_a_text_and_their_size()
    {
        var output = Data(("image/png", new JsonArray(Pixel[..20] + "\n", Pixel[20..])), ("text/plain", "A \"seven\""));
        output["metadata"] = new JsonObject { ["image/png"] = new JsonObject { ["width"] = 280 } };
        var main = Body(Code("c", output));

        Assert.Contains(
            $"<img alt=\"A &quot;seven&quot;\" width=\"280\" src=\"data:image/png;base64,{Pixel}\">",
            main,
            StringComparison.Ordinal
        );
        Assert.Contains("alt=\"Figure from cell 1\"", Body(Code("c", Data(("image/png", Pixel)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Pieces_of_one_stream_become_one_so_that_a_later_piece_overwrites_an_earlier()
    {
        var main = Body(Code("c", Stream("epoch 1"), Stream("\repoch 2\n"), Stream("oops", "stderr")));

        Assert.DoesNotContain("epoch 1", main, StringComparison.Ordinal);
        Assert.Contains(">epoch 2</pre>", main, StringComparison.Ordinal);
        Assert.Matches("class=\"output stream stderr[^>]*>oops</pre>", main);
    }

    [Fact]
    public void An_error_shows_name_message_and_trace_once()
    {
        var main = Shown(Body(Code("c", Error("ArgumentException", "Wrong shape.", "\x1b[31mat cell 1\x1b[0m", "line 2"))));
        Assert.Contains("ArgumentException: Wrong shape.at cell 1\nline 2", main, StringComparison.Ordinal);

        main = Shown(Body(Code("c", Error("ArgumentException", "Wrong shape.", "ArgumentException: Wrong shape."))));
        Assert.Equal(1, Count(main, "Wrong shape."));
    }

    [Fact]
    public void Unusual_outputs_do_no_harm()
    {
        var main = Shown(
            Body(
                Code(
                    "c",
                    Data(("application/x-thing", "1")),
                    new JsonObject { ["output_type"] = "new" },
                    Data(),
                    Data(("application/json", new JsonArray(1, 2)))
                )
            )
        );
        Assert.Contains("application/x-thing", main, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_style_in_many_outputs_is_written_once()
    {
        var html = Body([
            .. Enumerable.Range(0, 5).Select(i => Code("c", Data(("text/html", $"<p>{i}</p><style>p {{ margin: 0 }}</style>")))),
        ]);
        Assert.Equal(1, Count(html, "<style>"));
        Assert.Contains("<p>4</p>", html, StringComparison.Ordinal);
    }
}
