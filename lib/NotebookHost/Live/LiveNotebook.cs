using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHost.Documents;
using NotebookHost.Engine;
using NotebookHost.Worker;

namespace NotebookHost.Live;

/// <summary>
/// One open notebook: its text, the order of its cells, their outputs and their session. Pages are views of it that come and go; a change
/// in one page is sent to the others. Everything happens under one lock, one thing after another.
/// </summary>
internal sealed partial class LiveNotebook : ISessionClient, IAsyncDisposable
{
    private const int MostPages = 20;

    private readonly Lock _lock = new();
    private readonly List<PageConnection> _pages = [];
    private readonly List<LiveCell> _cells = [];
    private readonly Dictionary<string, LiveCell> _deleted = [];
    private readonly OutputRendering _rendering;
    private readonly UserFolder _user;
    private readonly SpareWorker _spare;

    /// <param name="path">The notebook's file.</param>
    /// <param name="name">Its path below the served folder.</param>
    /// <param name="frames">Keeps the outputs that are shown in frames.</param>
    /// <param name="user">The user's own folder, with the key of the signatures.</param>
    /// <param name="spare">Starts the sessions.</param>
    /// <exception cref="NotebookFormatException">The file is not a notebook.</exception>
    public LiveNotebook(string path, string name, OutputFrames frames, UserFolder user, SpareWorker spare)
    {
        (Path, Name, _user, _spare) = (path, name, user, spare);
        _rendering = new OutputRendering(System.IO.Path.GetDirectoryName(path)!, frames, _lock);
        _output = new DocumentOutput(OutputChanged);
        var text = ReadFile(out var document);
        Load(document, text);
        _saving = SaveAsync();
        _watching = WatchAsync();
        _sending = SendOutputsAsync();
    }

    public string Path { get; }

    public string Name { get; }

    public string Title { get; private set; } = "";

    /// <summary>The course that it belongs to; empty for none.</summary>
    public string Course { get; private set; } = "";

    /// <summary>Reads from the cells under the lock.</summary>
    public T Read<T>(Func<IReadOnlyList<LiveCell>, T> read)
    {
        lock (_lock)
        {
            return read(_cells);
        }
    }

    /// <summary>Starts the session, if none runs: a page will come.</summary>
    public void Prepare()
    {
        lock (_lock)
        {
            StartSession();
        }
    }

    /// <summary>Serves a page until it leaves.</summary>
    public async Task ServeAsync(PageConnection page, CancellationToken stop)
    {
        bool isOneTooMany;
        lock (_lock)
        {
            isOneTooMany = _pages.Count >= MostPages;
            if (!isOneTooMany)
            {
                _pages.Add(page);
            }
        }

        if (isOneTooMany)
        {
            await page.RefuseAsync($"The notebook is open in {MostPages} pages; close some of them.");
            return;
        }

        try
        {
            await page.RunAsync(message => ReceiveAsync(page, message), stop);
        }
        finally
        {
            lock (_lock)
            {
                _pages.Remove(page);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_saving, _watching, _sending);
        TrySave();
        SessionSupervisor? session;
        lock (_lock)
        {
            (session, _session) = (_session, null);
        }

        if (session is not null)
        {
            await session.DisposeAsync();
        }

        _ending.Dispose();
    }

    private static string Text(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string? TextOrNull(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Number(JsonElement message, string name, int otherwise = 0) =>
        message.TryGetProperty(name, out var value) && value.TryGetInt32(out var number) ? number : otherwise;

    private Task ReceiveAsync(PageConnection page, JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            return Task.CompletedTask;
        }

        try
        {
            lock (_lock)
            {
                Receive(page, message);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException or KeyNotFoundException)
        {
            // A part is missing or of another type, or the text holds half a character.
            page.Send(
                new
                {
                    type = "notice",
                    level = "error",
                    text = $"A message of the page was not understood: {e.Message}",
                }
            );
        }

        return Task.CompletedTask;
    }

    private void Receive(PageConnection page, JsonElement message)
    {
        switch (Text(message, "type"))
        {
            case "hello":
                page.Send(Snapshot("snapshot"));
                SendOpenMatters(page);
                StartSession();
                break;
            case "edit":
                EditOrAsk(page, message);
                break;
            case "insert":
                Insert(TextOrNull(message, "after"), Text(message, "kind"), TextOrNull(message, "source"), TextOrNull(message, "cell"));
                break;
            case "delete":
                Delete(Text(message, "cell"));
                break;
            case "move":
                Move(Text(message, "cell"), TextOrNull(message, "after"));
                break;
            case "kind":
                ChangeKind(Text(message, "cell"), Text(message, "kind"));
                break;
            case "merge":
                Merge(Text(message, "cell"));
                break;
            case "unmerge":
                Unmerge(message);
                break;
            case "run":
                Run(message.GetProperty("cells").EnumerateArray().Select(id => Find(id.GetString()!)));
                break;
            case "runAll":
                Run(_cells);
                break;
            case "runAbove":
                var below = Text(message, "cell");
                Run(_cells.TakeWhile(cell => cell.Id != below));
                break;
            case "interrupt":
                Interrupt();
                break;
            case "restart":
                _ = EndSessionAsync("The session was restarted.", startAgain: true);
                break;
            case "restartAndRunAll":
                _ = EndSessionAsync("The session was restarted.", startAgain: true);
                Run(_cells);
                break;
            case "stop":
                _ = EndSessionAsync("The session was ended.", startAgain: false);
                break;
            case "input":
                GiveInput(Number(message, "request"), message.TryGetProperty("cancelled", out _) ? null : Text(message, "text"));
                break;
            case "ask":
                Ask(page, message);
                break;
            case "more":
                SendWhole(page, Find(Text(message, "cell")), Number(message, "output"));
                break;
            case "original":
                _ = RestoreOriginalAsync(TextOrNull(message, "cell"));
                break;
            case "resolve":
                Resolve(mine: Text(message, "choice") == "mine");
                break;
            case "progress":
                _user.Remember(Path, message);
                break;
        }
    }

    private LiveCell? Find(string? id) => _cells.Find(cell => cell.Id == id);

    private void Broadcast(object message, PageConnection? except = null)
    {
        if (_pages.Count == 0)
        {
            return;
        }

        var text = PageConnection.Serialize(message);
        foreach (var page in _pages)
        {
            if (page != except)
            {
                page.Send(text);
            }
        }
    }

    private object Snapshot(string type) =>
        new
        {
            type,
            revision = _revision,
            loads = _loads,
            dirty = IsDirty,
            session = new { state = _sessionState, memory = _memory },
            cells = _cells.ConvertAll(Describe),
            canRestore = CanRestore,
            trusted = _cells.TrueForAll(cell => cell.Foreign.Count == 0),
        };

    private object Describe(LiveCell cell) =>
        new
        {
            id = cell.Id,
            kind = cell.KindName,
            source = cell.Cell.Source,
            rendered = Rendered(cell),
            tags = cell.Cell.Tags,
            state = cell.StateName,
            count = cell.Cell.Kind == CellKind.Code ? cell.Cell.ExecutionCount : null,
            changed = cell.IsChanged,
            stopped = cell.WasStopped,
            seconds = cell.Seconds,
            started = cell.State == RunState.Running ? cell.Started : null,
            outputs = cell.Cell.Kind == CellKind.Code ? RenderAll(cell) : [],
        };

    private string? Rendered(LiveCell cell)
    {
        if (cell.Cell.Kind != CellKind.Markdown)
        {
            cell.Terms = [];
            return null;
        }

        var before = _cells.TakeWhile(other => other != cell).SelectMany(other => other.Terms).ToHashSet();
        var met = before.ToHashSet();
        var html = _rendering.Markdown(cell.Cell, met);
        cell.Terms = [.. met.Except(before)];
        return html;
    }

    /// <summary>What is going on and needs an answer: a question for input, a conflict, a save that failed.</summary>
    private void SendOpenMatters(PageConnection page)
    {
        if (_asked is { } question)
        {
            page.Send(Input(question));
        }

        if (_conflict is { } conflict)
        {
            page.Send(conflict);
        }

        if (_saveFailure is { } reason)
        {
            page.Send(new { type = "saveFailed", reason });
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex ValidId();
}
