using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NotebookHost.Engine;
using NotebookHost.Running;

namespace NotebookHost.Jupyter;

/// <summary>Runs cells for front ends, in the session's process, and publishes what they put out.</summary>
internal sealed class CellExecution
{
    private const string NoInput = "This front end takes no input: nobody is there to type. Give the value in the cell.";

    private readonly KernelSockets _sockets;
    private readonly ConcurrentDictionary<int, RunningCell> _cells = new();
    private volatile RunningCell? _current;
    private int _lastCell;

    public CellExecution(KernelSockets sockets)
    {
        _sockets = sockets;
        Session = new SessionSupervisor(Publish, AskForInput, OnLost);
    }

    public SessionSupervisor Session { get; }

    public InputHistory History { get; } = new();

    /// <summary>The number in the brackets of the cell that was run last.</summary>
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

        var cell = new RunningCell(request, Count, IsQuiet: silent);
        var error = await RunAsync(cell, code);
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
    private async Task<CellError?> RunAsync(RunningCell cell, string code)
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
            var ended = await Session.ExecuteAsync(id, new CellRequest(code, cell.Number));
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
            return Publish(
                cell,
                "SessionEnded",
                $"{e.Message}\nThe variables of all cells are gone. A new session has begun: run the cells again from the first."
            );
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
        Publish(cell, new CellFailed(0, error));
        return error;
    }

    private void Publish(CellOutputMessage output)
    {
        // Cell 0: text that went past the console, and belongs to whatever cell is running, or was last.
        if (_cells.TryGetValue(output.Cell == 0 ? Volatile.Read(ref _lastCell) : output.Cell, out var cell))
        {
            Publish(cell, output);
        }
        else if (output is StreamText text)
        {
            KernelLog.Write(text.Text);
        }
    }

    private void Publish(RunningCell cell, CellOutputMessage output)
    {
        if (output is ResultData result)
        {
            cell.Result = result.Data;
        }

        if (!cell.IsQuiet)
        {
            var (type, content) = Outputs.Message(output, cell.Number);
            _sockets.Publish(cell.Request.Header, type, content);
        }
    }

    private void AskForInput(string prompt)
    {
        if (_current is { } cell && cell.Request.Flag("allow_stdin", otherwise: true))
        {
            _sockets.Ask(cell.Request, "input_request", new JsonObject { ["prompt"] = prompt, ["password"] = false });
        }
        else
        {
            _ = Session.TellAsync(new InputGiven(null, NoInput));
        }
    }

    /// <summary>The session ended between two cells.</summary>
    private void OnLost(string death)
    {
        KernelLog.Write(death);
        Publish(
            new StreamText(
                0,
                "stderr",
                $"\n{death}\nThe variables of all cells are gone. A new session has begun: run the cells again from the first.\n"
            )
        );
    }

    /// <summary>A cell and where its outputs belong.</summary>
    private sealed record RunningCell(JupyterMessage Request, int Number, bool IsQuiet)
    {
        /// <summary>A thread may put out something long after its cell; not for ever.</summary>
        public const int MostRemembered = 1000;

        public IReadOnlyDictionary<string, string>? Result { get; set; }

        public string? ResultText => Result?.GetValueOrDefault(ValueFormatting.Plain);
    }
}
