using NotebookHost.Documents;

namespace NotebookHost.Engine;

/// <summary>What <c>#!import</c> brings: the code cells of a notebook, or a script as one.</summary>
internal static class ImportedSources
{
    /// <exception cref="NotebookFormatException">There is no such file, or it is neither a notebook nor a C# script.</exception>
    public static IReadOnlyList<(CellSource Source, string Language)> Read(string path)
    {
        var name = Path.GetFileName(path);
        switch (Path.GetExtension(path).ToUpperInvariant())
        {
            case ".IPYNB":
                return
                [
                    .. NotebookDocument
                        .Load(path)
                        .Cells.Where(cell => cell.Kind == CellKind.Code)
                        .Select(cell =>
                            (new CellSource($"{name}, cell {cell.Number}", cell.Source, cell.IsParameters, IsImported: true), cell.Language)
                        ),
                ];
            // The parts of a .dib file are divided by #!csharp, #!markdown and so on, as those of a cell may be.
            case ".CSX" or ".CS" or ".DIB":
                return [(new CellSource(name, ReadScript(path), IsImported: true), "csharp")];
            default:
                throw new NotebookFormatException($"{path}: only notebooks (.ipynb, .dib) and C# scripts (.csx, .cs) can be imported.");
        }
    }

    private static string ReadScript(string path)
    {
        try
        {
            return File.ReadAllText(path).ReplaceLineEndings("\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NotebookFormatException(
                File.Exists(path)
                    ? $"{path}: cannot be read ({e.Message.TrimEnd('.')})."
                    : $"{path}: there is no such file; check the path.",
                e
            );
        }
    }
}
