using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NotebookHost.Documents;
using NotebookHost.Engine;
using NotebookHost.Worker;

namespace NotebookHost.Jupyter;

/// <summary>Runs cells for front ends, in the session's process, and publishes what they put out.</summary>
internal sealed class CellExecution : ISessionClient
{
    private const string AllGone = "The variables of all cells are gone. A new session has begun: run the cells again from the first.";
    private const string NoInput = "This front end takes no input: nobody is there to type. Give the value in the cell.";

    private readonly KernelSockets _sockets;
    private readonly ConcurrentDictionary<int, RunningCell> _cells = new();
    private volatile RunningCell? _current;
    private int _lastCell;

    public CellExecution(KernelSockets sockets)
    {
        _sockets = sockets;
        Session = new SessionSupervisor(this, () => WorkerHandle.StartInteractiveAsync(Environment.CurrentDirectory));
    }

    public SessionSupervisor Session { get; }

    public InputHistory History { get; } = new();

    /// <summary>The number in brackets of the cell that ran last.</summary>
    public int Count { get; private set; }

    /// <summary>Answers an <c>execute_request</c>.</summary>
    public async Task<JsonObject> ExecuteAsync(JupyterMessage request)
    {
        var code = request.Text("code");
        var silent = request.Flag("silent", otherwise: false);
        var remembered = !silent && request.Flag("store_history", otherwise: true);
        Count += remembered ? 1 : 0;
        if (!silent)
        {
            _sockets.Publish(request.Header, "execute_input", new JsonObject { ["code"] = code, ["execution_count"] = Count });
        }

        var cell = new RunningCell(request, Count, IsQuiet: silent) { Import = !silent && NotebookCell.OnlyImports(code) ? new() : null };
        var error = await RunAsync(cell, code, NotebookCell.LanguageIn(request.Metadata));
        foreach (var (type, content) in error is null ? cell.Import?.Messages() ?? [] : [])
        {
            _sockets.Publish(request.Header, type, content);
        }

        if (remembered)
        {
            History.Add(Count, code, cell.ResultText);
        }

        return error is null
            ? new JsonObject
            {
                ["status"] = "ok",
                ["execution_count"] = Count,
                ["user_expressions"] = await EvaluateAsync(request),
                ["payload"] = new JsonArray(),
            }
            : Outputs.Error(error, Count);
    }

    /// <summary>Asks the running cell to stop.</summary>
    public Task InterruptAsync() => Session.TellAsync(new CancelCell());

    /// <summary>What the user typed.</summary>
    public Task GiveInputAsync(string text) => Session.TellAsync(new InputGiven(text, null));

    /// <summary>Runs a cell. Returns why it ended early, which is published already, or null.</summary>
    private async Task<CellError?> RunAsync(RunningCell cell, string code, string language = "csharp")
    {
        if (string.IsNullOrWhiteSpace(code))
        {
            return null;
        }

        var id = ++_lastCell;
        _cells[id] = cell;
        _cells.TryRemove(id - RunningCell.MostRemembered, out _);
        _current = cell;
        try
        {
            var ended = await Session.ExecuteAsync(id, new CellRequest(code, cell.Number, language));
            return ended switch
            {
                { Status: CellStatus.Ok } => null,
                { Error: { } error } => error,
                { Status: CellStatus.Interrupted } => Publish(cell, "Interrupted", "The cell was stopped."),
                { Status: CellStatus.Abandoned } => Publish(
                    cell,
                    "Interrupted",
                    "The cell could not be stopped: it goes on in the background, without its outputs, and the next cells run beside "
                        + "it. To end it, restart the kernel."
                ),
                _ => Publish(cell, "Error", "The cell failed."),
            };
        }
        catch (SessionLostException e)
        {
            return Publish(cell, "SessionEnded", $"{e.Message}\n{AllGone}");
        }
        finally
        {
            _current = null;
        }
    }

    private async Task<JsonObject> EvaluateAsync(JupyterMessage request)
    {
        var values = new JsonObject();
        foreach (var (name, expression) in request.Content["user_expressions"]?.AsObject() ?? [])
        {
            var cell = new RunningCell(request, Count, IsQuiet: true);
            var error = await RunAsync(cell, expression?.ToString() ?? "");
            values[name] = error is null
                ? new JsonObject
                {
                    ["status"] = "ok",
                    ["data"] = cell.Result is null ? new JsonObject() : Outputs.Bundle(cell.Result),
                    ["metadata"] = new JsonObject(),
                }
                : Outputs.Error(error);
        }

        return values;
    }

    private CellError Publish(RunningCell cell, string name, string message)
    {
        var error = new CellError(name, message, [$"{name}: {message}"], null);
        Publish(cell, new Failed(error));
        return error;
    }

    void ISessionClient.Receive(int? cell, CellEvent happened)
    {
        // Native text is shown in the cell that is running, or was last.
        if (_cells.TryGetValue(cell ?? Volatile.Read(ref _lastCell), out var known))
        {
            Publish(known, happened);
        }
        else if (happened is NativeText text)
        {
            KernelLog.Write(text.Text);
        }
    }

    private void Publish(RunningCell cell, CellEvent happened)
    {
        if (happened is Result result)
        {
            cell.Result = result.Data;
        }

        cell.Import?.Take(happened);
        if (!cell.IsQuiet && Outputs.Message(happened, cell.Number) is { } message)
        {
            _sockets.Publish(cell.Request.Header, message.Type, message.Content);
        }
    }

    void ISessionClient.AskForInput(InputQuestion question)
    {
        if (_current is { } cell && cell.Request.Flag("allow_stdin", otherwise: true))
        {
            _sockets.Ask(
                cell.Request,
                "input_request",
                new JsonObject { ["prompt"] = question.Prompt, ["password"] = question.IsPassword }
            );
        }
        else
        {
            _ = Session.TellAsync(new InputGiven(null, NoInput));
        }
    }

    void ISessionClient.SessionLost(string death)
    {
        KernelLog.Write(death);
        if (_cells.TryGetValue(Volatile.Read(ref _lastCell), out var cell))
        {
            Publish(cell, new StreamText("stderr", $"\n{death}\n{AllGone}\n"));
        }
    }

    /// <summary>A cell and where its outputs belong.</summary>
    private sealed record RunningCell(JupyterMessage Request, int Number, bool IsQuiet)
    {
        /// <summary>How many cells are remembered, since a thread may still write long after its cell has ended.</summary>
        public const int MostRemembered = 1000;

        public IReadOnlyDictionary<string, string>? Result { get; set; }

        /// <summary>Of a cell that only imports what it put out.</summary>
        public FoldedImport? Import { get; init; }

        public string? ResultText => Result?.GetValueOrDefault(ValueFormatting.Plain);
    }
}
