namespace NotebookHost.Engine;

/// <summary>Options of a session.</summary>
internal sealed record SessionOptions
{
    /// <summary>Where relative paths start; null for the process's current directory, whatever it is at the time.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Values for the variables of cells tagged <c>parameters</c>.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Asks the user for a line, given a prompt; null where nobody is there to answer.</summary>
    public Func<InputQuestion, string?>? ReadInput { get; init; }

    /// <summary>How long a cancelled cell has to stop by itself before it is left behind.</summary>
    public TimeSpan CancellationGrace { get; init; } = TimeSpan.FromSeconds(1);
}
