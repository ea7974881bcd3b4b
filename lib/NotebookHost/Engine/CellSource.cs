namespace NotebookHost.Engine;

/// <summary>Code with a name: a cell of the notebook that runs, or of one that it imports, or an imported script.</summary>
/// <param name="Label">How errors name it, for example <c>cell 3</c> or <c>03-model.ipynb, cell 4</c>.</param>
/// <param name="Code">The text, lines separated by \n.</param>
/// <param name="IsParameters">Whether values given from outside apply after it.</param>
/// <param name="IsImported">Whether it comes from another file.</param>
internal sealed record CellSource(string Label, string Code, bool IsParameters = false, bool IsImported = false)
{
    private string[]? _lines;

    /// <summary>The label, with the line where that is known.</summary>
    public string Place(int? line) => line is null ? Label : $"{Label}, line {line}";

    /// <summary>The text of a line, from 1; empty where there is none.</summary>
    public string Line(int number)
    {
        _lines ??= Code.Split('\n');
        return number >= 1 && number <= _lines.Length ? _lines[number - 1].Trim() : "";
    }
}
