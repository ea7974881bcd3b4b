namespace NotebookHost.Pages;

/// <summary>What a notebook's page says about the run, and which pages stand beside it.</summary>
public sealed record PageSurroundings
{
    /// <summary>The page's own file name, under which it is remembered as read; null where nothing is remembered.</summary>
    public string? FileName { get; init; }

    /// <summary>The page before this one, or null for the first.</summary>
    public PageLink? Previous { get; init; }

    /// <summary>The page after this one, or null for the last.</summary>
    public PageLink? Next { get; init; }

    /// <summary>The page that lists all, or null where there is none.</summary>
    public PageLink? Index { get; init; }

    /// <summary>How the notebook's run ended.</summary>
    public RunStatus Status { get; init; } = RunStatus.Passed;

    /// <summary>The first failure of the run; null where there was none.</summary>
    public CellFailure? Error { get; init; }

    /// <summary>Tells whether a page of this file name lies beside this one: links to other pages are shown as text.</summary>
    public Func<string, bool> HasPage { get; init; } = _ => true;
}
