using System.Collections.Concurrent;
using NotebookHost.Engine;
using NotebookHost.Engine.Assistance;

namespace NotebookHost.Worker;

/// <summary>The session's process ended before it answered. The message says how.</summary>
internal sealed class SessionLostException(string message) : Exception(message);

/// <summary>A question about code could not be answered. The message is the worker's exception.</summary>
internal sealed class QuestionFailedException(string message) : Exception(message);

/// <summary>
/// The worker of an interactive client, and a new one when it ends. The worker's process is not the client's, so that a stack
/// overflow, <c>Environment.Exit</c> or running out of memory ends the session and not the client: the cell gets an error, and a
/// new session is there for the next cell. What native code prints arrives as well.
/// </summary>
/// <param name="client">Shows what cells put out.</param>
/// <param name="start">Starts a worker, and throws an <see cref="IOException"/> where that fails.</param>
internal sealed class SessionSupervisor(ISessionClient client, Func<Task<WorkerHandle>> start) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<Ended>> _cells = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<Answered>> _questions = new();
    private readonly Lock _lock = new();
    private Task<WorkerHandle>? _worker;
    private int _lastQuestion;
    private bool _ending;

    /// <summary>The resident set of the worker's process; null where there is none.</summary>
    public long? MemoryBytes => _worker is { IsCompletedSuccessfully: true } worker ? worker.Result.MemoryBytes : null;

    /// <summary>Starts the worker if none runs.</summary>
    /// <exception cref="IOException">It could not be started.</exception>
    public Task StartAsync() => WorkerAsync();

    /// <summary>Runs a cell; the client receives its events, the end too, before this ends.</summary>
    /// <exception cref="SessionLostException">The worker's process ended.</exception>
    public Task<Ended> ExecuteAsync(int cell, CellRequest request) => SendAsync(new ExecuteCell(cell, request), cell, _cells);

    /// <summary>Asks about code. Null where there is nothing to say.</summary>
    /// <exception cref="SessionLostException">The worker's process ended.</exception>
    /// <exception cref="QuestionFailedException">The question could not be answered.</exception>
    public async Task<TAnswer?> AskAsync<TAnswer>(Question<TAnswer> question)
        where TAnswer : Answer
    {
        var id = Interlocked.Increment(ref _lastQuestion);
        var answered = await SendAsync(new Ask(id, question), id, _questions);
        return answered.Failure is null ? (TAnswer?)answered.Answer : throw new QuestionFailedException(answered.Failure);
    }

    /// <summary>Sends a message that needs no answer to the current worker.</summary>
    public async Task TellAsync(WorkerMessage message)
    {
        if (_worker is { } worker)
        {
            (await worker).Send(message);
        }
    }

    public ValueTask DisposeAsync() => new(EndAsync("The session was ended."));

    /// <summary>Ends the worker, waits until its process is gone, and starts no other.</summary>
    /// <param name="reason">What to tell whoever waits for a cell or an answer.</param>
    public async Task EndAsync(string reason)
    {
        lock (_lock)
        {
            _ending = true;
        }

        Lose(reason);
        if (_worker is not { } starting)
        {
            return;
        }

        try
        {
            await (await starting).KillAsync();
        }
        catch (IOException)
        {
            // It did not even start.
        }
    }

    private async Task<T> SendAsync<T>(WorkerMessage message, int id, ConcurrentDictionary<int, TaskCompletionSource<T>> waiting)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        try
        {
            (await WorkerAsync()).Send(message);
            return await answer.Task;
        }
        catch (IOException e)
        {
            throw new SessionLostException($"The session could not be started: {e.Message}");
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    private Task<WorkerHandle> WorkerAsync()
    {
        lock (_lock)
        {
            if (_ending)
            {
                throw new SessionLostException("The session was ended.");
            }

            return _worker is null or { IsFaulted: true } ? _worker = StartWorkerAsync() : _worker;
        }
    }

    private async Task<WorkerHandle> StartWorkerAsync()
    {
        var worker = await start();
        _ = PumpAsync(worker);
        return worker;
    }

    private async Task PumpAsync(WorkerHandle worker)
    {
        await foreach (var message in worker.Messages.ReadAllAsync())
        {
            switch (message)
            {
                case CellPutOut output:
                    client.Receive(output.Cell, output.Event);
                    if (output is { Cell: { } cell, Event: Ended ended } && _cells.TryGetValue(cell, out var running))
                    {
                        running.TrySetResult(ended);
                    }

                    break;
                case InputWanted wanted:
                    client.AskForInput(wanted.Question);
                    break;
                case Answered answered when _questions.TryGetValue(answered.Id, out var question):
                    question.TrySetResult(answered);
                    break;
            }
        }

        var death = await worker.DescribeDeathAsync();
        await worker.DisposeAsync();
        lock (_lock)
        {
            if (_ending)
            {
                return;
            }

            _worker = StartWorkerAsync();
        }

        if (!Lose(death))
        {
            client.SessionLost(death);
        }
    }

    /// <summary>Tells those that wait that the session is lost. False where no cell waits.</summary>
    private bool Lose(string reason)
    {
        var (cells, questions) = (_cells.Values.ToList(), _questions.Values.ToList());
        var lost = new SessionLostException(reason);
        cells.ForEach(task => task.TrySetException(lost));
        questions.ForEach(task => task.TrySetException(lost));
        return cells.Count > 0;
    }
}
