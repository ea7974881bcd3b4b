using System.Text.Json.Serialization;
using NotebookHost.Engine;
using NotebookHost.Engine.Assistance;

namespace NotebookHost.Worker;

/// <summary>What the two ends of a worker say to each other, one JSON line each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(StartSession), "start")]
[JsonDerivedType(typeof(ExecuteCell), "execute")]
[JsonDerivedType(typeof(CancelCell), "cancel")]
[JsonDerivedType(typeof(InputGiven), "input")]
[JsonDerivedType(typeof(Ask), "ask")]
[JsonDerivedType(typeof(CellPutOut), "cell")]
[JsonDerivedType(typeof(InputWanted), "inputWanted")]
[JsonDerivedType(typeof(Answered), "answer")]
internal abstract record WorkerMessage
{
    /// <inheritdoc cref="CellEvent.IsWhole"/>
    [JsonIgnore]
    public virtual bool IsWhole => true;
}

/// <summary>To the worker: begin a session.</summary>
/// <param name="Parameters">Values for the variables of cells tagged <c>parameters</c>.</param>
/// <param name="IsInteractive">Whether a person uses the session, who types, presses stop, and goes on after a mistake.</param>
internal sealed record StartSession(IReadOnlyDictionary<string, string> Parameters, bool IsInteractive = false) : WorkerMessage;

/// <summary>To the worker: run a cell, whose events will carry the number <paramref name="Cell"/>.</summary>
internal sealed record ExecuteCell(int Cell, CellRequest Request) : WorkerMessage;

/// <summary>To the worker: ask the running cell to stop.</summary>
internal sealed record CancelCell : WorkerMessage;

/// <summary>To the worker: the line that it asked for, or why there is none.</summary>
internal sealed record InputGiven(string? Text, string? Refusal) : WorkerMessage;

/// <summary>To the worker: a question about code, to be answered by an <see cref="Answered"/> with the same id.</summary>
internal sealed record Ask(int Id, Question Question) : WorkerMessage;

/// <summary>From the worker: an event of a cell.</summary>
/// <param name="Cell">The cell's number from <see cref="ExecuteCell"/>; null for a <see cref="NativeText"/>.</param>
/// <param name="Event">What happened.</param>
internal sealed record CellPutOut(int? Cell, CellEvent Event) : WorkerMessage
{
    /// <inheritdoc/>
    public override bool IsWhole => Cell is not null && Event is { IsWhole: true };
}

/// <summary>From the worker: the running cell wants a line of text from the user, as an <see cref="InputGiven"/>.</summary>
internal sealed record InputWanted(InputQuestion Question) : WorkerMessage;

/// <summary>From the worker: the answer to a question.</summary>
/// <param name="Id">The question's id.</param>
/// <param name="Answer">The answer; null where there is nothing to say.</param>
/// <param name="Failure">Why the question could not be answered; null where it could.</param>
internal sealed record Answered(int Id, Answer? Answer, string? Failure = null) : WorkerMessage;
