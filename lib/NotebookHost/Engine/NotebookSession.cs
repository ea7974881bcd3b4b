using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;

namespace NotebookHost.Engine;

/// <summary>
/// Runs C# cells one after another in one state, with the semantics of .NET Interactive. An error inside an imported
/// notebook is an error of the importing cell, which is where the two differ on purpose.
/// </summary>
internal sealed class NotebookSession : IDisposable
{
    private readonly SessionOptions _options;
    private readonly CellRunner _runner;
    private readonly SemaphoreSlim _turn = new(1, 1);

    public NotebookSession(SessionOptions? options = null)
    {
        _options = options ?? new SessionOptions();
        _runner = new CellRunner(_options);
        ConsoleRedirection.Install();
    }

    /// <summary>The state after the last submission; its script and compilation are what completions need. Null before the first.</summary>
    public ScriptState<object>? State => _runner.Chain.State;

    /// <summary>Runs a cell. Its outputs, the error included, go to the sink; the session can go on after any end.</summary>
    public async Task<CellResult> ExecuteAsync(CellRequest request, IOutputSink sink, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(CancellationToken.None);
        var context = new KernelInvocationContext(new CellOutput(sink), _options.ReadInput, cancellationToken);
        try
        {
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

    public void Dispose()
    {
        _runner.Dispose();
        _turn.Dispose();
    }

    private async Task<CellResult> RunAsync(CellRequest request, KernelInvocationContext context)
    {
        context.Enter();
        try
        {
            var error = await _runner.RunAsync(request, context);
            if (error is not null)
            {
                context.Output.Error(error);
            }

            return context.CancellationToken.IsCancellationRequested
                ? new CellResult(CellStatus.Interrupted, error)
                : new CellResult(error is null ? CellStatus.Ok : CellStatus.Error, error);
        }
        catch (OperationCanceledException)
        {
            return new CellResult(CellStatus.Interrupted);
        }
    }

    /// <summary>Waits for a cell to end; once it is cancelled it has its grace, and then it is left behind.</summary>
    private async Task<CellResult> EndOfAsync(Task<CellResult> running, KernelInvocationContext context)
    {
        try
        {
            return await running.WaitAsync(context.CancellationToken);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            if (await Task.WhenAny(running, Task.Delay(_options.CancellationGrace)) != running)
            {
                context.Output.Mute();
                _runner.Chain.Abandon();
                return new CellResult(CellStatus.Abandoned);
            }
        }
        catch (OperationCanceledException)
        {
            // It ended in the moment in which it was cancelled.
        }

        return await running;
    }
}
