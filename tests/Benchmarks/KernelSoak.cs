using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Benchmarks;

/// <summary>A long day of one kernel: many cells, many presses of stop, many restarts. Every message is accounted for.</summary>
internal static class KernelSoak
{
    private static int _problems;

    /// <param name="counts">Cells, interrupts and restarts; those not given are 2000, 200 and 100.</param>
    public static async Task<int> RunAsync(string[] counts)
    {
        int Count(int index, int otherwise) => index < counts.Length ? int.Parse(counts[index]) : otherwise;
        var rows = new List<IReadOnlyList<object>>();
        await using (var kernel = new KernelClient(KernelClient.Own))
        {
            await kernel.WaitUntilReadyAsync();
            await CellsAsync(kernel, Count(0, 2000), rows);
            await InterruptsAsync(kernel, Count(1, 200), rows);
            await kernel.ShutDownAsync();
        }

        await RestartsAsync(Count(2, 100), rows);
        Report.Write("kernel-soak", ["after", "seconds", "kernel MiB", "session MiB", "session heap MiB", "problems"], rows);
        return _problems == 0 ? 0 : 1;
    }

    private static async Task CellsAsync(KernelClient kernel, int count, List<IReadOnlyList<object>> rows)
    {
        var time = Stopwatch.StartNew();
        for (var i = 1; i <= count; i++)
        {
            // Each builds on the one before, prints, shows and returns something.
            var cell = await kernel.ExecuteAsync(
                $"var n{i} = {(i == 1 ? "0" : $"n{i - 1}")} + 1; for (var i = 0; i < 20; i++) Console.WriteLine(i); "
                    + $"display(n{i}).Update(-n{i}); n{i}"
            );
            var lines = cell.Text("stdout").Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Check(
                cell.Status == "ok" && lines.Length == 20 && (string?)cell.Result?["text/plain"] == $"{i}",
                $"cell {i}: {cell.Reply.ToJsonString()}"
            );
            string[] expected = ["status", "execute_input", "stream", "display_data", "update_display_data", "execute_result", "status"];
            Check(
                cell.Published.Select(message => message.Type).Distinct().Order().SequenceEqual(expected.Distinct().Order()),
                $"cell {i}: {string.Join(", ", cell.Published.Select(message => message.Type))}"
            );
            if (i % Math.Max(1, count / 5) == 0)
            {
                rows.Add(await MemoryAsync(kernel, $"{i} cells", time));
            }
        }
    }

    private static async Task InterruptsAsync(KernelClient kernel, int count, List<IReadOnlyList<object>> rows)
    {
        var time = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            // In turns a cell that does not take the token, and one that does.
            var id = kernel.SendExecute(
                i % 2 == 0
                    ? "Console.Write(\"go\"); await Task.Delay(60000);"
                    : "Console.Write(\"go\"); await Task.Delay(60000, "
                        + "Microsoft.DotNet.Interactive.KernelInvocationContext.Current.CancellationToken);"
            );
            await kernel.NextAsync(message => message.Parent == id && message.Type == "stream", keep: true);
            await kernel.InterruptAsync();
            var cell = await kernel.EndOfAsync(id);
            Check((string?)cell.Reply["ename"] == "Interrupted", $"interrupt {i}: {cell.Reply.ToJsonString()}");
            Check((await kernel.ExecuteAsync("1")).Status == "ok", $"the cell after interrupt {i}");
        }

        rows.Add(await MemoryAsync(kernel, $"{count} interrupts", time));
    }

    private static async Task RestartsAsync(int count, List<IReadOnlyList<object>> rows)
    {
        var time = Stopwatch.StartNew();
        for (var i = 1; i <= count; i++)
        {
            await using var kernel = new KernelClient(KernelClient.Own);
            await kernel.WaitUntilReadyAsync();
            var cell = await kernel.ExecuteAsync("Environment.ProcessId");
            Check(cell.Status == "ok", $"restart {i}: {cell.Reply.ToJsonString()}");
            if (i == count)
            {
                rows.Add(await MemoryAsync(kernel, $"{count} restarts", time));
            }

            var session = int.Parse((string)cell.Result!["text/plain"]!);
            await kernel.AskAsync("shutdown_request", new JsonObject { ["restart"] = true }, "control");
            await kernel.Process.WaitForExitAsync();
            for (var tries = 0; Directory.Exists($"/proc/{session}") && tries < 50; tries++)
            {
                await Task.Delay(100);
            }

            Check(!Directory.Exists($"/proc/{session}"), $"the session of restart {i} lives on");
        }
    }

    private static async Task<IReadOnlyList<object>> MemoryAsync(KernelClient kernel, string after, Stopwatch time)
    {
        const double mebi = 1 << 20;
        var session = await kernel.ExecuteAsync("string.Join(' ', Environment.WorkingSet, GC.GetTotalMemory(true))");
        var figures = ((string)session.Result!["text/plain"]!).Split(' ').Select(double.Parse).ToList();
        kernel.Process.Refresh();
        return [after, time.Elapsed.TotalSeconds, kernel.Process.WorkingSet64 / mebi, figures[0] / mebi, figures[1] / mebi, _problems];
    }

    private static void Check(bool holds, string what)
    {
        if (!holds)
        {
            _problems++;
            Console.Error.WriteLine($"PROBLEM {what}");
        }
    }
}
