using System.Collections.Concurrent;
using Microsoft.DotNet.Interactive;
using NotebookHost.Engine;

namespace NotebookHost.Worker;

/// <summary>Gets the lines that cells ask for from the client.</summary>
internal sealed class UserInput(MessageChannel channel)
{
    private readonly BlockingCollection<InputGiven> _given = [];

    public void Give(InputGiven given) => _given.Add(given);

    /// <exception cref="InvalidOperationException">The front end takes no input.</exception>
    /// <exception cref="OperationCanceledException">The cell was interrupted meanwhile.</exception>
    public string? Ask(InputQuestion question)
    {
        // An answer that came after its cell was interrupted is dropped.
        while (_given.TryTake(out _)) { }

        channel.Send(new InputWanted(question));
        var given = _given.Take(KernelInvocationContext.Current?.CancellationToken ?? CancellationToken.None);
        return given.Refusal is null ? given.Text : throw new InvalidOperationException(given.Refusal);
    }
}
