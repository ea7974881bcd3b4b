using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

public sealed class CancellationTests : SessionTest
{
    private const string Token = "Microsoft.DotNet.Interactive.KernelInvocationContext.Current.CancellationToken";

    /// <summary>Waits in native code, where nothing managed can end it.</summary>
    private const string Native =
        "C.usleep(1_500_000); class C { [System.Runtime.InteropServices.DllImport(\"libc\")] public static extern int usleep(uint n); }";

    private async Task<(RecordingSink Sink, Ended Result)> Cancel(string code, System.Diagnostics.Stopwatch? stopwatch = null)
    {
        var sink = new RecordingSink();
        using var stop = new CancellationTokenSource();
        var running = Session.ExecuteAsync(new CellRequest(code, 1), sink.Receive, stop.Token);
        while (!sink.Out.Contains("go", StringComparison.Ordinal) && !running.IsCompleted)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        stopwatch?.Start();
        await stop.CancelAsync();
        var result = await running;
        stopwatch?.Stop();
        return (sink, result);
    }

    [Fact]
    public async Task A_cell_that_honours_the_token_is_interrupted_and_its_variables_stay()
    {
        var (_, result) = await Cancel($"var kept = 1; Console.Write(\"go\"); await Task.Delay(60000, {Token}); kept = 2;");
        Assert.Equal(CellStatus.Interrupted, result.Status);
        Assert.Null(result.Error);
        Assert.Equal("1", (await Run("kept")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_cell_that_ends_normally_after_the_stop_is_interrupted_too()
    {
        var (sink, result) = await Cancel($"Console.Write(\"go\"); {Token}.WaitHandle.WaitOne(); var after = 2; after");
        Assert.Equal(CellStatus.Interrupted, result.Status);
        Assert.Equal("2", sink.Result!["text/plain"]);
        Assert.Equal("2", (await Run("after")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_cell_that_does_not_stop_is_left_behind_and_the_session_goes_on()
    {
        Options = Options with { CancellationGrace = TimeSpan.FromMilliseconds(200) };
        await Run("var before = 1;");
        var (sink, result) = await Cancel($"Console.Write(\"go\"); {Native} Console.Write(\"late\");");
        Assert.Equal(CellStatus.Abandoned, result.Status);
        Assert.Equal("1", (await Run("await Task.Delay(1700); before")).Result!["text/plain"]);
        Assert.Equal("go", sink.Out);
    }

    [Fact]
    public async Task A_cell_that_waits_is_stopped_whatever_it_waits_for_and_does_not_go_on()
    {
        await Run("var steps = new List<int>();");
        var (_, result) = await Cancel(
            "async Task Inner() { Console.Write(\"go\"); await Task.Delay(1000); steps.Add(1); } await Inner(); steps.Add(2);"
        );
        Assert.Equal(CellStatus.Interrupted, result.Status);
        Assert.Equal("0", (await Run("await Task.Delay(700); steps.Count")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_cell_left_behind_never_changes_the_state_afterwards()
    {
        Options = Options with { CancellationGrace = TimeSpan.FromMilliseconds(100) };
        Notebook("slow.ipynb", $"Console.Write(\"go\"); {Native} var stray = 1;");
        await Run("var n = 1;");
        Assert.Equal(CellStatus.Abandoned, (await Cancel("#!import slow.ipynb")).Result.Status);
        await Run("var m = n + 1; await Task.Delay(1700);");
        Assert.Equal("2", (await Run("m")).Result!["text/plain"]);
        Assert.Contains("CS0103", (await Fail("stray")).Message, StringComparison.Ordinal);
        Assert.Equal("go", (await Run("#!import slow.ipynb")).Out);
    }

    [Theory]
    [InlineData("int n = 0; while (true) n++;")]
    [InlineData("for (;;) { }")]
    [InlineData("again: goto again;")]
    [InlineData("System.Threading.Thread.Sleep(60000);")]
    [InlineData("System.Threading.Thread.Sleep(System.Threading.Timeout.Infinite);")]
    [InlineData("while (true) Console.WriteLine(\"line\");")]
    [InlineData("while (true) { try { System.Threading.Thread.Sleep(50); } catch { } }")]
    [InlineData("while (true) { try { while (true) { } } catch (Exception) { } finally { } }")]
    [InlineData("await Task.Delay(60000);")]
    [InlineData("while (true) await Task.Yield();")]
    [InlineData("Task.Delay(60000).Wait();")]
    [InlineData("new TaskCompletionSource<int>().Task.Result")]
    [InlineData("await new TaskCompletionSource<int>().Task")]
    [InlineData(
        "var o = new object(); new System.Threading.Thread(() => { lock (o) { System.Threading.Thread.Sleep(3000); } }).Start(); "
            + "System.Threading.Thread.Sleep(100); lock (o) { }"
    )]
    [InlineData("Parallel.For(0, 8, i => { while (true) { } });")]
    [InlineData("await Task.Run(() => { while (true) { } });")]
    [InlineData("Enumerable.Range(0, int.MaxValue).Select(x => (long)x * x).Where(x => x < 0).Count()")]
    [InlineData("int Fib(int n) => n < 2 ? 1 : Fib(n - 1) + Fib(n - 2); Fib(60)")]
    [InlineData("IEnumerable<int> All() { for (var i = 0; ; i++) yield return i; } All().Last()")]
    [InlineData("System.Threading.SpinWait.SpinUntil(() => false);")]
    [InlineData("new System.Threading.SemaphoreSlim(0).Wait();")]
    [InlineData("class Loop { public void Run() { while (true) { } } } new Loop().Run();")]
    public async Task Managed_code_is_stopped_within_two_seconds_whatever_it_does(string code)
    {
        Options = Options with { CancellationGrace = TimeSpan.FromSeconds(3) };
        await Run("var kept = 1; void Forever() { while (true) { } }");
        var stopwatch = new System.Diagnostics.Stopwatch();
        var (_, result) = await Cancel($"Console.WriteLine(\"go\"); {code}", stopwatch);
        Assert.Equal(CellStatus.Interrupted, result.Status);
        Assert.InRange(stopwatch.Elapsed.TotalSeconds, 0, 2);
        Assert.Equal("1", (await Run("kept")).Result!["text/plain"]);
        Assert.Equal(CellStatus.Interrupted, (await Cancel("Console.WriteLine(\"go\"); Forever();")).Result.Status);
        Assert.Equal("1", (await Run("for (var i = 0; i < 10; i++) { } kept")).Result!["text/plain"]);
    }

    [Fact]
    public async Task Finally_blocks_of_a_stopped_cell_run()
    {
        await Cancel("var closed = false; Console.Write(\"go\"); try { while (true) { } } finally { closed = true; }");
        Assert.Equal("True", (await Run("closed")).Result!["text/plain"]);
    }

    [Fact]
    public async Task Loops_on_other_threads_end_with_the_cell()
    {
        await Run("long turns = 0;");
        await Cancel(
            "_ = Task.Run(() => { while (true) turns++; }); while (turns == 0) System.Threading.Thread.Sleep(1); Console.Write(\"go\"); "
                + "while (true) { }"
        );
        await Run("var before = turns; await Task.Delay(100);");
        Assert.Equal("True", (await Run("turns == before && turns > 0")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_method_that_calls_itself_without_end_is_an_error_and_not_the_end_of_the_session()
    {
        await Run("var kept = 1;");
        var error = await Fail("int Deep(int n) => 1 + Deep(n + 1);\nDeep(0)");
        Assert.Contains("calls itself", error.Message, StringComparison.Ordinal);
        Assert.Equal("1", (await Run("kept")).Result!["text/plain"]);
    }
}
