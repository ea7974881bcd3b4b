using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Threads that take the parts of a task one after another; libtorch computes on each of them without further threads.</summary>
/// <remarks>
/// By default libtorch cuts every operation into as many pieces as there are threads and waits for the last piece, some sixty times per
/// step. If another program uses one of the cores, the others wait for that one each time.
/// </remarks>
internal sealed class WorkerTeam : IDisposable
{
    private readonly SemaphoreSlim _ready = new(0);
    private readonly CountdownEvent _busy = new(1);
    private readonly Thread[] _threads;
    private volatile Action<int>? _work;
    private ExceptionDispatchInfo? _failure;
    private int _parts;
    private int _next;

    /// <summary>Starts as many threads as libtorch would use on the calling one.</summary>
    public WorkerTeam()
    {
        var threads = get_num_threads();
        _threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(Work) { IsBackground = true, Name = $"Training {i + 1}" })];
        _busy.Reset(threads);
        foreach (var thread in _threads)
        {
            thread.Start();
        }

        _busy.Wait();
        // A worker's setting is also the default for threads that ask for the first time later, so the default is restored.
        set_num_threads(threads);
    }

    /// <summary>How many threads there are.</summary>
    public int Count => _threads.Length;

    /// <summary>Does the parts 0 to <paramref name="parts"/> − 1, each on some thread, and returns when all are done.</summary>
    /// <param name="parts">How many there are.</param>
    /// <param name="work">Gets the number of a part. What it throws is thrown here, and parts that are not yet begun are left out.</param>
    /// <param name="meanwhile">What the calling thread does before it waits; must not throw.</param>
    public void Run(int parts, Action<int> work, Action? meanwhile = null)
    {
        (_parts, _next, _failure) = (parts, 0, null);
        _busy.Reset(Count);
        _work = work;
        _ready.Release(Count);
        meanwhile?.Invoke();
        _busy.Wait();
        _failure?.Throw();
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _work = null;
        _ready.Release(Count);
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _ready.Dispose();
        _busy.Dispose();
    }

    private void Work()
    {
        // A thread's first call of get_num_threads overwrites an earlier setting, so it comes first.
        _ = get_num_threads();
        set_num_threads(1);
        _busy.Signal();
        // A thread that wakes up late finds fewer parts left, or none.
        for (_ready.Wait(); _work is { } work; _ready.Wait())
        {
            while (Interlocked.Increment(ref _next) is var part && part <= _parts)
            {
                try
                {
                    work(part - 1);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
                    Volatile.Write(ref _next, _parts);
                }
            }

            _busy.Signal();
        }
    }
}
