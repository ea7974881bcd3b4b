namespace NotebookHost.Live;

/// <summary>Questions of one page, one of each kind at a time. Of those that come meanwhile only the newest is kept: the text has changed
/// since then.</summary>
internal sealed class QuestionTurns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Func<Task>? Next, Action? Drop)> _running = [];

    /// <summary>Asks now, or when the question of this kind that runs has been answered.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="ask">Asks and answers.</param>
    /// <param name="drop">Is called instead when a newer question comes first.</param>
    public void Ask(string kind, Func<Task> ask, Action drop)
    {
        Action? dropped;
        lock (_lock)
        {
            if (!_running.TryGetValue(kind, out var waiting))
            {
                _running[kind] = (null, null);
                _ = RunAsync(kind, ask);
                return;
            }

            dropped = waiting.Drop;
            _running[kind] = (ask, drop);
        }

        dropped?.Invoke();
    }

    private async Task RunAsync(string kind, Func<Task> ask)
    {
        for (Func<Task>? next = ask; next is not null; )
        {
            await Task.Yield();
            await next();
            lock (_lock)
            {
                next = _running[kind].Next;
                if (next is null)
                {
                    _running.Remove(kind);
                }
                else
                {
                    _running[kind] = (null, null);
                }
            }
        }
    }
}
