using System.Diagnostics;

namespace Benchmarks;

/// <summary>How long a kernel takes to its first answer, and to run trivial cells; compared with ipykernel, by the same client in the same
/// run.</summary>
internal static class KernelBenchmark
{
    private const int Starts = 5;
    private const int Cells = 200;
    private const string Python = "/usr/bin/python3";

    public static async Task<int> RunAsync()
    {
        var kernels = new List<(string Name, IReadOnlyList<string> Command)> { ("NotebookHost", KernelClient.Own) };
        if (File.Exists(Python) && Directory.Exists("/usr/lib/python3/dist-packages/ipykernel"))
        {
            kernels.Add(("ipykernel", [Python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]));
        }

        var runs = kernels.ToDictionary(kernel => kernel.Name, _ => new List<double[]>());
        for (var i = 0; i < Starts; i++)
        {
            foreach (var (name, command) in kernels)
            {
                runs[name].Add(await MeasureAsync(command));
            }
        }

        Report.Write(
            "kernel",
            [
                $"median of {Starts} runs, ms",
                "start to kernel_info_reply",
                "first cell",
                "2nd cell",
                "100th cell",
                $"median of cells 101–{Cells}",
            ],
            [
                .. runs.Select(run =>
                    (IReadOnlyList<object>)
                        [
                            run.Key,
                            .. Enumerable.Range(0, 5).Select(column => (object)Report.Median(run.Value.Select(values => values[column]))),
                        ]
                ),
            ]
        );
        return 0;
    }

    private static async Task<double[]> MeasureAsync(IReadOnlyList<string> command)
    {
        var start = Stopwatch.GetTimestamp();
        await using var kernel = new KernelClient(command);
        var info = kernel.Send("kernel_info_request", []);
        await kernel.NextAsync(message => message.Parent == info && message.Type == "kernel_info_reply");
        var answered = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await kernel.WaitUntilReadyAsync();
        var cells = new double[Cells];
        for (var i = 0; i < Cells; i++)
        {
            var begin = Stopwatch.GetTimestamp();
            await kernel.ExecuteAsync($"{i} + 1");
            cells[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }

        await kernel.ShutDownAsync();
        return [answered, cells[0], cells[1], Report.Median(cells[95..105]), Report.Median(cells[100..])];
    }
}
