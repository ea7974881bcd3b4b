namespace CnnTutorial;

/// <summary>Where the learner's code runs in a check: it notices methods that are <c>async void</c>. No code can wait for them, and their
/// exceptions would otherwise end the notebook's process.</summary>
internal sealed class CheckContext : SynchronizationContext
{
    private int _running;
    private Exception? _failure;

    /// <summary>The context of this thread if it runs a check.</summary>
    public static new CheckContext? Current => SynchronizationContext.Current as CheckContext;

    /// <summary>How many <c>async void</c> methods are running.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>The first exception of such a method.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Gives such methods a little time to end, before the check frees what they use.</summary>
    public void Finish(TimeSpan limit) => SpinWait.SpinUntil(() => Running == 0, limit);

    public override SynchronizationContext CreateCopy() => this;

    public override void OperationStarted() => Interlocked.Increment(ref _running);

    public override void OperationCompleted() => Interlocked.Decrement(ref _running);

    public override void Send(SendOrPostCallback d, object? state) => Guarded(d, state);

    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.QueueUserWorkItem(_ => Guarded(d, state));

    private void Guarded(SendOrPostCallback callback, object? state)
    {
        var before = SynchronizationContext.Current;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
