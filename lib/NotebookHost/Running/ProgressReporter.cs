using NotebookHost.Pages;
using Spectre.Console;

namespace NotebookHost.Running;

/// <summary>Progress as one bar per notebook, for people.</summary>
internal sealed class ProgressReporter(ProgressContext progress, IAnsiConsole console) : IRunReporter
{
    private readonly Dictionary<PlannedNotebook, ProgressTask> _tasks = [];

    /// <summary>Runs something under a live display of bars.</summary>
    public static Task<T> ShowAsync<T>(IAnsiConsole console, Func<IRunReporter, Task<T>> run) =>
        console
            .Progress()
            .HideCompleted(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new ElapsedTimeColumn(),
                new SpinnerColumn()
            )
            .StartAsync(context => run(new ProgressReporter(context, console)));

    public void CellStarted(PlannedNotebook notebook, int position, int cells)
    {
        if (!_tasks.TryGetValue(notebook, out var task))
        {
            task = progress.AddTask(Markup.Escape(ConsoleText.InOneLine(notebook.OutputName)), maxValue: cells);
            _tasks[notebook] = task;
        }

        task.Description = $"{Markup.Escape(ConsoleText.InOneLine(notebook.OutputName))}  cell {position}/{cells}";
        task.Value = position - 1;
    }

    // Above the bars, which are drawn again below it.
    public void Warn(string message) => console.MarkupLineInterpolated($"[yellow]Warning:[/] {ConsoleText.InOneLine(message)}");

    public void NotebookEnded(PlannedNotebook notebook, NotebookResult result)
    {
        if (_tasks.TryGetValue(notebook, out var task))
        {
            task.Description = $"{Markup.Escape(ConsoleText.InOneLine(notebook.OutputName))}  {RunTable.Describe(result.Status)}";
            task.Value = result.Status == RunStatus.Passed ? task.MaxValue : task.Value;
            task.StopTask();
        }
    }
}
