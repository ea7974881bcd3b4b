using NotebookHost.Pages;

namespace NotebookHost.Running;

/// <summary>Shows a run's progress.</summary>
internal interface IRunReporter
{
    /// <summary>A code cell begins, the <paramref name="position"/>th of <paramref name="cells"/>.</summary>
    void CellStarted(PlannedNotebook notebook, int position, int cells);

    /// <summary>Something is wrong that does not stop the run.</summary>
    void Warn(string message);

    /// <summary>A notebook has ended, or will not be run.</summary>
    void NotebookEnded(PlannedNotebook notebook, NotebookResult result);
}

/// <summary>Progress as lines, for logs.</summary>
internal sealed class PlainReporter(TextWriter writer) : IRunReporter
{
    public void CellStarted(PlannedNotebook notebook, int position, int cells) =>
        writer.WriteLine($"{ConsoleText.InOneLine(notebook.OutputName)}  cell {position}/{cells}");

    public void Warn(string message) => writer.WriteLine($"Warning: {ConsoleText.InOneLine(message)}");

    public void NotebookEnded(PlannedNotebook notebook, NotebookResult result) =>
        writer.WriteLine(
            $"{ConsoleText.InOneLine(notebook.OutputName)}  "
                + $"{RunTable.Describe(result.Status)}{(result.Status == RunStatus.NotRun ? "" : $", {result.Seconds:0.0} s")}"
        );
}
