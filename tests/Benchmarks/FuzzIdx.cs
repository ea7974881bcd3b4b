using System.Diagnostics;

namespace Benchmarks;

/// <summary>Hostile IDX files, a million by default. A failure names its input's number; <c>fuzz-idx 1 NUMBER</c> runs that
/// alone.</summary>
internal static class FuzzIdx
{
    private const int Seed = 1;
    private const long LargestBomb = 10L << 30;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var count = arguments.Length > 0 ? int.Parse(arguments[0]) : 1_000_000;
        var first = arguments.Length > 1 ? int.Parse(arguments[1]) : 0;
        var fuzzer = new IdxFuzzer(Seed, LargestBomb);
        var time = Stopwatch.StartNew();
        try
        {
            await fuzzer.RunAsync(
                first,
                count,
                number =>
                {
                    if ((number + 1) % 100_000 == 0)
                    {
                        Console.WriteLine($"{number + 1:N0} inputs in {time.Elapsed.TotalSeconds:N0} s");
                    }
                }
            );
        }
        catch (IdxFuzzException e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }

        Report.Write(
            "fuzz-idx",
            ["inputs by what was done to them", "inputs", "taken, exactly", "refused", "slowest ms", "most KiB beyond the content"],
            [
                .. fuzzer.Tallies.Select(tally => Row(tally.Key, tally.Value)),
                Row(
                    "all",
                    new IdxFuzzTally
                    {
                        Inputs = fuzzer.Tallies.Values.Sum(tally => tally.Inputs),
                        Accepted = fuzzer.Tallies.Values.Sum(tally => tally.Accepted),
                        SlowestMilliseconds = fuzzer.Tallies.Values.Max(tally => tally.SlowestMilliseconds),
                        MostBytesBeyond = fuzzer.Tallies.Values.Max(tally => tally.MostBytesBeyond),
                    }
                ),
            ]
        );
        Console.WriteLine(
            $"{time.Elapsed.TotalSeconds:N0} s; limits: {IdxFuzzer.MostBytesBeyond / 1024} KiB beyond the content, "
                + $"{IdxFuzzer.MostTime.TotalSeconds} s an input"
        );
        return 0;
    }

    private static IReadOnlyList<object> Row(string name, IdxFuzzTally tally) =>
        [name, tally.Inputs, tally.Accepted, tally.Inputs - tally.Accepted, tally.SlowestMilliseconds, tally.MostBytesBeyond / 1024.0];
}
