namespace NotebookHost.Running;

/// <summary>
/// How much of what cells put out is kept, in characters. A loop without end must not take the run's memory nor fill the disk,
/// and its page must still open; what honest notebooks show stays far below. Where a limit is met, the output says so.
/// </summary>
internal static class OutputLimits
{
    /// <summary>One shown value, all its forms together. A chart that carries the whole of plotly.js has 1.5 to 5 million.</summary>
    public const int LargestOutput = 10_000_000;

    /// <summary>The console text of one cell: 12,000 full lines, more than anybody reads.</summary>
    public const int MostText = 1_000_000;

    /// <summary>What one cell shows, console text aside: a dozen charts.</summary>
    public const int MostData = 20_000_000;

    /// <summary>Outputs of one cell. A browser lays out a thousand in a moment, a hundred thousand not at all.</summary>
    public const int MostOutputs = 1_000;

    /// <summary>All cells together: while a notebook and its page are written, they are in memory several times.</summary>
    public const int MostInAll = 60_000_000;

    /// <summary>The message of one error.</summary>
    public const int LongestError = 100_000;
}
