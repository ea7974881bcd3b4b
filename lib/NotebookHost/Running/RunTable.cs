using NotebookHost.Pages;
using Spectre.Console;

namespace NotebookHost.Running;

/// <summary>A run's result on the console: a table, and where the first failure of each notebook is.</summary>
internal static class RunTable
{
    public static string Describe(RunStatus status) =>
        status switch
        {
            RunStatus.Passed => "passed",
            RunStatus.Failed => "failed",
            RunStatus.TimedOut => "timed out",
            RunStatus.Interrupted => "interrupted",
            _ => "not run",
        };

    public static void Write(IAnsiConsole console, RunSummary summary, string output)
    {
        var table = new Table()
            .Border(TableBorder.Rounded)
            .AddColumn("Notebook")
            .AddColumn("Status")
            .AddColumn(new TableColumn("Cells").RightAligned())
            .AddColumn(new TableColumn("Seconds").RightAligned())
            .AddColumn(new TableColumn("Peak memory").RightAligned());
        foreach (var result in summary.Notebooks)
        {
            var color = result.Status switch
            {
                RunStatus.Passed => "green",
                RunStatus.NotRun => "grey",
                RunStatus.Interrupted => "yellow",
                _ => "red",
            };
            table.AddRow(
                Markup.Escape(ConsoleText.InOneLine(result.Name)),
                $"[{color}]{Describe(result.Status)}[/]",
                $"{result.CellsRun}/{result.Cells}",
                result.Status == RunStatus.NotRun ? "" : $"{result.Seconds:0.0}",
                result.PeakMemoryBytes is { } bytes ? $"{bytes / (1024.0 * 1024):0} MiB" : ""
            );
        }

        console.Write(table);
        foreach (var result in summary.Notebooks.Where(result => result.Error is not null))
        {
            var error = result.Error!;
            var place = error.Cell == 0 ? "" : $", cell {error.Cell}{(error.Line is { } line ? $", line {line}" : "")}";
            // Without the console's word wrap, which would break messages that people search a log for.
            Console.WriteLine(ConsoleText.Visible($"{result.Name}{place}: {error.ErrorName}: {error.Message}"));
        }

        Console.WriteLine(Path.Combine(output, "index.html"));
    }
}
