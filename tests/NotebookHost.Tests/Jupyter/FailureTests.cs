using System.Diagnostics;
using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Jupyter;

/// <summary>What goes wrong in cells, and the stop button.</summary>
public sealed class FailureTests : IAsyncLifetime
{
    private readonly KernelClient _kernel = new(KernelClient.Own);

    public async ValueTask InitializeAsync() => await _kernel.WaitUntilReadyAsync();

    public ValueTask DisposeAsync() => _kernel.DisposeAsync();

    private async Task<(Outcome Cell, TimeSpan Time)> Interrupt(string code)
    {
        var id = _kernel.SendExecute(code);
        await _kernel.NextAsync(message => message.Type == "stream", keep: true);
        var time = Stopwatch.StartNew();
        await _kernel.InterruptAsync();
        return (await _kernel.EndOfAsync(id), time.Elapsed);
    }

    [Theory]
    [InlineData("Console.Write(\"go\"); await Task.Delay(60000);")]
    [InlineData(
        "Console.Write(\"go\"); await Task.Delay(60000, Microsoft.DotNet.Interactive.KernelInvocationContext.Current.CancellationToken);"
    )]
    [InlineData("Console.Write(\"go\"); Console.ReadLine();")]
    public async Task A_cell_that_waits_is_stopped_within_a_second(string code)
    {
        await _kernel.ExecuteAsync("var kept = 1;");
        var queued = _kernel.SendExecute("System.Threading.Thread.Sleep(1);");
        await _kernel.EndOfAsync(queued);
        var (cell, time) = await Interrupt(code);
        Assert.Equal(("error", "Interrupted"), (cell.Status, (string?)cell.Reply["ename"]));
        Assert.InRange(time.TotalSeconds, 0, 1);
        Assert.Equal("1", (string?)(await _kernel.ExecuteAsync("kept")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_cell_that_cannot_be_stopped_is_reported_and_the_kernel_goes_on()
    {
        // Native code: nothing can interrupt it.
        var (cell, time) = await Interrupt(
            "[System.Runtime.InteropServices.DllImport(\"libc\")] static extern int usleep(int microseconds);\n"
                + "Console.Write(\"go\"); usleep(8_000_000); Console.Write(\"late\");"
        );
        Assert.Contains("could not be stopped", (string?)cell.Error!["evalue"], StringComparison.Ordinal);
        Assert.InRange(time.TotalSeconds, 0, 5);
        Assert.Equal("2", (string?)(await _kernel.ExecuteAsync("1 + 1")).Result!["text/plain"]);
    }

    [Fact]
    public async Task An_interrupt_drops_the_cells_behind()
    {
        var running = _kernel.SendExecute("Console.Write(\"go\"); await Task.Delay(60000);");
        var queued = _kernel.SendExecute("1");
        await _kernel.NextAsync(message => message.Type == "stream", keep: true);
        await _kernel.InterruptAsync();
        Assert.Equal("error", (await _kernel.EndOfAsync(running)).Status);
        Assert.Equal("aborted", (await _kernel.EndOfAsync(queued)).Status);
    }

    [Theory]
    [InlineData("Environment.Exit(3);", "exit code 3")]
    [InlineData(
        "Exception deep = null; for (var i = 0; i < 200_000; i++) deep = new Exception(null, deep); deep.ToString().Length",
        "stack overflow"
    )]
    [InlineData("System.Runtime.InteropServices.Marshal.WriteByte((nint)0x123456789000, 1);", "crashed")]
    [InlineData("System.Diagnostics.Process.GetCurrentProcess().Kill();", "killed")]
    public async Task The_end_of_the_session_is_an_error_and_a_new_one_is_there(string code, string words)
    {
        await _kernel.ExecuteAsync("var lost = 1;");
        var cell = await _kernel.ExecuteAsync(code);
        Assert.Equal("SessionEnded", (string?)cell.Error!["ename"]);
        Assert.Contains(words, (string?)cell.Error["evalue"], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("run the cells again", (string?)cell.Error["evalue"], StringComparison.Ordinal);
        Assert.Contains("CS0103", (string?)(await _kernel.ExecuteAsync("lost")).Error!["evalue"], StringComparison.Ordinal);
        Assert.Equal("ok", (await _kernel.ExecuteAsync("var lost = 2;")).Status);
    }

    [Fact]
    public async Task An_exception_that_nobody_caught_on_a_thread_is_shown_and_the_variables_stay()
    {
        var cell = await _kernel.ExecuteAsync(
            "var kept = 1; var thread = new System.Threading.Thread(() => throw new InvalidOperationException(\"on a thread\")); "
                + "thread.Start(); thread.Join();"
        );
        Assert.Equal("on a thread", (string?)cell.Error!["evalue"]);
        Assert.Contains("cell 1, line 1", cell.Error["traceback"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("1", (string?)(await _kernel.ExecuteAsync("kept")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_session_that_ends_between_cells_is_told_of()
    {
        await _kernel.ExecuteAsync("new System.Threading.Timer(_ => Environment.Exit(5), null, 300, -1);");
        var told = await _kernel.NextAsync(message => message.Type == "stream" && (string?)message.Content["name"] == "stderr");
        Assert.Contains("exit code 5", (string?)told.Content["text"], StringComparison.Ordinal);
        Assert.Equal("ok", (await _kernel.ExecuteAsync("1")).Status);
    }

    [Fact]
    public async Task A_kernel_whose_front_end_died_ends_with_its_session()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A Unix shell takes the place of the front end here.");
        var command = string.Join(' ', KernelClient.Own.Select(part => $"'{part}'"));
        await using var orphan = new KernelClient(["/bin/sh", "-c", $"JPY_PARENT_PID=$$ {command} & wait"]);
        await orphan.WaitUntilReadyAsync();
        var session = int.Parse((string)(await orphan.ExecuteAsync("Environment.ProcessId.ToString()")).Result!["text/plain"]!);
        orphan.Process.Kill();
        await Processes.WaitUntilGoneAsync(session);
    }

    [Fact]
    public async Task Text_that_native_code_prints_is_shown()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It calls Unix's write.");
        await _kernel.ExecuteAsync(
            "[System.Runtime.InteropServices.DllImport(\"libc\")] static extern nint write(int file, string text, nint count);"
        );
        var id = _kernel.SendExecute("write(1, \"native\\n\", 7); await Task.Delay(300);");
        Assert.Contains("native", (await _kernel.EndOfAsync(id)).Text("stdout"), StringComparison.Ordinal);
    }
}
