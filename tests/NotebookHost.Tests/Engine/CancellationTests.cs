using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

public sealed class CancellationTests : SessionTest
{
    private const string Token = "Microsoft.DotNet.Interactive.KernelInvocationContext.Current.CancellationToken";

    private async Task<(RecordingSink Sink, Ended Result)> Cancel(string code)
    {
        var sink = new RecordingSink();
        using var stop = new CancellationTokenSource();
        var running = Session.ExecuteAsync(new CellRequest(code, 1), sink.Receive, stop.Token);
        while (!sink.Out.Contains("go", StringComparison.Ordinal) && !running.IsCompleted)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        return (sink, await running);
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
        var (sink, result) = await Cancel("Console.Write(\"go\"); System.Threading.Thread.Sleep(700); Console.Write(\"late\");");
        Assert.Equal(CellStatus.Abandoned, result.Status);
        Assert.Equal("1", (await Run("await Task.Delay(900); before")).Result!["text/plain"]);
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
        Notebook("slow.ipynb", "Console.Write(\"go\"); System.Threading.Thread.Sleep(600); var stray = 1;");
        await Run("var n = 1;");
        Assert.Equal(CellStatus.Abandoned, (await Cancel("#!import slow.ipynb")).Result.Status);
        await Run("var m = n + 1; await Task.Delay(900);");
        Assert.Equal("2", (await Run("m")).Result!["text/plain"]);
        Assert.Contains("CS0103", (await Fail("stray")).Message, StringComparison.Ordinal);
        Assert.Equal("go", (await Run("#!import slow.ipynb")).Out);
    }
}
