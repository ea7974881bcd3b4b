using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotebookHost.Documents;
using NotebookHost.Engine;
using NotebookHost.Pages;
using NotebookHost.Worker;

namespace NotebookHost.Live;

/// <summary>The session and the cells that wait for it.</summary>
internal sealed partial class LiveNotebook
{
    /// <summary>How many runs are remembered, since a thread may still write long after its cell has ended.</summary>
    private const int MostRuns = 1_000;

    /// <summary>In bytes: smaller changes are not sent.</summary>
    private const long MemoryStep = 5_000_000;

    private readonly DocumentOutput _output;
    private readonly List<LiveCell> _queue = [];
    private readonly Dictionary<int, LiveCell> _runs = [];
    private SessionSupervisor? _session;
    private string _sessionState = "dead";
    private LiveCell? _running;
    private int _lastRun;
    private int _lastCount;
    private long? _memory;
    private InputQuestion? _asked;
    private int _lastInput;

    /// <summary>The session's state and memory, for the list of all notebooks.</summary>
    public (string State, long? Memory) Session
    {
        get
        {
            lock (_lock)
            {
                return (_sessionState, _memory);
            }
        }
    }

    /// <summary>Ends the session, as the list of all notebooks asks for.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            return EndSessionAsync("The session was ended.", startAgain: false);
        }
    }

    void ISessionClient.Receive(int? run, CellEvent happened)
    {
        lock (_lock)
        {
            // Native text is shown in the cell that is running, or ran last.
            if (_runs.TryGetValue(run ?? _lastRun, out var cell) && cell.Cell.Kind == CellKind.Code)
            {
                _output.Apply(cell.Cell, happened);
            }
        }
    }

    void ISessionClient.AskForInput(InputQuestion question)
    {
        lock (_lock)
        {
            _asked = question;
            _lastInput++;
            Broadcast(Input(question));
        }
    }

    void ISessionClient.SessionLost(string death)
    {
        lock (_lock)
        {
            SessionEnded(death);
        }
    }

    private object Input(InputQuestion question) =>
        new
        {
            type = "input",
            request = _lastInput,
            cell = _running?.Id,
            prompt = question.Prompt,
            password = question.IsPassword,
        };

    private void StartSession()
    {
        if (_session is not null)
        {
            return;
        }

        var session = new SessionSupervisor(this, () => _spare.TakeAsync(System.IO.Path.GetDirectoryName(Path)!));
        _session = session;
        TellSession("starting");
        _ = StartedAsync(session);
    }

    private async Task StartedAsync(SessionSupervisor session)
    {
        string? failure = null;
        try
        {
            await session.StartAsync();
        }
        catch (IOException e)
        {
            failure = e.Message;
        }

        lock (_lock)
        {
            if (_session == session && _sessionState == "starting")
            {
                TellSession(failure is null ? "idle" : "dead", failure);
            }
        }
    }

    private void Run(IEnumerable<LiveCell?> cells)
    {
        foreach (var cell in cells)
        {
            if (cell is { Cell.Kind: CellKind.Code } && cell != _running && !_queue.Contains(cell))
            {
                (cell.StateBefore, cell.State) = (cell.State, RunState.Waiting);
                _queue.Add(cell);
                TellState(cell);
            }
        }

        if (_running is null && _queue.Count > 0)
        {
            RunNext();
        }
    }

    private void RunNext()
    {
        StartSession();
        var cell = _queue[0];
        _queue.RemoveAt(0);
        var run = ++_lastRun;
        _runs[run] = cell;
        _runs.Remove(run - MostRuns);
        _running = cell;
        cell.Foreign.Clear();
        _output.Apply(cell.Cell, new Cleared(Wait: false));
        (cell.State, cell.RanSource, cell.Started, cell.Seconds) = (RunState.Running, cell.Cell.Source, DateTimeOffset.Now, null);
        cell.Cell.ExecutionCount = ++_lastCount;
        TellState(cell);
        TellSession("busy");
        _ = RunAsync(cell, run, _session!);
    }

    private async Task RunAsync(LiveCell cell, int run, SessionSupervisor session)
    {
        var clock = Stopwatch.StartNew();
        CellRequest request;
        lock (_lock)
        {
            request = new CellRequest(cell.Cell.Source, _cells.IndexOf(cell) + 1, cell.Cell.Language, cell.Cell.IsParameters, Path);
        }

        Ended? ended = null;
        string? death = null;
        try
        {
            ended = string.IsNullOrWhiteSpace(request.Code) ? new Ended(CellStatus.Ok) : await session.ExecuteAsync(run, request);
        }
        catch (SessionLostException e)
        {
            death = e.Message;
        }

        lock (_lock)
        {
            // If the session was ended, its cell is finished already.
            if (_session != session)
            {
                return;
            }

            cell.Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3);
            Finish(cell, ended, death);
            if (cell.State == RunState.Failed && !(cell.Cell.MayFail && ended?.Error is not null))
            {
                DropQueue();
            }

            if (death is not null)
            {
                SessionEnded(death);
            }
            else
            {
                TellSession("idle");
            }

            if (_queue.Count > 0)
            {
                RunNext();
            }
        }
    }

    private const string CheckTag = "check";

    /// <summary>In the HTML that the check of a task shows.</summary>
    private const string PassedMark = "data-check=\"passed\"";

    private void Finish(LiveCell cell, Ended? ended, string? death)
    {
        (_running, _asked) = (null, null);
        cell.WasStopped = ended is { Status: CellStatus.Interrupted, Error: null };
        cell.State = ended?.Status == CellStatus.Ok ? RunState.Done : RunState.Failed;
        var error = ended switch
        {
            null => ("SessionEnded", $"{death}\nThe variables of all cells are gone. Run the cells again from the first."),
            { Error: not null } or { Status: CellStatus.Ok or CellStatus.Interrupted } => ((string Name, string Message)?)null,
            { Status: CellStatus.Abandoned } => (
                "Interrupted",
                "The cell could not be stopped: it goes on in the background, without its outputs, and the next cells run beside it. To "
                    + "end it, restart the session."
            ),
            _ => ("Interrupted", "The cell was stopped."),
        };
        if (error is { } told)
        {
            _output.AddError(cell.Cell, new CellError(told.Name, told.Message, [$"{told.Name}: {told.Message}"], null));
        }

        _output.Flush();
        Changed(cell);
        SendOutputs();
        TellState(cell);
        RememberTasks(cell);
    }

    /// <summary>Counts the tasks that are passed: cells with the tag <c>check</c> whose last output says so.</summary>
    private void RememberTasks(LiveCell ran)
    {
        if (!ran.Cell.Tags.Contains(CheckTag))
        {
            return;
        }

        var checks = _cells.Where(cell => cell.Cell.Kind == CellKind.Code && cell.Cell.Tags.Contains(CheckTag)).ToList();
        var passed = checks.Count(check =>
            check
                .Cell.Outputs.OfType<JsonObject>()
                .Any(output =>
                    !check.Foreign.Contains(output)
                    && MimeBundle.Text(output["data"]?["text/html"]).Contains(PassedMark, StringComparison.Ordinal)
                )
        );
        _user.Remember(Path, JsonSerializer.SerializeToElement(new { tasks = new { passed, of = checks.Count } }));
    }

    private void DropQueue()
    {
        foreach (var waiting in _queue)
        {
            waiting.State = waiting.StateBefore;
            TellState(waiting);
        }

        _queue.Clear();
    }

    private void Interrupt()
    {
        DropQueue();
        if (_session is { } session && _running is not null)
        {
            _ = session.TellAsync(new CancelCell());
        }
    }

    private void GiveInput(int request, string? text)
    {
        if (_asked is not { } question || request != _lastInput || _session is not { } session)
        {
            return;
        }

        // As a terminal does, the cell shows what was asked and answered.
        if (text is not null && !question.IsPassword && _running is { } cell)
        {
            _output.Apply(cell.Cell, new StreamText("stdout", $"{question.Prompt}{text}\n"));
        }

        _asked = null;
        Broadcast(new { type = "inputTaken", request });
        _ = session.TellAsync(text is null ? new InputGiven(null, "The input was cancelled.") : new InputGiven(text, null));
    }

    /// <summary>Ends the session, and with it the running cell.</summary>
    private async Task EndSessionAsync(string reason, bool startAgain)
    {
        var session = _session;
        _session = null;
        DropQueue();
        if (_running is { } cell)
        {
            Finish(cell, null, reason);
        }

        SessionEnded(session is null ? null : reason, wasAsked: true);
        if (startAgain)
        {
            StartSession();
        }

        if (session is not null)
        {
            await session.EndAsync(reason);
        }
    }

    /// <summary>The session has ended, and all that its cells have made is gone.</summary>
    private void SessionEnded(string? death, bool wasAsked = false)
    {
        _lastCount = 0;
        foreach (var cell in _cells.Where(cell => cell.State is RunState.Done or RunState.Failed))
        {
            cell.State = RunState.Stale;
            TellState(cell);
        }

        _asked = null;
        // Unless it was told to end, the supervisor has already started another session.
        TellSession(_session is null ? "dead" : "idle", death, wasAsked);
    }

    private void TellSession(string state, string? death = null, bool wasAsked = false)
    {
        _sessionState = state;
        Broadcast(
            new
            {
                type = "session",
                state,
                memory = _memory,
                death,
                wasAsked,
            }
        );
    }

    private void TellState(LiveCell cell) =>
        Broadcast(
            new
            {
                type = "cell",
                id = cell.Id,
                state = cell.StateName,
                count = cell.Cell.Kind == CellKind.Code ? cell.Cell.ExecutionCount : null,
                changed = cell.IsChanged,
                stopped = cell.WasStopped,
                seconds = cell.Seconds,
                started = cell.State == RunState.Running ? cell.Started : null,
            }
        );

    private void MeasureMemory()
    {
        if (_session?.MemoryBytes is { } bytes && Math.Abs(bytes - (_memory ?? 0)) > MemoryStep)
        {
            _memory = bytes;
            TellSession(_sessionState);
        }
    }
}
