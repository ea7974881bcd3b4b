namespace NotebookHost.Pages;

/// <summary>The result of running one notebook.</summary>
/// <param name="Name">The notebook's file name.</param>
/// <param name="Title">Its first level-1 heading.</param>
/// <param name="Page">The page's file, relative to the output folder; null if none was written.</param>
/// <param name="Notebook">The executed notebook's file, relative to the output folder; null if none was written.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Seconds">Wall time, the start of the process included.</param>
/// <param name="CellsRun">Code cells that ended without an error.</param>
/// <param name="Cells">Code cells in the notebook.</param>
/// <param name="PeakMemoryBytes">The process's peak resident set; null where it could not be measured.</param>
/// <param name="Error">The first failure; null where there was none.</param>
public sealed record NotebookResult(
    string Name,
    string Title,
    string? Page,
    string? Notebook,
    RunStatus Status,
    double Seconds,
    int CellsRun,
    int Cells,
    long? PeakMemoryBytes,
    CellFailure? Error
);

/// <summary>The first thing that went wrong in a notebook, and where.</summary>
/// <param name="Cell">The cell's place in the notebook, from 1, text cells counted too; 0 where no cell had begun.</param>
/// <param name="Line">The line in the cell, from 1; null where it is not known.</param>
/// <param name="CellId">The cell's id, if it has one.</param>
/// <param name="ErrorName">The exception's type, or a short name of what happened.</param>
/// <param name="Message">What happened, in words.</param>
public sealed record CellFailure(int Cell, int? Line, string? CellId, string ErrorName, string Message);

/// <summary>How a notebook's run ended.</summary>
public enum RunStatus
{
    /// <summary>Every cell ran.</summary>
    Passed,

    /// <summary>A cell failed, or its process died.</summary>
    Failed,

    /// <summary>A cell ran longer than <c>--timeout</c> allows.</summary>
    TimedOut,

    /// <summary>The user stopped the run.</summary>
    Interrupted,

    /// <summary>It did not run, because an earlier notebook failed or the run was stopped.</summary>
    NotRun,
}
