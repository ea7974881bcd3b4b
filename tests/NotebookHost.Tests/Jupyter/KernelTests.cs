using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Jupyter;

/// <summary>The kernel's process, by its messages.</summary>
public sealed class KernelTests : IAsyncLifetime
{
    private readonly KernelClient _kernel = new(KernelClient.Own);

    public async ValueTask InitializeAsync() => await _kernel.WaitUntilReadyAsync();

    public ValueTask DisposeAsync() => _kernel.DisposeAsync();

    [Fact]
    public async Task A_cell_is_busy_input_outputs_and_idle_in_this_order()
    {
        var cell = await _kernel.ExecuteAsync("Console.WriteLine(\"a\"); Console.Error.WriteLine(\"b\"); display(1); 2");
        Assert.Equal(
            ["status", "execute_input", "stream", "stream", "display_data", "execute_result", "status"],
            cell.Published.Select(message => message.Type)
        );
        Assert.Equal(("a\n", "b\n"), (cell.Text("stdout"), cell.Text("stderr")));
        Assert.Equal("2", (string?)cell.Result!["text/plain"]);
        Assert.Equal(1, (int)cell.Reply["execution_count"]!);
        Assert.Equal(2, (int)(await _kernel.ExecuteAsync("3")).Reply["execution_count"]!);
    }

    [Fact]
    public async Task A_silent_cell_and_one_without_history_do_not_count()
    {
        var silent = await _kernel.ExecuteAsync("var x = 4; x", new JsonObject { ["silent"] = true });
        Assert.Equal(["status", "status"], silent.Published.Select(message => message.Type));
        Assert.Equal("4", (string?)(await _kernel.ExecuteAsync("x", new JsonObject { ["store_history"] = false })).Result!["text/plain"]);
        var last = await _kernel.ExecuteAsync("1");
        Assert.Equal(1, (int)last.Reply["execution_count"]!);
        var history = await _kernel.AskAsync(
            "history_request",
            new JsonObject
            {
                ["hist_access_type"] = "tail",
                ["n"] = 10,
                ["output"] = true,
            }
        );
        Assert.Equal("[[1,1,[\"1\",\"1\"]]]", history.Reply["history"]!.ToJsonString());
    }

    [Fact]
    public async Task User_expressions_are_evaluated_after_the_cell()
    {
        var cell = await _kernel.ExecuteAsync(
            "var x = 4;",
            new JsonObject
            {
                ["user_expressions"] = new JsonObject { ["good"] = "x + 1", ["bad"] = "y" },
            }
        );
        var values = cell.Reply["user_expressions"]!;
        Assert.Equal("5", (string?)values["good"]!["data"]!["text/plain"]);
        Assert.Equal("error", (string?)values["bad"]!["status"]);
        Assert.DoesNotContain(cell.Published, message => message.Type is "execute_result" or "error");
    }

    [Theory]
    [InlineData("""{"polyglot_notebook":{"kernelName":"fsharp"}}""", "error", "F# is not run here")]
    [InlineData("""{"dotnet_interactive":{"language":"markdown"}}""", "ok", "text/markdown")]
    [InlineData("""{"polyglot_notebook":{"kernelName":"csharp"},"tags":[]}""", "error", "CS1002")]
    [InlineData("""{"polyglot_notebook":3,"cellId":"a"}""", "error", "CS1002")]
    public async Task The_language_that_a_front_end_sends_in_a_cells_metadata_counts(string metadata, string status, string words)
    {
        // As JupyterLab does.
        var code = new JsonObject { ["code"] = "let x = 1" };
        var cell = await _kernel.EndOfAsync(_kernel.Send("execute_request", code, metadata: metadata));
        Assert.Equal(status, cell.Status);
        Assert.Contains(cell.Published, message => message.Content.ToJsonString().Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_display_is_updated_under_its_id()
    {
        var cell = await _kernel.ExecuteAsync("var shown = display(\"one\"); shown.Update(\"two\");");
        var display = cell.Published.Single(message => message.Type == "display_data").Content;
        var update = cell.Published.Single(message => message.Type == "update_display_data").Content;
        Assert.Equal((string?)display["transient"]!["display_id"], (string?)update["transient"]!["display_id"]);
        Assert.Equal("two", (string?)update["data"]!["text/plain"]);
    }

    [Fact]
    public async Task What_an_import_puts_out_is_folded_into_one_line_unless_it_fails()
    {
        using var folder = new TemporaryFolder();
        var good = Path.Combine(folder.Path, "good.ipynb");
        Samples.Write(
            good,
            "Console.WriteLine(\"a < b\"); Console.Error.WriteLine(\"careful\");",
            "var shown = display(HTML(\"<b>one</b>\"), \"text/html\"); shown.Update(HTML(\"<b>two</b>\"));",
            "int answer = 42;"
        );
        var cell = await _kernel.ExecuteAsync($"// The setup.\n#!import {good}");
        Assert.Equal("ok", cell.Status);
        // As it comes, for the one who waits; then in its place the line.
        Assert.Equal("a < b\n", cell.Text("stdout"));
        Assert.Equal(["clear_output", "display_data", "status"], cell.Published.TakeLast(3).Select(message => message.Type));
        Assert.True((bool)cell.Published[^3].Content["wait"]!);
        var data = cell.Published[^2].Content["data"]!;
        var html = (string)data["text/html"]!;
        Assert.StartsWith("<details><summary", html, StringComparison.Ordinal);
        Assert.EndsWith("</details>", html, StringComparison.Ordinal);
        Assert.Contains("a &lt; b", html, StringComparison.Ordinal);
        Assert.Contains("careful", html, StringComparison.Ordinal);
        Assert.Contains("<b>two</b>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>one</b>", html, StringComparison.Ordinal);
        Assert.StartsWith("a < b\ncareful\n", (string)data["text/plain"]!, StringComparison.Ordinal);

        // An import with more code than that is an ordinary cell, and so is one that puts out nothing or fails.
        var more = await _kernel.ExecuteAsync($"#!import {good}\nanswer");
        Assert.Equal("42", (string?)more.Result!["text/plain"]);
        Assert.DoesNotContain(more.Published, message => message.Type == "clear_output");
        var (quiet, bad) = (Path.Combine(folder.Path, "quiet.ipynb"), Path.Combine(folder.Path, "bad.ipynb"));
        Samples.Write(quiet, "int other = 1;");
        Samples.Write(bad, "Console.WriteLine(\"before\");", "throw new Exception(\"bad\");");
        Assert.DoesNotContain((await _kernel.ExecuteAsync($"#!import {quiet}")).Published, message => message.Type == "display_data");
        var failed = await _kernel.ExecuteAsync($"#!import {bad}");
        Assert.Equal(("error", "before\n"), (failed.Status, failed.Text("stdout")));
        Assert.DoesNotContain(failed.Published, message => message.Type == "clear_output");
    }

    [Fact]
    public async Task An_error_shows_the_cell_and_the_line_in_colour_and_aborts_what_is_queued()
    {
        string[] ids =
        [
            .. new[] { "nonsense;", "int Half(int n)\n    => n / int.Parse(\"0\");", "Half(4)", "1", "2" }.Select(code =>
                _kernel.SendExecute(code)
            ),
        ];
        Assert.Equal("error", (await _kernel.EndOfAsync(ids[0])).Status);
        foreach (var id in ids[1..])
        {
            Assert.Equal("aborted", (await _kernel.EndOfAsync(id)).Status);
        }

        await _kernel.ExecuteAsync("int Half(int n)\n    => n / int.Parse(\"0\");");
        var error = (await _kernel.ExecuteAsync("Half(4)")).Error!;
        Assert.Equal("System.DivideByZeroException", (string?)error["ename"]);
        var traceback = error["traceback"]!.AsArray().Select(line => (string)line!).ToList();
        Assert.Equal("\e[1;31mSystem.DivideByZeroException\e[0m: Attempted to divide by zero.", traceback[0]);
        Assert.Equal("   at Half in \e[32mcell 2, line 2\e[0m:  \e[34m=> n / int.Parse(\"0\");\e[0m", traceback[1]);
        Assert.DoesNotContain(traceback, line => line.Contains("NotebookHost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_stop_on_error_the_queue_goes_on()
    {
        var failing = _kernel.SendExecute("throw new Exception();", new JsonObject { ["stop_on_error"] = false });
        var next = _kernel.SendExecute("1");
        Assert.Equal("error", (await _kernel.EndOfAsync(failing)).Status);
        Assert.Equal("ok", (await _kernel.EndOfAsync(next)).Status);
    }

    [Fact]
    public async Task A_cell_reads_what_the_user_types()
    {
        var id = _kernel.SendExecute("Console.Write(\"Name? \"); var name = Console.ReadLine(); name");
        await _kernel.NextAsync(message => message.Type == "input_request");
        _kernel.Send("input_reply", new JsonObject { ["value"] = "Ada" }, "stdin");
        var cell = await _kernel.EndOfAsync(id);
        Assert.Equal(("Name? ", "Ada"), (cell.Text("stdout"), (string?)cell.Result!["text/plain"]));
        Assert.Contains(
            "takes no input",
            (string?)(await _kernel.ExecuteAsync("Console.ReadLine()", new JsonObject { ["allow_stdin"] = false })).Error!["evalue"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_password_is_asked_for_as_one()
    {
        var id = _kernel.SendExecute(
            "using Microsoft.DotNet.Interactive;\n(await Kernel.GetPasswordAsync(\"Secret\")).GetClearTextPassword().Length"
        );
        var asked = (await _kernel.NextAsync(message => message.Type == "input_request")).Content;
        Assert.Equal(("Secret", true), ((string?)asked["prompt"], (bool?)asked["password"]));
        _kernel.Send("input_reply", new JsonObject { ["value"] = "Ada" }, "stdin");
        Assert.Equal("3", (string?)(await _kernel.EndOfAsync(id)).Result!["text/plain"]);
    }

    [Fact]
    public async Task Messages_with_a_wrong_signature_are_dropped_and_logged()
    {
        _kernel.Send("execute_request", new JsonObject { ["code"] = "1" }, wrongKey: true);
        Assert.Equal(1, (int)(await _kernel.ExecuteAsync("2")).Reply["execution_count"]!);
        Assert.Contains("a message was dropped: its signature is wrong", _kernel.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_heart_beats_while_a_cell_runs()
    {
        var id = _kernel.SendExecute("System.Threading.Thread.Sleep(1000);");
        await _kernel.NextAsync(message => message.Type == "execute_input");
        Assert.True(_kernel.Beats());
        await _kernel.EndOfAsync(id);
    }

    [Fact]
    public async Task Completion_knows_the_cells_before_and_counts_characters_as_Jupyter_does()
    {
        await _kernel.ExecuteAsync(
            "class Network { /// <summary>Learns.</summary>\npublic void Train(int epochs) { } }\nvar network = new Network();"
        );
        var completion = await _kernel.AskAsync("complete_request", new JsonObject { ["code"] = "/*🎈*/ network.Tr", ["cursor_pos"] = 16 });
        Assert.Equal("[\"Train\"]", completion.Reply["matches"]!.ToJsonString());
        Assert.Equal((14, 16), ((int)completion.Reply["cursor_start"]!, (int)completion.Reply["cursor_end"]!));
        var fuzzy = await _kernel.AskAsync("complete_request", new JsonObject { ["code"] = "netw", ["cursor_pos"] = 4 });
        Assert.Contains("network", fuzzy.Reply["matches"]!.AsArray().Select(match => (string)match!));
        var help = await _kernel.AskAsync("inspect_request", new JsonObject { ["code"] = "network.Train(5", ["cursor_pos"] = 15 });
        Assert.Contains("void Network.Train(int epochs)", (string?)help.Reply["data"]!["text/plain"], StringComparison.Ordinal);
        Assert.Contains("Learns.", (string?)help.Reply["data"]!["text/plain"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_request_and_a_comm_do_no_harm()
    {
        _kernel.Send("frobnicate_request", []);
        _kernel.Send(
            "comm_open",
            new JsonObject
            {
                ["comm_id"] = "c",
                ["target_name"] = "t",
                ["data"] = new JsonObject(),
            }
        );
        Assert.Equal("c", (string?)(await _kernel.NextAsync(message => message.Type == "comm_close")).Content["comm_id"]);
        Assert.Equal("{}", (await _kernel.AskAsync("comm_info_request", [])).Reply["comms"]!.ToJsonString());
    }

    [Fact]
    public async Task Shut_down_ends_the_process_and_the_session()
    {
        var session = int.Parse((string)(await _kernel.ExecuteAsync("Environment.ProcessId.ToString()")).Result!["text/plain"]!);
        await _kernel.ShutDownAsync();
        Assert.Equal(0, _kernel.Process.ExitCode);
        await Processes.WaitUntilGoneAsync(session);
    }
}
