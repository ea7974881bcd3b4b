using System.Diagnostics;
using NotebookHost.Documents;
using NotebookHost.Engine;
using NotebookHost.Pages;
using NotebookHost.Worker;

namespace NotebookHost.Running;

/// <summary>Runs the cells of one notebook in a process of its own and puts the outputs into the document, whatever happens.</summary>
internal sealed class NotebookRun
{
    /// <summary>How long a cell that was told to stop may still put something out.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1.5);

    private const string LostLineEnds =
        "The file holds this cell as a list of lines without their line ends, so all of it is one line, and a // makes the rest a "
        + "comment. Let each text in the list but the last end in \\n.";

    private readonly PlannedNotebook _notebook;
    private readonly RunOptions _options;
    private readonly IRunReporter _reporter;
    private readonly DocumentOutput _output;
    private readonly List<NotebookCell> _cells;
    private RunStatus _status = RunStatus.Passed;
    private CellFailure? _error;
    private bool _keepsGoing;
    private int _cellsRun;
    private long? _peakMemory;

    public NotebookRun(PlannedNotebook notebook, RunOptions options, IRunReporter reporter)
    {
        _notebook = notebook;
        _options = options;
        _reporter = reporter;
        _output = new DocumentOutput();
        _cells = [.. notebook.Document.Cells.Where(cell => cell.Kind == CellKind.Code)];
    }

    /// <summary>Runs all cells, up to the first that fails, unless asked to keep going. Cancelling ends the process and keeps what there
    /// is.</summary>
    public async Task<NotebookResult> RunAsync(CancellationToken interrupt)
    {
        var stopwatch = Stopwatch.StartNew();
        var document = _notebook.Document;
        if (document.LanguageError is { } languageError)
        {
            _status = RunStatus.Failed;
            _error = new CellFailure(0, null, null, "LanguageError", languageError);
            return Result(stopwatch);
        }

        OutputClearing.Clear(document);
        CurrentFormat.Upgrade(document);
        if (_options.Parameters.Count > 0)
        {
            RunMetadata.RecordParameters(document, _options.Parameters);
        }

        try
        {
            await using var worker = await WorkerHandle.StartAsync(
                new StartSession(_options.Parameters),
                Path.GetDirectoryName(document.Path)!,
                interrupt
            );
            await RunCellsAsync(worker, interrupt);
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            _status = RunStatus.Interrupted;
        }
        catch (IOException e)
        {
            _status = RunStatus.Failed;
            _error = new CellFailure(0, null, null, "ProcessError", e.Message);
        }

        _output.Flush();
        return Result(stopwatch);
    }

    private NotebookResult Result(Stopwatch stopwatch) =>
        new(
            _notebook.Name,
            _notebook.Document.Title,
            null,
            null,
            _status,
            Math.Round(stopwatch.Elapsed.TotalSeconds, 3),
            _cellsRun,
            _cells.Count,
            _peakMemory,
            _error
        );

    private async Task RunCellsAsync(WorkerHandle worker, CancellationToken interrupt)
    {
        var count = 0;
        for (var i = 0; i < _cells.Count && (_status == RunStatus.Passed || _keepsGoing); i++)
        {
            var cell = _cells[i];
            interrupt.ThrowIfCancellationRequested();
            _reporter.CellStarted(_notebook, i + 1, _cells.Count);
            if (string.IsNullOrWhiteSpace(cell.Source))
            {
                _cellsRun++;
                continue;
            }

            cell.ExecutionCount = ++count;
            if (cell.HasLostLineEnds)
            {
                _output.Apply(cell, new StreamText("stderr", LostLineEnds + "\n"));
                _reporter.Warn($"{_notebook.Name}, cell {cell.Number}: {LostLineEnds}");
            }

            await RunCellAsync(cell, worker, interrupt);
        }
    }

    private async Task RunCellAsync(NotebookCell cell, WorkerHandle worker, CancellationToken interrupt)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        if (_options.CellTimeout is { } timeout)
        {
            limit.CancelAfter(timeout);
        }

        Ended? ended;
        try
        {
            // A process that a cell has halted does not read its pipe, so sending a long cell would wait forever.
            var request = new CellRequest(cell.Source, cell.Number, cell.Language, cell.IsParameters, _notebook.Document.Path);
            await Task.Run(() => worker.Send(new ExecuteCell(cell.Number, request)), CancellationToken.None).WaitAsync(limit.Token);
            ended = await ReceiveUntilEndAsync(cell, worker, limit.Token);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(cell, worker);
            if (interrupt.IsCancellationRequested)
            {
                Fail(RunStatus.Interrupted, cell, "Interrupted", "The run was stopped while this cell was running.");
            }
            else
            {
                Fail(
                    RunStatus.TimedOut,
                    cell,
                    "Timeout",
                    $"The cell ran longer than the {_options.CellTimeout!.Value.TotalSeconds:0.###} s that --timeout allows, and was ended."
                );
            }

            return;
        }

        if (ended is null)
        {
            var death = await worker.DescribeDeathAsync();
            DrainText(cell, worker);
            Fail(interrupt.IsCancellationRequested ? RunStatus.Interrupted : RunStatus.Failed, cell, "ProcessEnded", death);
        }
        else if (ended.Status == CellStatus.Ok || (cell.MayFail && ended.Error is not null))
        {
            _cellsRun++;
        }
        else
        {
            // The session has put its error among the outputs already. It goes on living, which it does not after a death or a timeout.
            var error = ended.Error ?? new CellError("Interrupted", "The cell stopped itself.", [], null);
            _status = RunStatus.Failed;
            _error ??= new CellFailure(cell.Number, error.Line, cell.Id, error.Name, error.Message);
            _keepsGoing = _options.KeepGoingInNotebooks;
        }
    }

    /// <summary>Applies messages until the cell has ended. Null if the process ends first.</summary>
    private async Task<Ended?> ReceiveUntilEndAsync(NotebookCell cell, WorkerHandle worker, CancellationToken stop)
    {
        while (await worker.Messages.WaitToReadAsync(stop))
        {
            while (worker.Messages.TryRead(out var message))
            {
                // A cell that puts out without a pause must not delay the time limit.
                stop.ThrowIfCancellationRequested();
                Apply(message, cell);
                if (message is CellPutOut { Event: Ended ended } end)
                {
                    _peakMemory = ended.PeakMemoryBytes > 0 ? ended.PeakMemoryBytes : null;
                    if (end.Cell == cell.Number)
                    {
                        return ended;
                    }
                }
            }
        }

        return null;
    }

    /// <summary>Asks the cell to stop, takes what it still puts out, and ends the process with all that it started.</summary>
    private async Task StopAsync(NotebookCell cell, WorkerHandle worker)
    {
        using var patience = new CancellationTokenSource(LastWords);
        try
        {
            await Task.Run(() => worker.Send(new CancelCell()), CancellationToken.None).WaitAsync(patience.Token);
            await ReceiveUntilEndAsync(cell, worker, patience.Token);
        }
        catch (OperationCanceledException)
        {
            // It does not stop by itself.
        }

        worker.Kill();
        DrainText(cell, worker);
    }

    private void DrainText(NotebookCell cell, WorkerHandle worker)
    {
        while (worker.Messages.TryRead(out var message))
        {
            Apply(message, cell);
        }
    }

    private void Apply(WorkerMessage message, NotebookCell current)
    {
        if (message is not CellPutOut output)
        {
            return;
        }

        // Native text is shown in the cell that runs. A number of a cell that does not exist can only come from a cell that wrote into the
        // pipe.
        var cell = output.Cell is { } number ? _notebook.Document.Cells.ElementAtOrDefault(number - 1) : current;
        if (cell is { Kind: CellKind.Code })
        {
            _output.Apply(cell, output.Event);
        }
    }

    private void Fail(RunStatus status, NotebookCell cell, string name, string message)
    {
        (_status, _keepsGoing) = (status, false);
        _error ??= new CellFailure(cell.Number, null, cell.Id, name, message);
        _output.AddError(cell, new CellError(name, message, [$"{name}: {message}"], null));
    }
}
