namespace NotebookHost.Engine;

/// <summary>A cell to run.</summary>
/// <param name="Code">The cell's text.</param>
/// <param name="Number">The number by which errors name the cell.</param>
/// <param name="Language">The language that the cell's metadata names.</param>
/// <param name="IsParameters">Whether the cell carries the tag <c>parameters</c>.</param>
/// <param name="Notebook">The file that the cell belongs to, so that it cannot import itself; null where that is not known.</param>
internal sealed record CellRequest(string Code, int Number, string Language = "csharp", bool IsParameters = false, string? Notebook = null);
