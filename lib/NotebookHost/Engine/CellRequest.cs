namespace NotebookHost.Engine;

/// <summary>A cell to run.</summary>
/// <param name="Code">The cell's text.</param>
/// <param name="Number">The number by which errors name the cell.</param>
/// <param name="Language">The language that the cell's metadata names.</param>
/// <param name="IsParameters">Whether the cell carries the tag <c>parameters</c>.</param>
internal sealed record CellRequest(string Code, int Number, string Language = "csharp", bool IsParameters = false);

/// <summary>How a cell ended.</summary>
internal enum CellStatus
{
    /// <summary>It ran to its end.</summary>
    Ok,

    /// <summary>It did not compile, or threw.</summary>
    Error,

    /// <summary>It was cancelled and stopped, or was waiting and will not go on.</summary>
    Interrupted,

    /// <summary>It was cancelled and did not stop: it is left behind, its output goes nowhere, and the session goes on without
    /// it.</summary>
    Abandoned,
}

/// <summary>How a cell ended, and why where it did not run to its end.</summary>
internal sealed record CellResult(CellStatus Status, CellError? Error = null);
