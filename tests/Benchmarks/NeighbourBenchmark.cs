using System.Diagnostics;
using System.Globalization;

namespace Benchmarks;

/// <summary>Training beside a program that takes one core for itself: as shipped, and with each fixed number of threads for all of
/// libtorch's operations.</summary>
internal static class NeighbourBenchmark
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["spin"])
        {
            if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
            {
                Process.GetCurrentProcess().ProcessorAffinity = 1;
            }

            while (true) { }
        }

        var rounds = arguments is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 3;
        List<(string Name, string Variant, string Threads)> ways = [("Trainer.Fit", "fit", $"{Environment.ProcessorCount}")];
        for (var threads = 1; threads <= Environment.ProcessorCount; threads *= 2)
        {
            ways.Add(($"whole batches, {threads} threads", nameof(Tricks.Adam), $"{threads}"));
            ways.Add(($"Trainer.Fit, {threads} threads", "fit", $"{threads}"));
        }

        var rows = new List<IReadOnlyList<object>>();
        var speeds = ways.ToDictionary(way => way.Name, _ => (Alone: new List<double>(), Beside: new List<double>()));
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, variant, threads) in ways)
            {
                var command = Child.Own("train", "one", variant, threads);
                speeds[name].Alone.Add(await Child.NumberAsync(command));
                var neighbour = Child.Own("neighbour", "spin");
                using var spinning = Process.Start(neighbour[0], neighbour[1..]);
                try
                {
                    speeds[name].Beside.Add(await Child.NumberAsync(command));
                }
                finally
                {
                    spinning.Kill();
                    await spinning.WaitForExitAsync();
                }
            }
        }

        var best = speeds.Where(speed => speed.Key != ways[0].Name).Max(speed => Report.Median(speed.Value.Beside));
        Report.Write(
            "neighbour",
            [$"images/s, median of {rounds}", "alone", "beside a busy core", "to the best fixed choice"],
            [
                .. speeds.Select(speed =>
                    (IReadOnlyList<object>)
                        [
                            speed.Key,
                            Report.Median(speed.Value.Alone),
                            Report.Median(speed.Value.Beside),
                            (Report.Median(speed.Value.Beside) / best).ToString("0.00", CultureInfo.InvariantCulture),
                        ]
                ),
            ]
        );
        return 0;
    }
}
