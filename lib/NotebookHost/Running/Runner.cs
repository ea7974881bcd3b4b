using System.Diagnostics;
using NotebookHost.Pages;

namespace NotebookHost.Running;

/// <summary>Runs the notebooks of a plan one after another and writes what comes out of each as soon as it has ended.</summary>
internal sealed class Runner(RunPlan plan, IRunReporter reporter)
{
    /// <summary>Runs, up to the first notebook that fails unless asked to keep going. Cancelling stops it and keeps what there
    /// is.</summary>
    /// <exception cref="UsageException">The output folder cannot be written.</exception>
    public async Task<RunSummary> RunAsync(CancellationToken interrupt)
    {
        var started = DateTimeOffset.Now;
        var stopwatch = Stopwatch.StartNew();
        var results = new List<NotebookResult>();
        var folder = new OutputFolder(plan.Output, plan.Notebooks);
        var stopped = false;
        foreach (var notebook in plan.Notebooks)
        {
            var result =
                stopped || interrupt.IsCancellationRequested
                    ? NotRun(notebook)
                    : folder.Write(notebook, await new NotebookRun(notebook, plan.Options, reporter).RunAsync(interrupt));
            reporter.NotebookEnded(notebook, result);
            results.Add(result);
            // A notebook in another language was not begun, so the others do not wait for it.
            stopped |= result.Status != RunStatus.Passed && !plan.Options.KeepGoing && notebook.Document.LanguageError is null;
        }

        var summary = new RunSummary(started, Math.Round(stopwatch.Elapsed.TotalSeconds, 3), results);
        folder.Write(summary);
        return summary;
    }

    private static NotebookResult NotRun(PlannedNotebook notebook) =>
        new(
            notebook.Name,
            notebook.Document.Title,
            null,
            null,
            RunStatus.NotRun,
            0,
            0,
            notebook.Document.Cells.Count(cell => cell.Kind == Documents.CellKind.Code),
            null,
            null
        );
}
