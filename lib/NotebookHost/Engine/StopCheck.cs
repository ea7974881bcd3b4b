using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace NotebookHost.Engine;

/// <summary>
/// The checks that the engine inserts into the loops and functions of cells, so that their code can be stopped. Not for use by hand.
/// </summary>
/// <remarks>Libraries have no such checks. Their code goes on until it returns to code of a cell.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class StopCheck
{
    private static readonly TimeSpan SeenWithin = TimeSpan.FromMilliseconds(50);
    private static readonly Lock Changing = new();
    private static readonly List<int> Running = [];
    private static readonly HashSet<int> LeftBehind = [];
    private static volatile bool _isRequested;

#pragma warning disable CA2211 // Public and a field: a cell's loop reads it in every turn, and cells are compiled without optimization.
    /// <summary>Whether any code is to stop.</summary>
    public static volatile bool IsAnyStopped;
#pragma warning restore CA2211

    /// <summary>Whether all code is to stop.</summary>
    internal static bool IsRequested => _isRequested;

    /// <summary>Called in every loop if <see cref="IsAnyStopped"/> is set.</summary>
    /// <exception cref="OperationCanceledException">The code is to end.</exception>
    public static void Stop(int submission)
    {
        lock (Changing)
        {
            if (!_isRequested && !LeftBehind.Contains(submission))
            {
                return;
            }
        }

        throw new OperationCanceledException("The cell was stopped.");
    }

    /// <summary>Called at the beginning of every function.</summary>
    /// <exception cref="OperationCanceledException">The code is to end.</exception>
    /// <exception cref="InsufficientExecutionStackException">The function calls itself without end.</exception>
    public static void Call(int submission)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (IsAnyStopped)
        {
            Stop(submission);
        }
    }

    /// <summary>A cell begins: code may run.</summary>
    internal static void BeginCell()
    {
        if (_isRequested)
        {
            // Gives threads of the stopped cell that still run the time to see the request.
            Thread.Sleep(SeenWithin);
        }

        lock (Changing)
        {
            Running.Clear();
            _isRequested = false;
            IsAnyStopped = LeftBehind.Count > 0;
        }
    }

    /// <summary>The running cell begins this submission.</summary>
    internal static void BeginSubmission(int submission)
    {
        lock (Changing)
        {
            Running.Add(submission);
        }
    }

    /// <summary>Tells all code to stop.</summary>
    internal static void Request() => _isRequested = IsAnyStopped = true;

    /// <summary>The submissions of the running cell have not ended in time: they must stop even when later cells run.</summary>
    internal static void LeaveBehind()
    {
        lock (Changing)
        {
            LeftBehind.UnionWith(Running);
        }
    }
}
