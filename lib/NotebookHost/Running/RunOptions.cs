namespace NotebookHost.Running;

/// <summary>What the command line asks of a run.</summary>
internal sealed record RunOptions
{
    /// <summary>The notebooks to run; empty for the repository's.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Where executed notebooks, pages and the summary go; null for artifacts/tutorial in the repository.</summary>
    public string? Output { get; init; }

    /// <summary>Values for the notebooks' parameters.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>How long one cell may run; null for no limit.</summary>
    public TimeSpan? CellTimeout { get; init; }

    /// <summary>Whether to run the remaining notebooks after one has failed.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>Whether to run the remaining cells of a notebook after one has failed.</summary>
    public bool KeepGoingInNotebooks { get; init; }
}
