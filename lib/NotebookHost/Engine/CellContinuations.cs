namespace NotebookHost.Engine;

/// <summary>
/// Runs the code of a cell: its beginning, and what follows each await, on any thread of the pool. A cell that waits when it is
/// stopped can so be stopped for good, whatever it waits for: what follows is not run, and a thread that sleeps is woken.
/// </summary>
internal sealed class CellContinuations : SynchronizationContext
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Thread, bool> _running = [];
    private bool _stopping;

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.QueueUserWorkItem(_ => Run(() => d(state)));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => d(state);

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs the beginning of a cell; what it awaits comes back here.</summary>
    public Task<T> Start<T>(Func<Task<T>> begin)
    {
        Task<T> task = Task.FromCanceled<T>(new CancellationToken(canceled: true));
        Run(() => task = begin());
        return task;
    }

    /// <summary>Sees to it that no more code of the cell is begun.</summary>
    /// <returns>False where some is running at this moment.</returns>
    public bool TryStop()
    {
        lock (_lock)
        {
            _stopping = true;
            return _running.Count == 0;
        }
    }

    /// <summary>Wakes threads that sleep or wait, by an exception where they do.</summary>
    public void WakeUp()
    {
        lock (_lock)
        {
            foreach (var thread in _running.Keys.Where(thread => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin)).ToList())
            {
                _running[thread] = true;
                thread.Interrupt();
            }
        }
    }

    private void Run(Action action)
    {
        var thread = Thread.CurrentThread;
        bool isOutermost;
        lock (_lock)
        {
            if (_stopping)
            {
                return;
            }

            isOutermost = _running.TryAdd(thread, false);
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
            if (isOutermost)
            {
                Leave(thread);
            }
        }
    }

    private void Leave(Thread thread)
    {
        while (true)
        {
            try
            {
                bool wasWoken;
                lock (_lock)
                {
                    wasWoken = _running.Remove(thread, out var woken) && woken;
                }

                if (wasWoken)
                {
                    // If it woke by itself in the same moment, the exception waits for the next sleep. The thread has other work to do.
                    Thread.Sleep(1);
                }

                return;
            }
            catch (ThreadInterruptedException)
            {
                // Here it is.
            }
        }
    }
}
