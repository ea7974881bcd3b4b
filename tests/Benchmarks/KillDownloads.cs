using System.Diagnostics;

namespace Benchmarks;

/// <summary>Downloads killed at random moments; the short form is a test.</summary>
internal static class KillDownloads
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var count = arguments.Length > 0 ? int.Parse(arguments[0]) : 200;
        var seed = arguments.Length > 1 ? int.Parse(arguments[1]) : 1;
        using var kills = new DownloadKills(seed);
        var time = Stopwatch.StartNew();
        try
        {
            await kills.RunAsync(count, CancellationToken.None);
        }
        catch (InvalidOperationException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }

        Report.Write(
            "kill-downloads",
            ["seed", "killed", "left part of a file", "left whole files", "next starts, all right", "seconds"],
            [
                [seed, kills.Kills, kills.LeftParts, kills.LeftFiles, kills.RightStarts, time.Elapsed.TotalSeconds],
            ]
        );
        return 0;
    }
}
