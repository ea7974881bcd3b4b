namespace NotebookHost.Engine;

/// <summary>
/// Runs what follows each await of a cell, on any thread of the pool. A cell that waits when it is stopped can so be stopped
/// for good, whatever it waits for: what follows is not run.
/// </summary>
internal sealed class CellContinuations : SynchronizationContext
{
    private readonly Lock _lock = new();
    private int _running;
    private bool _stopped;

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.QueueUserWorkItem(_ => Run(() => d(state)));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => d(state);

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs the beginning of a cell; what it awaits comes back here.</summary>
    public Task<T> Start<T>(Func<Task<T>> begin)
    {
        Task<T> task = null!;
        Run(() => task = begin());
        return task;
    }

    /// <summary>Sees to it that no code of the cell runs any more.</summary>
    /// <returns>False where some is running at this moment.</returns>
    public bool TryStop()
    {
        lock (_lock)
        {
            _stopped |= _running == 0;
            return _stopped;
        }
    }

    private void Run(Action action)
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            _running++;
        }

        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(before);
            lock (_lock)
            {
                _running--;
            }
        }
    }
}
