using System.Diagnostics;
using System.Globalization;

namespace NotebookHost.Tests.Running;

/// <summary>Cells without end, and runs that are stopped: they end, keep what there is, and leave no process behind.</summary>
public sealed class EndlessTests : ProgramTest
{
    /// <summary>In bytes. The program itself takes 100 to 200 million; the floods here put out gigabytes.</summary>
    private const long MostMemory = 700_000_000;

    /// <summary>Starts a child, and a process whose own parent has ended, and writes down all their ids.</summary>
    private const string Family = """
        System.Diagnostics.Process.Start("sh", ["-c", "sleep 300 & echo $! > orphan; exit 0"]).WaitForExit();
        var child = System.Diagnostics.Process.Start("sleep", "300");
        Console.WriteLine("partial");
        System.IO.File.WriteAllText("pids.new", $"{Environment.ProcessId} {child.Id} {System.IO.File.ReadAllText("orphan").Trim()}");
            System.IO.File.Move("pids.new", "pids");

        """;

    private int[] Pids =>
        [.. File.ReadAllText(Path.Combine(Folder, "pids")).Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    /// <summary>Waits for a program's end, and measures the peak of its own memory meanwhile.</summary>
    private static async Task<(int ExitCode, string Out, long Memory)> Watch(Process process)
    {
        var output = End(process);
        var peak = 0L;
        while (!output.IsCompleted)
        {
            process.Refresh();
            try
            {
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                // It has just ended.
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        var (code, text, _) = await output;
        return (code, text, peak);
    }

    public static TheoryData<string, string> Floods =>
        [
            .. Faults.Of<(string, string)>(
                few: 1,
                ("while (true) Console.WriteLine(\"x\");", "wrote more than"),
                ("while (true) display(HTML(\"<b>x</b>\"));", "put out more than"),
                ("for (var i = 0; ; i++) display(HTML(new string('y', 100_000) + i));", "showed more than"),
                ("while (true) { Console.Write('o'); Console.Error.Write('e'); }", "put out more than"),
                (
                    "while (true) { display(new string('z', 50_000)); "
                        + "Microsoft.DotNet.Interactive.KernelInvocationContext.Current.ClearOutput(); }",
                    ""
                )
            ),
        ];

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task A_cell_that_puts_out_without_end_is_ended_in_time_and_takes_no_more_than_its_share(string flood, string notice)
    {
        Notebook("flood.ipynb", "1", flood);
        var watch = Stopwatch.StartNew();
        using var process = Start("run", "flood.ipynb", "--output", "out", "--timeout", "12");
        var (code, output, memory) = await Watch(process);
        Assert.Equal(3, code);
        Assert.InRange(watch.Elapsed.TotalSeconds, 12, 40);
        Assert.Contains("flood.ipynb, cell 2: Timeout:", output, StringComparison.Ordinal);
        Assert.InRange(memory, 1, MostMemory);
        Assert.Contains(notice, Text("flood.ipynb", 2), StringComparison.Ordinal);
        Assert.InRange(new FileInfo(Path.Combine(Output, "flood.ipynb")).Length, 1000, 25_000_000);
        Assert.InRange(new FileInfo(Path.Combine(Output, "flood.html")).Length, 1000, 25_000_000);
        Assert.Equal("timedOut", (string)Summary()["notebooks"]![0]!["status"]!);
    }

    [Fact]
    public async Task Outputs_of_a_hundred_million_characters_are_cut_or_left_out_and_the_notebook_goes_on()
    {
        Notebook(
            "large.ipynb",
            "Console.Write(new string('x', 100_000_000));",
            "display(HTML($\"<p>{new string('y', 100_000_000)}</p>\"));",
            "new string('z', 100_000_000)",
            "throw new Exception(new string('e', 100_000_000));"
        );
        using var process = Start("run", "large.ipynb", "--output", "out");
        var (code, output, memory) = await Watch(process);
        Assert.Equal(1, code);
        Assert.InRange(memory, 1, MostMemory);
        var cells = Executed("large.ipynb")["cells"]!.AsArray();
        Assert.EndsWith(
            "[cut here: the cell wrote more than 1,000,000 characters; of the rest only the last 20,000 are kept]\n"
                + $"[98,980,000 characters left out]\n{new string('x', 20_000)}",
            Text("large.ipynb", 1),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            // The 100 million, their tags, and what is added to them.
            "[left out: an output of 100,000,0",
            (string)cells[1]!["outputs"]![0]!["data"]!["text/plain"]![0]!,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "[left out: an output of 100,000,0",
            (string)cells[2]!["outputs"]![0]!["data"]!["text/plain"]![0]!,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "[cut here: 100,000,000 characters]",
            (string)Summary()["notebooks"]![0]!["error"]!["message"]!,
            StringComparison.Ordinal
        );
        Assert.InRange(new FileInfo(Path.Combine(Output, "large.html")).Length, 1_000_000, 3_000_000);
        Assert.InRange(output.Length, 100_000, 200_000);
    }

    public static TheoryData<string> Stubborn =>
        [
            .. Faults.Of<string>(
                few: 1,
                "var token = Microsoft.DotNet.Interactive.KernelInvocationContext.Current.CancellationToken; while (true) { try { while "
                    + "(true) token.ThrowIfCancellationRequested(); } catch { } }",
                "[System.Runtime.InteropServices.DllImport(\"libc\")] static extern uint sleep(uint seconds); sleep(300);",
                "await Task.Delay(300); System.Diagnostics.Process.Start(\"kill\", $\"-STOP {Environment.ProcessId}\").WaitForExit(); "
                    + "while (true);"
            ),
        ];

    [Theory]
    [MemberData(nameof(Stubborn))]
    public async Task A_cell_that_will_not_stop_is_ended_with_all_that_it_started(string code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It calls Unix's programs.");
        Notebook("endless.ipynb", "1", Family + code);
        var (exitCode, output, _) = await Run("run", "endless.ipynb", "--output", "out", "--timeout", "12");
        Assert.Equal(3, exitCode);
        Assert.Contains("endless.ipynb, cell 2: Timeout:", output, StringComparison.Ordinal);
        Assert.Equal(
            (2, "Timeout"),
            ((int)Summary()["notebooks"]![0]!["error"]!["cell"]!, (string)Summary()["notebooks"]![0]!["error"]!["errorName"]!)
        );
        Assert.Equal("partial\n", Text("endless.ipynb", 2));
        Assert.Contains(
            "partial",
            await File.ReadAllTextAsync(Path.Combine(Output, "endless.html"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        await WaitUntil(() => !Pids.Any(IsAlive));
    }

    [Fact]
    public async Task A_program_that_has_left_its_parent_and_its_group_is_ended_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lets a process adopt orphans.");
        Notebook(
            "daemon.ipynb",
            "System.Diagnostics.Process.Start(\"sh\", [\"-c\", \"setsid sh -c 'echo $$ > pids.new; mv pids.new pids; exec sleep 300' & "
                + "exit 0\"]).WaitForExit();\nwhile (true);"
        );
        using var process = Start("run", "daemon.ipynb", "--output", "out");
        await WaitUntil(() => File.Exists(Path.Combine(Folder, "pids")));
        await Task.Delay(200, TestContext.Current.CancellationToken);
        TestProcess.Signal(process, "INT");
        Assert.Equal(130, (await End(process)).ExitCode);
        await WaitUntil(() => !Pids.Any(IsAlive));
    }

    public static TheoryData<string> Signals => [.. Faults.Of<string>(few: 2, "TERM", "KILL", "HUP", "INT")];

    [Theory]
    [MemberData(nameof(Signals))]
    public async Task A_signal_ends_the_run_and_all_that_its_cells_started(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix's.");
        Notebook("long.ipynb", Family + "while (true);");
        using var process = Start("run", "long.ipynb", "--output", "out");
        await WaitUntil(() => File.Exists(Path.Combine(Folder, "pids")));
        await Task.Delay(200, TestContext.Current.CancellationToken);
        TestProcess.Signal(process, signal);
        var (code, _, _) = await End(process);
        await WaitUntil(() => !Pids.Any(IsAlive));
        if (signal == "KILL")
        {
            Assert.Equal(137, code);
            return;
        }

        Assert.Equal(130, code);
        Assert.Equal("interrupted", (string)Summary()["notebooks"]![0]!["status"]!);
        Assert.Equal("partial\n", Text("long.ipynb", 1));
    }

    [Fact]
    public async Task A_terminal_that_is_closed_ends_the_run_with_its_results_written()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "The program script (util-linux), which makes the terminal, is not installed.");
        Notebook("long.ipynb", Family + "while (true);");
        using var terminal = TestProcess.Start(
            new ProcessStartInfo("/usr/bin/script", ["-qfec", $"exec '{Program}' run long.ipynb --output out", "/dev/null"])
            {
                WorkingDirectory = Folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        var screen = terminal.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await WaitUntil(() => File.Exists(Path.Combine(Folder, "pids")));
        await Task.Delay(200, TestContext.Current.CancellationToken);
        terminal.Kill();
        await WaitUntil(() => File.Exists(Path.Combine(Output, "index.html")));
        Assert.Equal("interrupted", (string)Summary()["notebooks"]![0]!["status"]!);
        Assert.Equal("partial\n", Text("long.ipynb", 1));
        await WaitUntil(() => !Pids.Any(IsAlive));
        _ = screen;
    }
}
