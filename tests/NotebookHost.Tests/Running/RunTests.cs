using System.Globalization;
using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Running;

public sealed class RunTests : ProgramTest
{
    private const string WritePid = "System.IO.File.WriteAllText(\"pid\", Environment.ProcessId.ToString());";

    [Fact]
    public async Task A_run_writes_executed_notebooks_pages_an_index_and_a_summary()
    {
        Notebook("nb/base.ipynb", "[parameters]int epochs = 10;", "int Twice(int n) => 2 * n;");
        Notebook(
            "nb/one.ipynb",
            "[markdown]# First steps",
            "#!import base.ipynb\nTwice(epochs)",
            "",
            "System.IO.Path.GetFileName(Environment.CurrentDirectory)"
        );
        Notebook("nb/two.ipynb", "var d = display(0);\nfor (var i = 1; i <= 1000; i++) d.Update($\"step {i}\");");

        var (code, output, error) = await Run("run", "nb/one.ipynb", "nb/two.ipynb", "--output", "out", "--set", "epochs=3");

        Assert.True(code == 0, output + error);
        Assert.Contains("one  cell 3/3", output, StringComparison.Ordinal);
        var executed = Executed("one.ipynb");
        Assert.Equal("3", (string)executed["metadata"]!["papermill"]!["parameters"]!["epochs"]!);
        Assert.Equal("C#", (string)executed["metadata"]!["kernelspec"]!["language"]!);
        Assert.Equal("epochs = 3, set from outside\n", Text("one.ipynb", 2));
        Assert.Equal("6", (string)executed["cells"]![1]!["outputs"]![1]!["data"]!["text/plain"]![0]!);
        Assert.Equal(1, (int)executed["cells"]![1]!["execution_count"]!);
        Assert.Null(executed["cells"]![2]!["execution_count"]);
        Assert.Equal("nb", (string)executed["cells"]![3]!["outputs"]![0]!["data"]!["text/plain"]![0]!);
        var updated = Assert.Single(Executed("two.ipynb")["cells"]![0]!["outputs"]!.AsArray());
        Assert.Equal("step 1000", (string)updated!["data"]!["text/plain"]![0]!);

        var summary = Summary();
        Assert.Equal(["passed", "passed"], summary["notebooks"]!.AsArray().Select(notebook => (string)notebook!["status"]!));
        Assert.Equal("First steps", (string)summary["notebooks"]![0]!["title"]!);
        Assert.Equal(3, (int)summary["notebooks"]![0]!["cellsRun"]!);
        Assert.True((long)summary["notebooks"]![0]!["peakMemoryBytes"]! > 20_000_000);
        Assert.Contains(
            "two.html",
            await File.ReadAllTextAsync(Path.Combine(Output, "one.html"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "one.html",
            await File.ReadAllTextAsync(Path.Combine(Output, "index.html"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_notebook_that_imports_itself_is_told()
    {
        Notebook("n.ipynb", "#!import n.ipynb");
        var (code, output, error) = await Run("run", "n.ipynb", "--output", "out");
        Assert.Equal(1, code);
        Assert.Contains("n.ipynb imports n.ipynb", output + error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C.UTF-8")]
    [InlineData("de_DE.UTF-8")]
    public async Task Cells_have_cultures_and_no_machine_formats_numbers_its_own_way(string language)
    {
        Assert.SkipWhen(
            Environment.GetEnvironmentVariable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT") is "1" or "true",
            "This machine has no culture data."
        );
        Notebook(
            "one.ipynb",
            """
            var german = new System.Globalization.CultureInfo("de-DE");
            Console.WriteLine(1234.5.ToString("N2", german));
            Console.WriteLine(new DateTime(2024, 1, 2).ToString("dddd", german));
            Console.WriteLine(string.Join(" ", new[] { "b", "B", "a" }.Order()));
            Console.WriteLine(1234.5.ToString("N2"));
            new System.Threading.Thread(() => Console.WriteLine(0.5)).Start();
            System.Threading.Thread.Sleep(100);
            """
        );
        using var process = Start(new() { ["LC_ALL"] = language, ["LANG"] = language }, ["run", "one.ipynb", "--output", "out"]);
        var (code, output, error) = await End(process);
        Assert.True(code == 0, output + error);
        Assert.Equal("1.234,50\nDienstag\na b B\n1,234.50\n0.5\n", Text("one.ipynb", 1));
    }

    [Fact]
    public async Task A_cell_tagged_raises_exception_may_fail_and_the_run_goes_on()
    {
        Tag(Notebook("one.ipynb", "throw new Exception(\"expected\");", "1", "nonsense;", "2"), 1, 2, 3);
        Notebook("dead.ipynb", "Environment.Exit(3);", "1");
        Tag(Path.Combine(Folder, "dead.ipynb"), 1);

        var (code, output, error) = await Run("run", "one.ipynb", "--output", "out");

        Assert.True(code == 0, output + error);
        Assert.Equal(["error", "execute_result", "error", "execute_result"], Outputs("one.ipynb"));
        Assert.Equal(("passed", 4), ((string)Summary()["notebooks"]![0]!["status"]!, (int)Summary()["notebooks"]![0]!["cellsRun"]!));
        // Only an error is expected, not the end of the session.
        Assert.Equal(1, (await Run("run", "dead.ipynb", "--output", "out")).ExitCode);
    }

    [Fact]
    public async Task A_notebook_in_another_language_fails_with_one_sentence_and_the_others_run()
    {
        var fsharp = Samples.Json("let x = 1");
        fsharp["metadata"]!["kernelspec"]!["language"] = "F#";
        await File.WriteAllTextAsync(Path.Combine(Folder, "fs.ipynb"), fsharp.ToJsonString(), TestContext.Current.CancellationToken);
        Notebook("one.ipynb", "1");

        var (code, output, _) = await Run("run", "fs.ipynb", "one.ipynb", "--output", "out");

        Assert.Equal(1, code);
        Assert.Contains("fs.ipynb: LanguageError: the notebook's language is F#, and only C#", output, StringComparison.Ordinal);
        Assert.Equal(["failed", "passed"], Summary()["notebooks"]!.AsArray().Select(notebook => (string)notebook!["status"]!));
        Assert.Contains(
            "only C# notebooks can be run here",
            await File.ReadAllTextAsync(Path.Combine(Output, "fs.html"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task All_cells_goes_on_after_a_failed_cell_and_not_after_the_session_is_gone()
    {
        Notebook("one.ipynb", "var x = 1;", "throw new Exception(\"first\");", "x + 1", "throw new Exception(\"second\");");
        Notebook("two.ipynb", "throw new Exception(\"third\");", "Environment.Exit(3);", "1");
        Notebook("three.ipynb", "1");

        var (code, output, _) = await Run("run", "one.ipynb", "two.ipynb", "three.ipynb", "--output", "out", "--all-cells", "--keep-going");

        Assert.Equal(1, code);
        Assert.Equal(["error", "execute_result", "error"], Outputs("one.ipynb"));
        Assert.Equal(["error", "error"], Outputs("two.ipynb"));
        Assert.Contains("one.ipynb, cell 2, line 1: System.Exception: first", output, StringComparison.Ordinal);
        Assert.Equal(["failed", "failed", "passed"], Summary()["notebooks"]!.AsArray().Select(notebook => (string)notebook!["status"]!));
        Assert.Equal(2, (int)Summary()["notebooks"]![0]!["cellsRun"]!);
        Assert.Contains(
            "The cells after the first failure were run all the same.",
            await File.ReadAllTextAsync(Path.Combine(Output, "one.html"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_cell_whose_lines_have_lost_their_ends_is_named()
    {
        var path = Notebook("one.ipynb", "1", "");
        var notebook = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
        notebook["cells"]![0]!["source"] = new JsonArray("// x is one", "var x = 1;", "x");
        notebook["cells"]![1]!["source"] = new JsonArray("var y = 2;\n", "", "y");
        await File.WriteAllTextAsync(path, notebook.ToJsonString(), TestContext.Current.CancellationToken);

        var (code, output, _) = await Run("run", "one.ipynb", "--output", "out");

        Assert.Equal(0, code);
        Assert.Single(output.Split('\n'), line => line.StartsWith("Warning: one.ipynb, cell 1: The file holds", StringComparison.Ordinal));
        Assert.StartsWith("The file holds this cell as a list of lines without their line ends", Text("one.ipynb", 1));
        Assert.EndsWith("Let each text in the list but the last end in \\n.\n", Text("one.ipynb", 1));
        Assert.Equal("", Text("one.ipynb", 2));
    }

    private static void Tag(string path, params int[] cells)
    {
        var notebook = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var cell in cells)
        {
            notebook["cells"]![cell - 1]!["metadata"]!["tags"] = new JsonArray("raises-exception");
        }

        File.WriteAllText(path, notebook.ToJsonString());
    }

    private IEnumerable<string> Outputs(string name) =>
        Executed(name)["cells"]!
            .AsArray()
            .SelectMany(cell => cell!["outputs"]!.AsArray())
            .Select(output => (string)output!["output_type"]!);

    [Fact]
    public async Task Pages_link_to_the_pages_that_are_there_and_to_no_others()
    {
        const string Row = "[First](first.ipynb) · [Bad](bad.ipynb) · [Last](last.ipynb)";
        foreach (var (name, code) in new[] { ("first", "1"), ("bad", "throw new Exception(\"no luck\");"), ("last", "1") })
        {
            Notebook($"{name}.ipynb", $"[markdown]# The {name}\n\n{Row}", code);
        }

        Assert.Equal(1, (await Run("run", "first.ipynb", "bad.ipynb", "last.ipynb", "--output", "out")).ExitCode);
        foreach (var name in new[] { "first", "bad" })
        {
            Assert.Contains(
                "<a href=\"first.html\">First</a> · <a href=\"bad.html\">Bad</a> · Last</p>",
                await PageAsync(name),
                StringComparison.Ordinal
            );
            Assert.DoesNotContain("last.html", await PageAsync(name), StringComparison.Ordinal);
        }

        Assert.Contains("rel=\"next\" href=\"bad.html\"", await PageAsync("first"), StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"next\"", await PageAsync("bad"), StringComparison.Ordinal);
        Assert.Contains(
            "<a href=\"#cell-2\">Cell 2</a>, line 1: <strong>System.Exception</strong>",
            await PageAsync("bad"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("last.html", await PageAsync("index"), StringComparison.Ordinal);

        // What earlier runs left beside it can be reached.
        Assert.Equal(0, (await Run("run", "last.ipynb", "--output", "out")).ExitCode);
        Assert.Contains(
            "<a href=\"first.html\">First</a> · <a href=\"bad.html\">Bad</a> · <a href=\"last.html\">Last</a></p>",
            await PageAsync("last"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("rel=\"prev\"", await PageAsync("last"), StringComparison.Ordinal);

        Task<string> PageAsync(string name) =>
            File.ReadAllTextAsync(Path.Combine(Output, $"{name}.html"), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_failing_cell_ends_the_run_with_1_and_says_where()
    {
        Notebook(
            "bad.ipynb",
            "[markdown]text",
            "Console.WriteLine(\"partial\");\nthrow new Exception(\"no luck\");",
            "Console.WriteLine(\"not reached\");"
        );
        Notebook("next.ipynb", "1");

        var (code, output, _) = await Run("run", "bad.ipynb", "next.ipynb", "--output", "out");

        Assert.Equal(1, code);
        Assert.Contains("bad.ipynb, cell 2, line 2: System.Exception: no luck", output, StringComparison.Ordinal);
        var (bad, next) = (Summary()["notebooks"]![0]!, Summary()["notebooks"]![1]!);
        Assert.Equal("failed", (string)bad["status"]!);
        Assert.Equal((2, 2, "cell-2"), ((int)bad["error"]!["cell"]!, (int)bad["error"]!["line"]!, (string)bad["error"]!["cellId"]!));
        Assert.Equal("notRun", (string)next["status"]!);
        Assert.Equal("partial\n", Text("bad.ipynb", 2));
        Assert.Equal("error", (string)Executed("bad.ipynb")["cells"]![1]!["outputs"]![1]!["output_type"]!);
        Assert.Empty(Executed("bad.ipynb")["cells"]![2]!["outputs"]!.AsArray());
        Assert.False(File.Exists(Path.Combine(Output, "next.ipynb")));
    }

    [Fact]
    public async Task With_keep_going_the_rest_is_run_and_equal_names_do_not_collide()
    {
        Notebook("a/n.ipynb", "missing");
        Notebook("b/n.ipynb", "\"second\"");
        Assert.Equal(1, (await Run("run", "a/n.ipynb", "b/n.ipynb", "--output", "out", "--keep-going")).ExitCode);
        Assert.Equal(["failed", "passed"], Summary()["notebooks"]!.AsArray().Select(notebook => (string)notebook!["status"]!));
        Assert.Equal("second", (string)Executed("n-2.ipynb")["cells"]![0]!["outputs"]![0]!["data"]!["text/plain"]![0]!);
        Assert.True(File.Exists(Path.Combine(Output, "n.ipynb")));
    }

    [Fact]
    public async Task A_cell_that_runs_too_long_is_ended_with_3_and_named()
    {
        Notebook("slow.ipynb", "1", $"{WritePid}\nConsole.Write(\"partial\");\nwhile (true) System.Threading.Thread.Sleep(5);");
        var (code, output, _) = await Run("run", "slow.ipynb", "--output", "out", "--timeout", "15");
        Assert.Equal(3, code);
        Assert.Contains("slow.ipynb, cell 2: Timeout:", output, StringComparison.Ordinal);
        Assert.Equal("timedOut", (string)Summary()["notebooks"]![0]!["status"]!);
        Assert.Equal("partial", Text("slow.ipynb", 2));
        Assert.False(IsAlive(ReadPid()));
    }

    [Fact]
    public async Task Ctrl_C_ends_the_run_with_130_and_keeps_what_there_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix's.");
        Notebook(
            "long.ipynb",
            "Console.WriteLine(\"partial\");\nSystem.Diagnostics.Process.Start(\"sleep\", \"60\");\n"
                + WritePid
                + "\nawait Task.Delay(60000);"
        );
        using var process = Start("run", "long.ipynb", "--output", "out");
        await WaitUntil(() => File.Exists(Path.Combine(Folder, "pid")) && ReadPidText().Length > 0);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        TestProcess.Signal(process, "INT");

        var (code, _, _) = await End(process);

        Assert.Equal(130, code);
        Assert.Equal("interrupted", (string)Summary()["notebooks"]![0]!["status"]!);
        Assert.Equal(1, (int)Summary()["notebooks"]![0]!["error"]!["cell"]!);
        Assert.Equal("partial\n", Text("long.ipynb", 1));
        Assert.True(File.Exists(Path.Combine(Output, "index.html")));
        Assert.False(IsAlive(ReadPid()));
    }

    [Fact]
    public async Task The_notebooks_process_ends_when_the_run_is_killed()
    {
        Notebook("long.ipynb", $"{WritePid}\nwhile (true) System.Threading.Thread.Sleep(5);");
        using var process = Start("run", "long.ipynb", "--output", "out");
        await WaitUntil(() => File.Exists(Path.Combine(Folder, "pid")) && ReadPidText().Length > 0);
        process.Kill();
        await WaitUntil(() => !IsAlive(ReadPid()));
    }

    [Theory]
    [InlineData("System.Diagnostics.Process.GetCurrentProcess().Kill();", "ran out of memory")]
    [InlineData("new System.Threading.Thread(() => throw new Exception(\"elsewhere\")).Start(); await Task.Delay(20000);", "elsewhere")]
    [InlineData("Environment.Exit(7);", "exit code 7")]
    public async Task A_process_that_dies_is_a_failure_that_says_so(string code, string message)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The exit codes are Unix's.");
        Notebook("dies.ipynb", $"Console.WriteLine(\"partial\"); await Task.Delay(150);\n{code}");
        var (exitCode, output, _) = await Run("run", "dies.ipynb", "--output", "out");
        Assert.Equal(1, exitCode);
        Assert.Contains("dies.ipynb, cell 1", output, StringComparison.Ordinal);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.StartsWith("partial\n", Text("dies.ipynb", 1), StringComparison.Ordinal);
        Assert.Equal(message == "elsewhere", Text("dies.ipynb", 1).Contains("Unhandled exception", StringComparison.Ordinal));
    }

    private string ReadPidText() => File.ReadAllText(Path.Combine(Folder, "pid"));

    private int ReadPid() => int.Parse(ReadPidText(), CultureInfo.InvariantCulture);
}
