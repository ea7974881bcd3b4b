using System.Collections.Concurrent;
using NotebookHost.Engine;
using NotebookHost.Running;

namespace NotebookHost.Jupyter;

/// <summary>The session's process ended before it answered. The message says how.</summary>
internal sealed class SessionLostException(string message) : Exception(message);

/// <summary>
/// The process in which cells run, as <c>run</c> has it too. Apart from the process that holds the sockets, so that a stack
/// overflow, <c>Environment.Exit</c> or a lack of memory ends the session and not the conversation: the front end gets an
/// error, and a new session is there for the next cell. What native code prints arrives as well.
/// </summary>
internal sealed class SessionSupervisor(Action<CellOutputMessage> output, Action<string> inputWanted, Action<string> lost)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<Message>> _waiting = new();
    private readonly Lock _lock = new();
    private Task<ChildProcess>? _process;
    private int _questions;
    private bool _ending;

    /// <summary>Starts the process without waiting for it.</summary>
    public void Start() => _ = ProcessAsync();

    /// <summary>Runs a cell; its outputs arrive before this ends.</summary>
    /// <exception cref="SessionLostException">The process ended.</exception>
    public async Task<CellEnded> ExecuteAsync(int cell, CellRequest request) =>
        (CellEnded)await SendAsync(new ExecuteCell(cell, request), cell);

    /// <summary>Asks about code. The function makes the question from its id.</summary>
    /// <exception cref="SessionLostException">The process ended.</exception>
    public Task<Message> AskAsync(Func<int, Question> question)
    {
        // Below zero, so that no question has the number of a cell.
        var id = Interlocked.Decrement(ref _questions);
        return SendAsync(question(id), id);
    }

    /// <summary>Sends what needs no answer, to the process that there is.</summary>
    public async Task TellAsync(Message message)
    {
        if (_process is { } process)
        {
            (await process).Send(message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _ending = true;
        }

        if (_process is { IsCompletedSuccessfully: true } process)
        {
            (await process).Kill();
        }
    }

    private async Task<Message> SendAsync(Message message, int id)
    {
        var answer = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            (await ProcessAsync()).Send(message);
            return await answer.Task;
        }
        catch (IOException e)
        {
            throw new SessionLostException($"The session could not be started: {e.Message}");
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    private Task<ChildProcess> ProcessAsync()
    {
        lock (_lock)
        {
            return _process is null or { IsFaulted: true } ? _process = StartAsync() : _process;
        }
    }

    private async Task<ChildProcess> StartAsync()
    {
        var process = await ChildProcess.StartAsync(
            new StartSession(null, new Dictionary<string, string>(), IsInteractive: true),
            Environment.CurrentDirectory,
            CancellationToken.None
        );
        _ = PumpAsync(process);
        return process;
    }

    private async Task PumpAsync(ChildProcess process)
    {
        await foreach (var message in process.Messages.ReadAllAsync())
        {
            switch (message)
            {
                case CellOutputMessage text:
                    output(text);
                    break;
                case InputWanted wanted:
                    inputWanted(wanted.Prompt);
                    break;
                case CellEnded ended:
                    Answer(ended.Cell, ended);
                    break;
                case Answer answered:
                    Answer(answered.Id, answered);
                    break;
            }
        }

        var death = await process.DescribeDeathAsync();
        await process.DisposeAsync();
        lock (_lock)
        {
            if (_ending)
            {
                return;
            }

            _process = StartAsync();
        }

        var waiting = _waiting.Values.ToList();
        if (waiting.Count == 0)
        {
            lost(death);
        }

        waiting.ForEach(task => task.TrySetException(new SessionLostException(death)));
    }

    private void Answer(int id, Message message)
    {
        if (_waiting.TryGetValue(id, out var waiting))
        {
            waiting.TrySetResult(message);
        }
    }
}
