using NotebookHost.Engine;

// The namespace and the names are .NET Interactive's: code that looks for them finds them in both hosts.
namespace Microsoft.DotNet.Interactive;

/// <summary>The cell that is being executed: where its output goes, and whether it is asked to stop.</summary>
public sealed class KernelInvocationContext
{
    private static readonly AsyncLocal<KernelInvocationContext?> Flowing = new();
    private static volatile KernelInvocationContext? _executing;

    private readonly Func<InputQuestion, string?>? _readInput;

    internal KernelInvocationContext(CellOutput output, Func<InputQuestion, string?>? readInput, CancellationToken cancellationToken)
    {
        Output = output;
        _readInput = readInput;
        Interrupted = cancellationToken;
    }

    /// <summary>The cell to which the calling code belongs; null outside any cell. It follows awaits, tasks and threads.</summary>
    public static KernelInvocationContext? Current => Flowing.Value ?? _executing;

    /// <summary>Is cancelled when the user presses the stop button.</summary>
    public CancellationToken CancellationToken
    {
        get
        {
            IsCooperative = true;
            return Interrupted;
        }
    }

    /// <summary>The same token, for the engine.</summary>
    internal CancellationToken Interrupted { get; }

    /// <summary>Whether code has asked for the token, and so is likely to stop by itself.</summary>
    internal bool IsCooperative { get; private set; }

    /// <summary>Runs more code as a part of the cell; it throws where that fails.</summary>
    internal Func<string, Task>? Submit { get; set; }

    internal Task SubmitAsync(string code) =>
        Submit is { } submit ? submit(code) : throw new InvalidOperationException("No code can be run here: no cell is running.");

    /// <summary>Runs the cell's code.</summary>
    internal CellContinuations Continuations { get; } = new();

    internal CellOutput Output { get; }

    /// <summary>Takes away what the cell has shown so far.</summary>
    /// <param name="wait">Whether to wait until the next output comes, which avoids flicker.</param>
    public void ClearOutput(bool wait = false) => Output.Put(new Cleared(wait));

    /// <summary>Makes this the current context of the calling flow, and of threads that have none.</summary>
    internal void Enter()
    {
        Flowing.Value = this;
        _executing = this;
    }

    internal void Leave() => Interlocked.CompareExchange(ref _executing, null, this);

    internal string? ReadInput(InputQuestion question)
    {
        Output.Flush();
        return _readInput is null
            ? throw new InvalidOperationException(
                "A headless run has no input: nobody is there to type. Give the value in the cell, or open the notebook in Jupyter "
                    + "or VS Code."
            )
            : _readInput(question);
    }
}
