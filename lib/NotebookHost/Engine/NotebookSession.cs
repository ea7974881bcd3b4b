using System.Diagnostics;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;

namespace NotebookHost.Engine;

/// <summary>
/// Runs C# cells one after another in one state, with the semantics of .NET Interactive. An error inside an imported
/// notebook is an error of the importing cell, which is where the two differ on purpose.
/// </summary>
internal sealed class NotebookSession : IDisposable
{
    /// <summary>How long a cancelled cell that waits for something has, before it waits in vain.</summary>
    private static readonly TimeSpan WaitingGrace = TimeSpan.FromSeconds(0.4);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

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

    /// <summary>The variables that the cells have declared, in order, those that hide each other too.</summary>
    public IReadOnlyList<ScriptVariable> Variables => _runner.Chain.State is { } state ? state.Variables : [];

    /// <summary>Runs a cell. What it puts out, the error included, goes to the receiver; the session can go on after any end.</summary>
    public async Task<Ended> ExecuteAsync(CellRequest request, Action<CellEvent> receive, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(CancellationToken.None);
        ConsoleRedirection.Install();
        var context = new KernelInvocationContext(new CellOutput(receive), _options.ReadInput, cancellationToken);
        try
        {
            var continuations = new CellContinuations();
            var running = Task.Run(() => continuations.Start(() => RunAsync(request, context)), CancellationToken.None);
            return await EndOfAsync(running, context, continuations);
        }
        finally
        {
            context.Output.Flush();
            context.Leave();
            _turn.Release();
        }
    }

    /// <summary>Runs an empty cell, so that the compiler is loaded and compiled when the first real one comes.</summary>
    public Task WarmUpAsync() => ExecuteAsync(new CellRequest("\"\"", 0), _ => { });

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

            return context.CancellationToken.IsCancellationRequested
                ? new Ended(CellStatus.Interrupted, error)
                : new Ended(error is null ? CellStatus.Ok : CellStatus.Error, error);
        }
        catch (OperationCanceledException)
        {
            return new Ended(CellStatus.Interrupted);
        }
        catch (Exception e)
        {
            // Something that nobody foresaw is an error of the cell, too. Without an answer the run would wait for ever.
            var error = _runner.Describe(e);
            context.Output.Put(new Failed(error));
            return new Ended(CellStatus.Error, error);
        }
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>Waits for a cell to end; once it is cancelled it has its grace, and then it is stopped where it waits, or left
    /// behind.</summary>
    private async Task<Ended> EndOfAsync(Task<Ended> running, KernelInvocationContext context, CellContinuations continuations)
    {
        try
        {
            return await running.WaitAsync(context.CancellationToken);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            var cancelled = Stopwatch.StartNew();
            while (await Task.WhenAny(running, Task.Delay(Beat)) != running)
            {
                var stopped = cancelled.Elapsed >= Least(WaitingGrace, _options.CancellationGrace) && continuations.TryStop();
                if (stopped || cancelled.Elapsed >= _options.CancellationGrace)
                {
                    context.Output.Mute();
                    _runner.Chain.Abandon();
                    return new Ended(stopped ? CellStatus.Interrupted : CellStatus.Abandoned);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It ended in the moment in which it was cancelled.
        }

        return await running;
    }
}
