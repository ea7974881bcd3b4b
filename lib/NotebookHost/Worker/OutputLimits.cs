using NotebookHost.Engine;

namespace NotebookHost.Worker;

/// <summary>
/// How much of what cells put out is kept, in characters. An endless loop must not take all memory or fill the disk, and its page must
/// still open; normal notebooks stay far below. Where a limit is met, the output says so.
/// </summary>
internal static class OutputLimits
{
    /// <summary>One shown value, all its forms together. A chart that carries the whole of plotly.js has 1.5 to 5 million.</summary>
    public const int LargestOutput = 10_000_000;

    /// <summary>The console text of one cell: 12,000 full lines, more than anybody reads.</summary>
    public const int MostText = 1_000_000;

    /// <summary>Of a longer console text its end is kept too: some 400 lines.</summary>
    public const int LastText = 20_000;

    /// <summary>What one cell shows, console text aside: a dozen charts.</summary>
    public const int MostData = 20_000_000;

    /// <summary>Outputs of one cell. A browser lays out a thousand in a moment, a hundred thousand not at all.</summary>
    public const int MostOutputs = 1_000;

    /// <summary>All cells together: while a notebook and its page are written, they are in memory several times.</summary>
    public const int MostInAll = 60_000_000;

    /// <summary>The message of one error.</summary>
    public const int LongestError = 100_000;

    /// <summary>The event as it may leave the worker. Output that is too large to be shown is left out here, before it takes memory on the
    /// other side too.</summary>
    public static CellEvent Within(CellEvent happened) =>
        happened switch
        {
            Displayed display => display with { Data = Within(display.Data) },
            Result result => new Result(Within(result.Data)),
            Failed failed => new Failed(failed.Error.Within(LongestError)),
            Ended { Error: { } error } ended => ended with { Error = error.Within(LongestError) },
            _ => happened,
        };

    private static IReadOnlyDictionary<string, string> Within(IReadOnlyDictionary<string, string> data)
    {
        var length = data.Sum(entry => (long)entry.Value.Length);
        return length <= LargestOutput
            ? data
            : new Dictionary<string, string>
            {
                [ValueFormatting.Plain] =
                    $"[left out: an output of {length:N0} characters; one output may have {LargestOutput:N0}. Write large data to a file.]",
            };
    }
}
