using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Running;

/// <summary>Cells that end, starve or deceive their own process: the run goes on, says what happened in one sentence, and loses
/// nothing.</summary>
public sealed class DeadlyCellTests : ProgramTest
{
    /// <summary>Writes to, or closes, the socket over which the process talks to the run: all that a cell can find under /proc.</summary>
    private const string Pipe = """
        [System.Runtime.InteropServices.DllImport("libc")] static extern nint write(int file, byte[] text, nint count);
        [System.Runtime.InteropServices.DllImport("libc")] static extern int shutdown(int file, int how);
        static IEnumerable<int> Sockets() =>
            System.IO.Directory.GetFiles("/proc/self/fd").Where(f => new System.IO.FileInfo(f).LinkTarget?.StartsWith("socket:") == true)
            .Select(f => int.Parse(System.IO.Path.GetFileName(f)));
        static void Send(string text) { var bytes = Encoding.UTF8.GetBytes(text);
            foreach (var socket in Sockets()) write(socket, bytes, bytes.Length); }

        """;

    private async Task<IReadOnlyList<JsonNode>> RunAll(
        Dictionary<string, string>? environment,
        params (string Name, string[] Cells)[] notebooks
    )
    {
        foreach (var (name, cells) in notebooks)
        {
            Notebook($"{name}.ipynb", cells);
        }

        using var process = Start(
            environment,
            ["run", .. notebooks.Select(notebook => $"{notebook.Name}.ipynb"), "--output", "out", "--keep-going", "--timeout", "60"]
        );
        var (code, output, error) = await End(process);
        Assert.True(code is 0 or 1, output + error);
        Assert.Empty(error);
        return [.. Summary()["notebooks"]!.AsArray().Select(notebook => notebook!)];
    }

    private void Died(JsonNode notebook, string words)
    {
        var name = (string)notebook["name"]!;
        var message = (string)notebook["error"]!["message"]!;
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.Equal(("failed", 1), ((string)notebook["status"]!, (int)notebook["error"]!["cell"]!));
        Assert.StartsWith("partial\n", Text(name, 1), StringComparison.Ordinal);
        Assert.Contains(
            System.Net.WebUtility.HtmlEncode(words.Split(' ')[0]),
            File.ReadAllText(Path.Combine(Output, (string)notebook["page"]!)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_cell_that_ends_its_process_is_a_failure_with_its_cause()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The exit codes and calls are Unix's.");
        const string Partial = "Console.WriteLine(\"partial\");\n";
        IReadOnlyList<(string Code, string Words)> deaths =
        [
            .. Faults.Of<(string, string)>(
                few: 2,
                (
                    "Exception deep = null; for (var i = 0; i < 200_000; i++) deep = new Exception(null, deep); deep.ToString().Length",
                    "stack overflow"
                ),
                ("System.Diagnostics.Process.GetCurrentProcess().Kill();", "signal 9"),
                ("Environment.FailFast(\"enough\");", "enough"),
                ("System.Runtime.InteropServices.Marshal.WriteByte((nint)0x123456789000, 1);", "crashed"),
                ("System.Diagnostics.Process.Start(\"kill\", $\"-TERM {Environment.ProcessId}\"); await Task.Delay(20000);", "signal 15")
            ),
        ];
        var results = await RunAll(
            null,
            [.. deaths.Select((death, i) => ($"dead-{i}", new[] { Partial + death.Code, "\"not reached\"" }))]
        );
        foreach (var (result, (_, words)) in results.Zip(deaths))
        {
            Died(result, words);
            Assert.Empty(Executed((string)result["name"]!)["cells"]![1]!["outputs"]!.AsArray());
        }
    }

    [Fact]
    public async Task What_was_printed_before_the_end_is_kept_and_the_trace_is_cut_in_its_middle()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The exit codes are Unix's.");
        const string Lines = "for (var i = 0; i < 2000; i++) Console.WriteLine($\"line {i}\");\nConsole.Error.WriteLine(\"error\");\n";
        const string Few = "for (var i = 0; i < 20; i++) Console.WriteLine($\"line {i}\");\n";
        var results = await RunAll(
            null,
            ("exit", [Lines + "Console.Write(\"no line end\"); Environment.Exit(3);"]),
            ("thread", [Lines + "new System.Threading.Thread(() => Environment.Exit(4)).Start(); System.Threading.Thread.Sleep(20000);"]),
            ("fast", [Few + "Environment.FailFast(\"enough\");"]),
            (
                "deep",
                [Few + "Exception deep = null; for (var i = 0; i < 200_000; i++) deep = new Exception(null, deep); deep.ToString().Length"]
            )
        );
        string Printed(int lines) => string.Concat(Enumerable.Range(0, lines).Select(i => $"line {i}\n"));
        Assert.Equal($"{Printed(2000)}no line end", Text("exit.ipynb", 1, "stdout"));
        Assert.Equal("error\n", Text("exit.ipynb", 1, "stderr"));
        Assert.Equal($"{Printed(2000)}error\n", Text("thread.ipynb", 1));
        Assert.Equal(Printed(20), Text("fast.ipynb", 1, "stdout"));
        Assert.Equal(Printed(20), Text("deep.ipynb", 1, "stdout"));
        var trace = Text("deep.ipynb", 1, "stderr");
        Assert.StartsWith("Stack overflow.\n", trace, StringComparison.Ordinal);
        Assert.Matches(@"lines left out here\]\n(   at .*\n){25}$", trace);
        Assert.True(trace.Split('\n').Length < 80, trace);
        Assert.Contains("exit code 4", (string)results[1]["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cell_that_writes_into_the_conversation_or_ends_it_is_found_out()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It looks for the socket under /proc.");
        const string Partial = Pipe + "Console.WriteLine(\"partial\"); await Task.Delay(100);\n";
        IReadOnlyList<(string Code, string Words)> lies =
        [
            .. Faults.Of<(string, string)>(
                few: 2,
                ("Send(\"garbage\\n\"); await Task.Delay(20000);", "broke off"),
                ("Send(\"{\\\"type\\\":\\\"cell\\\",\\\"Cell\\\":1}\\n\"); await Task.Delay(20000);", "broke off"),
                ("Send(\"{\\\"type\\\":\\\"nothing\\\"}\\n\"); await Task.Delay(20000);", "broke off"),
                ("Send(new string('x', 70_000_000)); await Task.Delay(20000);", "broke off"),
                ("foreach (var socket in Sockets()) shutdown(socket, 2); await Task.Delay(20000);", "connection")
            ),
        ];
        var results = await RunAll(
            null,
            [
                .. lies.Select((lie, i) => ($"lie-{i}", new[] { Partial + lie.Code })),
                // A whole message for a cell that does not exist is ignored.
                (
                    "nobody",
                    [
                        Pipe
                            + "Send(\"{\\\"type\\\":\\\"cell\\\",\\\"Cell\\\":999,\\\"Event\\\":{\\\"event\\\":\\\"stream\\\","
                            + "\\\"Name\\\":\\\"stdout\\\",\\\"Text\\\":\\\"x\\\"}}\\n\"); "
                            + "await Task.Delay(300);",
                        "\"after\"",
                    ]
                ),
            ]
        );
        foreach (var (result, (_, words)) in results.Zip(lies))
        {
            Died(result, words);
        }

        Assert.True((string)results[^1]["status"]! == "passed", results[^1].ToJsonString());
    }

    [Fact]
    public async Task A_lack_of_memory_is_said_to_be_one()
    {
        var results = await RunAll(
            new() { ["DOTNET_GCHeapHardLimit"] = "0x10000000" },
            ("one", ["Console.WriteLine(\"partial\"); await Task.Delay(100);\nvar all = new byte[1_000_000_000];"]),
            (
                "many",
                [
                    "Console.WriteLine(\"partial\"); await Task.Delay(100);\nvar all = new List<byte[]>(); while (true) all.Add(new "
                        + "byte[1 << 20]);",
                ]
            )
        );
        foreach (var result in results)
        {
            Died(result, "memory");
        }

        Assert.Equal(("System.OutOfMemoryException", 2), ((string)results[0]["error"]!["errorName"]!, (int)results[0]["error"]!["line"]!));
    }

    [Fact]
    public async Task What_a_cell_does_to_the_process_does_not_harm_the_cells_behind()
    {
        var results = await RunAll(
            null,
            (
                "console",
                [
                    "Console.SetOut(System.IO.TextWriter.Null); Console.SetError(System.IO.TextWriter.Null);",
                    "Console.WriteLine(\"out\"); Console.Out.Close(); Console.Out.Dispose();",
                    "Console.WriteLine(\"still\");",
                ]
            ),
            (
                "input",
                [
                    "try { Console.ReadLine(); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }",
                    "Console.OpenStandardInput().ReadByte()",
                    "Console.ReadLine()",
                ]
            ),
            (
                "folder",
                [
                    "System.IO.Directory.CreateDirectory(\"gone\"); Environment.CurrentDirectory = "
                        + "System.IO.Path.GetFullPath(\"gone\"); System.IO.Directory.Delete(Environment.CurrentDirectory);",
                    "1 + 1",
                    "#!import nowhere.ipynb",
                ]
            ),
            (
                "culture",
                [
                    "var odd = (System.Globalization.CultureInfo)System.Globalization.CultureInfo.InvariantCulture.Clone(); "
                        + "odd.NumberFormat.NumberDecimalSeparator = \",\"; odd.NumberFormat.NegativeSign = \"minus\"; "
                        + "odd.NumberFormat.NumberGroupSeparator = \"x\"; System.Globalization.CultureInfo.CurrentCulture = "
                        + "System.Globalization.CultureInfo.DefaultThreadCurrentCulture = "
                        + "System.Globalization.CultureInfo.DefaultThreadCurrentUICulture = odd;",
                    "Console.WriteLine(-1.5); display(HTML(\"<b>x</b>\"));",
                    "throw new Exception(\"after\");",
                ]
            )
        );

        Assert.Equal("passed", (string)results[0]["status"]!);
        Assert.Equal(("out\n", "still\n"), (Text("console.ipynb", 2), Text("console.ipynb", 3)));
        Assert.Contains("nobody is there to type", Text("input.ipynb", 1), StringComparison.Ordinal);
        Assert.Equal("-1", (string)Executed("input.ipynb")["cells"]![1]!["outputs"]![0]!["data"]!["text/plain"]![0]!);
        Assert.Equal(3, (int)results[1]["error"]!["cell"]!);
        Assert.Equal("2", (string)Executed("folder.ipynb")["cells"]![1]!["outputs"]![0]!["data"]!["text/plain"]![0]!);
        Assert.Contains("no such notebook", (string)results[2]["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal(
            ("after", 3, 1),
            ((string)results[3]["error"]!["message"]!, (int)results[3]["error"]!["cell"]!, (int)results[3]["error"]!["line"]!)
        );
    }

    [Fact]
    public async Task Notebooks_that_change_or_go_while_the_run_is_under_way_do_not_end_it()
    {
        Notebook("next/n.ipynb", "1");
        var results = await RunAll(
            null,
            (
                "first",
                [
                    "System.IO.File.WriteAllText(\"first.ipynb\", \"not json\"); System.IO.File.WriteAllText(\"second.ipynb\", "
                        + "\"not json\");",
                    "\"kept\"",
                ]
            ),
            (
                "second",
                [
                    "System.IO.File.Delete(\"first.ipynb\"); System.IO.File.Delete(\"second.ipynb\"); "
                        + "System.IO.Directory.Delete(\"next\", true);",
                    "\"kept\"",
                ]
            ),
            ("next/n", ["1"])
        );
        Assert.Equal(["passed", "passed", "failed"], results.Select(result => (string)result["status"]!));
        Assert.Equal("kept", (string)Executed("second.ipynb")["cells"]![1]!["outputs"]![0]!["data"]!["text/plain"]![0]!);
        Assert.Contains("is not there any more", (string)results[2]["error"]!["message"]!, StringComparison.Ordinal);
    }
}
