using System.Diagnostics;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;

namespace NotebookHost.Engine;

/// <summary>
/// Runs C# cells one after another in one state, with the semantics of .NET Interactive. One difference is on purpose: an error in an
/// imported notebook is an error of the importing cell.
/// </summary>
internal sealed class NotebookSession : IDisposable
{
    /// <summary>How long a cancelled cell may go on if it has never asked for the token.</summary>
    private static readonly TimeSpan UnawareGrace = TimeSpan.FromSeconds(0.1);

    /// <summary>The same for a cell that has asked for it: enough for the current batch and the test after an epoch.</summary>
    private static readonly TimeSpan CooperativeGrace = TimeSpan.FromSeconds(1.5);

    /// <summary>How long the finally blocks of a cell that is being ended may take, before its sleeping threads are woken.</summary>
    private static readonly TimeSpan UnwindingGrace = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    private static readonly string[] WarmUps =
    [
        "\"\"",
        """
            {
                int Twice(int x) => 2 * x;
                foreach (var x in new List<int> { 1 }.Where(x => x > 1).Select(Twice))
                {
                    Console.Write($"{x:F1}");
                }
            }

            $"{1}"
            """,
    ];

    private readonly SessionOptions _options;
    private readonly CellRunner _runner;
    private readonly SemaphoreSlim _turn = new(1, 1);

    public NotebookSession(SessionOptions? options = null)
    {
        _options = options ?? new SessionOptions();
        _runner = new CellRunner(_options);
        ConsoleRedirection.Install();
    }

    /// <summary>The submission that this code would be after those that were run.</summary>
    public Script Next(string code) => _runner.Next(code);

    /// <summary>The variables that the cells have declared, in order, including those that were hidden by later ones.</summary>
    public IReadOnlyList<SubmissionVariable> Variables =>
        [.. _runner.Chain.Submissions.ToArray().SelectMany(submission => submission.Variables)];

    /// <summary>Runs a cell. What it puts out, the error included, goes to the receiver; the session can go on after any end.</summary>
    public async Task<Ended> ExecuteAsync(CellRequest request, Action<CellEvent> receive, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(CancellationToken.None);
        ConsoleRedirection.Install();
        var context = new KernelInvocationContext(new CellOutput(receive), _options.ReadInput, cancellationToken);
        try
        {
            StopCheck.BeginCell();
            var running = Task.Run(() => RunAsync(request, context), CancellationToken.None);
            return await EndOfAsync(running, context);
        }
        finally
        {
            context.Output.Flush();
            context.Leave();
            _turn.Release();
        }
    }

    /// <summary>Runs a cell without effect, so that the compiler is loaded and compiled when the first real one comes: first an empty one,
    /// since a real one may come at once, then one with what most cells have.</summary>
    /// <param name="isIdle">Whether no cell runs or waits: one that does needs no other to warm up for it.</param>
    public async Task WarmUpAsync(Func<bool> isIdle)
    {
        foreach (var code in WarmUps)
        {
            if (isIdle())
            {
                await ExecuteAsync(new CellRequest(code, 0), _ => { });
            }
        }
    }

    /// <summary>Shows an exception that nobody caught, on whatever thread, in the output of the cell to which the thread belongs.</summary>
    /// <returns>False where there is none.</returns>
    public bool TryReport(Exception exception)
    {
        if (KernelInvocationContext.Current is not { } context)
        {
            return false;
        }

        context.Output.Put(new Failed(_runner.Describe(exception)));
        return true;
    }

    public void Dispose()
    {
        _runner.Dispose();
        _turn.Dispose();
    }

    private async Task<Ended> RunAsync(CellRequest request, KernelInvocationContext context)
    {
        context.Enter();
        try
        {
            var error = await _runner.RunAsync(request, context);
            if (error is not null)
            {
                context.Output.Put(new Failed(error));
            }

            return context.Interrupted.IsCancellationRequested
                ? new Ended(CellStatus.Interrupted, error)
                : new Ended(error is null ? CellStatus.Ok : CellStatus.Error, error);
        }
        catch (OperationCanceledException)
        {
            return new Ended(CellStatus.Interrupted);
        }
        catch (Exception e)
        {
            // An unexpected exception is an error of the cell too. Without an answer the run would wait forever.
            var error = _runner.Describe(e);
            context.Output.Put(new Failed(error));
            return new Ended(CellStatus.Error, error);
        }
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>
    /// Waits for a cell to end. When it is cancelled, it may first stop by itself. Then its code is ended at its next check, and then its
    /// sleeping threads are woken. Code that still runs, as native code may, is left behind.
    /// </summary>
    private async Task<Ended> EndOfAsync(Task<Ended> running, KernelInvocationContext context)
    {
        try
        {
            return await running.WaitAsync(context.Interrupted);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            var cancelled = Stopwatch.StartNew();
            var grace = Least(context.IsCooperative ? CooperativeGrace : UnawareGrace, _options.CancellationGrace / 2);
            while (await Task.WhenAny(running, Task.Delay(Beat)) != running)
            {
                if (cancelled.Elapsed >= grace && !StopCheck.IsRequested)
                {
                    StopCheck.Request();
                }

                var stopped = cancelled.Elapsed >= grace + UnwindingGrace && context.Continuations.TryStop();
                if (stopped || cancelled.Elapsed >= grace + UnwindingGrace + _options.CancellationGrace)
                {
                    context.Output.Mute();
                    _runner.Chain.Abandon();
                    return new Ended(stopped ? CellStatus.Interrupted : CellStatus.Abandoned);
                }

                if (cancelled.Elapsed >= grace + UnwindingGrace)
                {
                    context.Output.TryBetweenEvents(context.Continuations.WakeUp);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It ended just as it was cancelled.
        }

        return await running;
    }
}
