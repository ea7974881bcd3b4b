using NotebookHost.Engine;

namespace NotebookHost.Worker;

/// <summary>A client that runs cells in a <see cref="SessionSupervisor"/> and shows what they put out. The calls come one at a
/// time.</summary>
internal interface ISessionClient
{
    /// <summary>Something happened in a cell; it is null for a <see cref="NativeText"/>.</summary>
    void Receive(int? cell, CellEvent happened);

    /// <summary>The running cell wants a line of text from the user, as an <see cref="InputGiven"/>.</summary>
    void AskForInput(InputQuestion question);

    /// <summary>The session's process ended while no cell ran.</summary>
    /// <param name="death">How, in words.</param>
    void SessionLost(string death);
}
