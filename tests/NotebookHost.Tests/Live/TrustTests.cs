using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Live;

/// <summary>Outputs that were made here are shown as they are, with their scripts in frames; what came with a file is not.</summary>
public sealed class TrustTests : LiveTest
{
    private const string Script = "display(HTML(\"<p>shown</p><script>1</script>\"));";

    private static string Saved(string html) =>
        new JsonObject
        {
            ["output_type"] = "display_data",
            ["metadata"] = new JsonObject(),
            ["data"] = new JsonObject { ["text/html"] = html },
        }.ToJsonString();

    private void WriteWithOutput(string name, string html)
    {
        var json = Samples.Json("1", "[markdown]<img src=x onerror=alert(1)><script>1</script>[a](javascript:alert(1))");
        json["cells"]![0]!["outputs"] = new JsonArray(JsonNode.Parse(Saved(html)));
        File.WriteAllText(FileOf(name), json.ToJsonString());
    }

    [Theory]
    [InlineData("<p>shown</p><script>alert(1)</script>")]
    [InlineData("<p>shown</p><img src=x onerror=alert(1)>")]
    [InlineData("<p>shown</p><svg onload=alert(1)></svg>")]
    [InlineData("<p>shown</p><iframe src=javascript:alert(1)></iframe>")]
    [InlineData("<p>shown</p><a href=\" javascript:alert(1)\">x</a>")]
    [InlineData("<p>shown</p><form action=http://evil.example><input name=a></form>")]
    [InlineData("<p>shown</p><style>@import 'http://evil.example'</style>")]
    public async Task A_foreign_output_is_shown_without_what_could_run(string html)
    {
        WriteWithOutput("foreign.ipynb", html);
        var (_, snapshot) = await Open("foreign.ipynb");
        Assert.False((bool)snapshot["trusted"]!);
        var output = snapshot["cells"]![0]!["outputs"]![0]!;
        Assert.Equal("html", (string)output["kind"]!);
        Assert.Contains("shown", (string)output["html"]!, StringComparison.Ordinal);
        foreach (var text in new[] { (string)output["html"]!, (string)snapshot["cells"]![1]!["rendered"]! })
        {
            Assert.DoesNotMatch("(?i)<script|onerror|onload|javascript:|<iframe|<form|evil", text);
        }
    }

    [Fact]
    public async Task An_output_made_here_runs_in_a_frame_and_is_trusted_after_a_restart_but_not_in_a_copy()
    {
        var (page, _) = await Open();
        await page.Edit("cell-1", Script);
        await page.Run("cell-1");
        await page.Until("saved");
        var output = page.Received.Last(message => (string)message["type"]! == "output")["output"]!;
        // The frame loads its document: it is not sent a second time.
        Assert.Equal(("frame", ""), ((string)output["kind"]!, (string)output["html"]!));

        // A sandboxed frame sends no cookie.
        using var frame = await Get((string)output["frame"]!);
        Assert.Contains(
            "<script>1</script>",
            await frame.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.StartsWith("sandbox allow-scripts;", frame.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var guessed = await Get("/frame/" + new string('0', 32));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, guessed.StatusCode);

        await RestartServerAsync();
        var (_, snapshot) = await Open();
        Assert.True((bool)snapshot["trusted"]!);
        Assert.Equal("frame", (string)snapshot["cells"]![0]!["outputs"]![0]!["kind"]!);

        File.Copy(FileOf("n.ipynb"), FileOf("copy.ipynb"));
        var (_, copy) = await Open("copy.ipynb");
        Assert.False((bool)copy["trusted"]!);
        Assert.Equal("html", (string)copy["cells"]![0]!["outputs"]![0]!["kind"]!);
    }
}
