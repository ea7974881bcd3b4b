namespace NotebookHost.Engine;

/// <summary>
/// Runs the code of a cell, up to the first await and after each await, on threads of the pool. So a waiting cell can be stopped for good,
/// whatever it waits for: the code after the await is not run, and a sleeping thread is woken.
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

    /// <summary>Runs a cell up to its first await; the code after each await comes back here.</summary>
    public Task<T> Start<T>(Func<Task<T>> begin)
    {
        Task<T> task = Task.FromCanceled<T>(new CancellationToken(canceled: true));
        Run(() => task = begin());
        return task;
    }

    /// <summary>Starts no more code of the cell from now on.</summary>
    /// <returns>False if some of its code is running at this moment.</returns>
    public bool TryStop()
    {
        lock (_lock)
        {
            _stopping = true;
            return _running.Count == 0;
        }
    }

    /// <summary>Wakes threads that sleep or wait: they get an exception there.</summary>
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
                    // If the thread woke by itself, the exception is still pending. It must come here, and not in the thread's next work.
                    Thread.Sleep(1);
                }

                return;
            }
            catch (ThreadInterruptedException)
            {
                // The pending exception has come.
            }
        }
    }
}
