namespace NotebookHost.Worker;

/// <summary>
/// Keeps one worker ready for the notebooks of a folder. To start a process and to load the compiler takes a second; whoever opens or
/// restarts a notebook does not wait for it.
/// </summary>
/// <param name="folder">Where the worker starts. A notebook in another folder gets a new one.</param>
internal sealed class SpareWorker(string folder) : IAsyncDisposable
{
    /// <summary>A worker that was taken has work to do first.</summary>
    private static readonly TimeSpan NextAfter = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private Task<WorkerHandle>? _spare;

    /// <summary>Starts a worker, if none is there.</summary>
    public void Prepare()
    {
        lock (_lock)
        {
            if (!_ending.IsCancellationRequested)
            {
                _spare ??= WorkerHandle.StartInteractiveAsync(folder);
            }
        }
    }

    /// <summary>Gives the worker away, and starts the next a little later. Starts a new one where none was prepared, or it has
    /// died.</summary>
    /// <param name="wanted">The folder in which it is to run.</param>
    /// <exception cref="IOException">It could not be started.</exception>
    public async Task<WorkerHandle> TakeAsync(string wanted)
    {
        Task<WorkerHandle>? spare = null;
        lock (_lock)
        {
            if (wanted == folder)
            {
                (spare, _spare) = (_spare, null);
            }
        }

        if (spare is not null)
        {
            _ = PrepareLaterAsync();
            try
            {
                var worker = await spare;
                if (worker.IsRunning && Directory.Exists(folder))
                {
                    return worker;
                }

                await worker.KillAsync();
            }
            catch (IOException)
            {
                // What was in its way may be gone; if not, the next attempt says so.
            }
        }

        return await WorkerHandle.StartInteractiveAsync(wanted);
    }

    public async ValueTask DisposeAsync()
    {
        Task<WorkerHandle>? spare;
        lock (_lock)
        {
            _ending.Cancel();
            spare = _spare;
        }

        try
        {
            await (spare is null ? Task.CompletedTask : (await spare).KillAsync());
        }
        catch (IOException)
        {
            // It never started.
        }
    }

    private async Task PrepareLaterAsync()
    {
        try
        {
            await Task.Delay(NextAfter, _ending.Token);
            Prepare();
        }
        catch (OperationCanceledException)
        {
            // No more are needed.
        }
    }
}
