using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Live;

/// <summary>Running cells from a page.</summary>
public sealed class SessionTests : LiveTest
{
    private static string Html(JsonObject snapshot, int cell) =>
        string.Concat(snapshot["cells"]![cell]!["outputs"]!.AsArray().Select(output => (string)output!["html"]!));

    private async Task<JsonObject> Snapshot()
    {
        var (page, snapshot) = await Open();
        page.Dispose();
        return snapshot;
    }

    [Fact]
    public async Task Cells_run_and_a_page_that_comes_later_sees_everything()
    {
        var (page, _) = await Open();
        await page.Send(new { type = "runAll" });
        await page.UntilEnd("cell-3");
        var snapshot = await Snapshot();
        Assert.Equal(["done", "none", "done"], snapshot["cells"]!.AsArray().Select(cell => (string)cell!["state"]!));
        Assert.Contains(">1<", Html(snapshot, 0), StringComparison.Ordinal);
        Assert.Contains("2", Html(snapshot, 2), StringComparison.Ordinal);

        // What was changed since it ran is stale, and what is changed back is not.
        await page.Edit("cell-3", "Console.Write(x)");
        await page.Until(message => (string)message["type"]! == "cell" && (string)message["state"]! == "stale");
        await page.Edit("cell-3", "Console.Write(x + 1)");
        await page.Until(message => (string)message["type"]! == "cell" && (string)message["state"]! == "done");
    }

    [Fact]
    public async Task Text_streams_and_a_page_that_leaves_and_comes_back_misses_nothing_and_gets_nothing_twice()
    {
        var (page, _) = await Open();
        await page.Edit("cell-1", "for (var i = 0; i < 30; i++) { Console.WriteLine($\"line {i}.\"); await Task.Delay(50); }");
        await page.Send(new { type = "run", cells = new[] { "cell-1" } });
        await page.Until("append");
        page.Dispose();
        var (again, snapshot) = await Open();
        Assert.Equal("running", (string)snapshot["cells"]![0]!["state"]!);
        var text = Html(snapshot, 0);
        await again.UntilEnd("cell-1");
        foreach (var message in again.Received)
        {
            text = (string)message["type"]! switch
            {
                "output" => (string)message["output"]!["html"]!,
                "append" => text.Replace("</pre>", "", StringComparison.Ordinal) + (string)message["html"]!,
                _ => text,
            };
        }

        Assert.Equal(
            Enumerable.Range(0, 30).Select(i => $"line {i}."),
            text.Split('\n')
                .Select(line => line.Replace("</pre>", "", StringComparison.Ordinal))
                .Where(line => line.StartsWith("line", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task A_session_that_is_killed_says_so_and_the_next_cell_runs_in_a_new_one()
    {
        var (page, _) = await Open();
        await page.Run("cell-1");
        await page.Edit("cell-3", "System.Diagnostics.Process.GetCurrentProcess().Kill(); await Task.Delay(60000);");
        var ended = await page.Run("cell-3");
        Assert.Equal("failed", (string)ended["state"]!);
        var snapshot = await Snapshot();
        Assert.Contains("signal 9", Html(snapshot, 2), StringComparison.Ordinal);
        Assert.Equal(["stale", "none", "stale"], snapshot["cells"]!.AsArray().Select(cell => (string)cell!["state"]!));
        await page.Edit("cell-3", "\"alive\"");
        Assert.Equal("done", (string)(await page.Run("cell-3"))["state"]!);
    }

    [Fact]
    public async Task Interrupting_stops_the_cell_and_what_waits_and_keeps_the_variables()
    {
        var (page, _) = await Open();
        await page.Run("cell-1");
        await page.Edit("cell-1", "x = 5; Console.Write(\"go\"); await Task.Delay(60000);");
        await page.Send(new { type = "runAll" });
        await page.Until("output");
        await page.Send(new { type = "interrupt" });
        await page.UntilEnd("cell-1");
        var snapshot = await Snapshot();
        Assert.Equal(["failed", "none", "none"], snapshot["cells"]!.AsArray().Select(cell => (string)cell!["state"]!));
        await page.Run("cell-3");
        Assert.Contains("6", Html(await Snapshot(), 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_and_run_all_runs_in_a_new_session_even_in_the_middle_of_a_cell()
    {
        var (page, _) = await Open();
        await page.Run("cell-1");
        await page.Edit(
            "cell-3",
            "if (x == 1) { x = 2; Console.Write(\"go\"); await Task.Delay(System.IO.File.Exists(\"again\") ? 0 : 60000); }"
        );
        await page.Send(new { type = "run", cells = new[] { "cell-3" } });
        await page.Until("output");
        await File.WriteAllTextAsync(FileOf("again"), "", TestContext.Current.CancellationToken);
        await page.Send(new { type = "restartAndRunAll" });
        await page.Until(message =>
            (string)message["type"]! == "cell" && (string)message["id"]! == "cell-3" && (string)message["state"]! == "done"
        );
        Assert.Equal(["done", "none", "done"], (await Snapshot())["cells"]!.AsArray().Select(cell => (string)cell!["state"]!));
    }

    [Fact]
    public async Task A_notebook_that_imports_itself_is_told()
    {
        var (page, _) = await Open();
        await page.Edit("cell-1", "#!import n.ipynb");
        Assert.Equal("failed", (string)(await page.Run("cell-1"))["state"]!);
        Assert.Contains("n.ipynb imports n.ipynb", Html(await Snapshot(), 0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_is_asked_for_in_the_page_and_again_in_a_page_that_comes_meanwhile()
    {
        var (page, _) = await Open();
        await page.Edit("cell-1", "Console.ReadLine() + \"!\"");
        await page.Send(new { type = "run", cells = new[] { "cell-1" } });
        await page.Until("input");
        var (other, _) = await Open();
        var input = await other.Until("input");
        await other.Send(
            new
            {
                type = "input",
                request = (int)input["request"]!,
                text = "typed",
            }
        );
        await page.UntilEnd("cell-1");
        // As in a terminal the answer stands there too.
        Assert.Matches("(?s)typed\n.*typed!", Html(await Snapshot(), 0));
    }

    [Fact]
    public async Task An_error_names_the_cell_and_the_line()
    {
        var (page, _) = await Open();
        await page.Edit("cell-3", "\nthrow new Exception(\"no\");");
        await page.Run("cell-3");
        var error = page.Received.Last(message => (string)message["type"]! == "output")["output"]!;
        Assert.Equal("error", (string)error["kind"]!);
        Assert.Equal(("cell-3", 2), ((string)error["links"]![0]!["cell"]!, (int)error["links"]![0]!["line"]!));
    }

    [Fact]
    public async Task A_cell_tagged_raises_exception_does_not_stop_those_after_it()
    {
        var path = Samples.Write(FileOf("meant.ipynb"), "var y = 1; throw new Exception(\"meant\");", "y + 1");
        var notebook = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
        notebook["cells"]![0]!["metadata"]!["tags"] = new JsonArray("raises-exception");
        await File.WriteAllTextAsync(path, notebook.ToJsonString(), TestContext.Current.CancellationToken);

        var (page, _) = await Open("meant.ipynb");
        await page.Send(new { type = "runAll" });
        Assert.Equal("failed", (string)(await page.UntilEnd("cell-1"))["state"]!);
        Assert.Equal("done", (string)(await page.UntilEnd("cell-2"))["state"]!);
    }

    [Fact]
    public async Task A_page_that_never_reads_is_cut_off_and_disturbs_nobody()
    {
        var lazy = await Connect();
        await lazy.Send(new { type = "hello" });
        var (page, _) = await Open();
        await page.Edit("cell-1", "for (var i = 0; i < 1_500; i++) { display(new string('x', 30_000)); } \"end\"");
        // One run alone puts out no more than what is kept for a page and what is under way to it.
        for (var run = 0; run < 3; run++)
        {
            Assert.Equal("done", (string)(await page.Run("cell-1"))["state"]!);
        }

        await Assert.ThrowsAsync<WebSocketException>(async () =>
        {
            while (await lazy.Next() is not null) { }

            throw new WebSocketException("closed");
        });
    }

    [Fact]
    public async Task A_very_long_text_is_shown_by_its_ends_and_whole_on_request()
    {
        var (page, _) = await Open();
        await page.Edit("cell-1", "Console.Write(\"begin\" + new string('x', 300_000) + \"end\");");
        await page.Run("cell-1");
        var output = (await Snapshot())["cells"]![0]!["outputs"]![0]!;
        Assert.InRange(((string)output["html"]!).Length, 40_000, 45_000);
        Assert.Equal(300_008 - 40_000, (int)output["left"]!);
        await page.Send(
            new
            {
                type = "more",
                cell = "cell-1",
                output = 0,
            }
        );
        var whole = await page.Until(message =>
            (string)message["type"]! == "output" && ((string)message["output"]!["html"]!).Length > 300_000
        );
        Assert.Contains("begin", (string)whole["output"]!["html"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Questions_about_code_are_answered()
    {
        var (page, _) = await Open();
        await page.Edit("cell-1", "using System.Globalization; var x = 1; int[] many = [1, 2];");
        await page.Run("cell-1");
        async Task<JsonObject> Ask(string question, string code, int position, string? name = null)
        {
            await page.Send(
                new
                {
                    type = "ask",
                    id = 3,
                    question,
                    code,
                    position,
                    name,
                }
            );
            return await page.Until("answer");
        }

        Assert.Contains("ToString", (await Ask("complete", "x.To", 4))["items"]!.AsArray().Select(item => (string)item!["text"]!));
        Assert.Contains("string", (string)(await Ask("describe", "x.To", 4, "ToString"))["signature"]!, StringComparison.Ordinal);
        Assert.Contains("Math", (string)(await Ask("hover", "Math.Abs(1)", 1))["signature"]!, StringComparison.Ordinal);
        var signature = await Ask("signature", "Math.Max(1, x", 13);
        Assert.Equal(1, (int)signature["parameter"]!);
        Assert.All(signature["items"]!.AsArray(), item => Assert.Contains("Math.Max", (string)item!["label"]!, StringComparison.Ordinal));
        // The overload follows the types of what is typed already.
        foreach (var (first, type) in new[] { ("'b'", "char"), ("\"b\"", "string") })
        {
            var code = $"\"abc\".IndexOf({first}, ";
            var overloads = await Ask("signature", code, code.Length);
            var shown = (string)overloads["items"]![(int)overloads["active"]!]!["label"]!;
            Assert.Contains($"IndexOf({type} ", shown, StringComparison.Ordinal);
        }

        var diagnostics = (await Ask("diagnostics", "int y = \"a\";\nmany.Length", 0))["items"]!.AsArray();
        Assert.Equal(
            ("error", "CS0029", 8),
            ((string)diagnostics.Single()!["severity"]!, (string)diagnostics[0]!["code"]!, (int)diagnostics[0]!["start"]!)
        );
        Assert.Equal("#!time\nvar a = 1;", (string)(await Ask("format", "#!time\nvar a=1 ;", 0))["source"]!);
        var variables = (await Ask("variables", "", 0))["items"]!.AsArray();
        Assert.Equal(
            [("many", "int[]", "2 elements"), ("x", "int", "1")],
            variables.Select(item => ((string)item!["name"]!, (string)item["type"]!, (string)item["value"]!))
        );
        Assert.Contains("2", (string)(await Ask("variable", "", 0, "many"))["html"]!, StringComparison.Ordinal);
    }
}
