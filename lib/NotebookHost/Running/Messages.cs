using System.Text.Json.Serialization;
using NotebookHost.Engine;
using NotebookHost.Engine.Assistance;

namespace NotebookHost.Running;

/// <summary>What the run, or the kernel, and the process of a notebook say to each other, one JSON line each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(StartSession), "start")]
[JsonDerivedType(typeof(ExecuteCell), "execute")]
[JsonDerivedType(typeof(CancelCell), "cancel")]
[JsonDerivedType(typeof(InputGiven), "input")]
[JsonDerivedType(typeof(AskCompletions), "complete")]
[JsonDerivedType(typeof(AskInspection), "inspect")]
[JsonDerivedType(typeof(AskCompleteness), "isComplete")]
[JsonDerivedType(typeof(StreamText), "stream")]
[JsonDerivedType(typeof(DisplayData), "display")]
[JsonDerivedType(typeof(ResultData), "result")]
[JsonDerivedType(typeof(CellFailed), "error")]
[JsonDerivedType(typeof(ClearOutput), "clear")]
[JsonDerivedType(typeof(CellEnded), "ended")]
[JsonDerivedType(typeof(InputWanted), "inputWanted")]
[JsonDerivedType(typeof(QuestionFailed), "failed")]
[JsonDerivedType(typeof(CompletionsFound), "completions")]
[JsonDerivedType(typeof(Inspected), "inspection")]
[JsonDerivedType(typeof(CompletenessJudged), "completeness")]
internal abstract record Message
{
    /// <summary>Whether everything is there: JSON that came from elsewhere may lack parts, which no type can forbid.</summary>
    [JsonIgnore]
    public virtual bool IsWhole => true;
}

/// <summary>To the process: begin a session.</summary>
/// <param name="NotebookPath">The notebook whose cells will be run; null where that is not known.</param>
/// <param name="Parameters">Values for the variables of cells tagged <c>parameters</c>.</param>
/// <param name="IsInteractive">Whether somebody sits in front of it, who types, presses stop, and wants to go on after a mistake.</param>
internal sealed record StartSession(string? NotebookPath, IReadOnlyDictionary<string, string> Parameters, bool IsInteractive = false)
    : Message;

/// <summary>To the process: run a cell, whose outputs will carry the number <paramref name="Cell"/>.</summary>
internal sealed record ExecuteCell(int Cell, CellRequest Request) : Message;

/// <summary>To the process: ask the running cell to stop.</summary>
internal sealed record CancelCell : Message;

/// <summary>To the process: the line that it asked for, or why there is none.</summary>
internal sealed record InputGiven(string? Text, string? Refusal) : Message;

/// <summary>To the process: a question, to be answered by an <see cref="Answer"/> with the same id.</summary>
internal abstract record Question(int Id, string Code) : Message;

/// <summary>What could stand at this place (in UTF-16 units) of the code?</summary>
internal sealed record AskCompletions(int Id, string Code, int Position) : Question(Id, Code);

/// <summary>What is the thing at this place (in UTF-16 units) of the code?</summary>
internal sealed record AskInspection(int Id, string Code, int Position) : Question(Id, Code);

/// <summary>Is the code complete, or does it need another line?</summary>
internal sealed record AskCompleteness(int Id, string Code) : Question(Id, Code);

/// <summary>From the process: one output of a cell. It may come after the cell has ended, from a thread that lives on.</summary>
internal abstract record CellOutputMessage(int Cell) : Message;

/// <inheritdoc cref="IOutputSink.Stream"/>
internal sealed record StreamText(int Cell, string Name, string Text) : CellOutputMessage(Cell)
{
    /// <inheritdoc/>
    public override bool IsWhole => Name is "stdout" or "stderr" && Text is not null;
}

/// <inheritdoc cref="IOutputSink.Display"/>
internal sealed record DisplayData(int Cell, string Id, IReadOnlyDictionary<string, string> Data, bool IsUpdate) : CellOutputMessage(Cell)
{
    /// <inheritdoc/>
    public override bool IsWhole => Id is not null && Data is not null && !Data.Values.Contains(null!);
}

/// <inheritdoc cref="IOutputSink.ExecuteResult"/>
internal sealed record ResultData(int Cell, IReadOnlyDictionary<string, string> Data) : CellOutputMessage(Cell)
{
    /// <inheritdoc/>
    public override bool IsWhole => Data is not null && !Data.Values.Contains(null!);
}

/// <inheritdoc cref="IOutputSink.Error"/>
internal sealed record CellFailed(int Cell, CellError Error) : CellOutputMessage(Cell)
{
    /// <inheritdoc/>
    public override bool IsWhole => Error is { IsWhole: true };
}

/// <inheritdoc cref="IOutputSink.ClearOutput"/>
internal sealed record ClearOutput(int Cell, bool Wait) : CellOutputMessage(Cell);

/// <summary>From the process: a cell has ended; with the process's peak resident set so far.</summary>
internal sealed record CellEnded(int Cell, CellStatus Status, CellError? Error, long PeakMemoryBytes) : Message
{
    /// <inheritdoc/>
    public override bool IsWhole => Enum.IsDefined(Status) && Error is null or { IsWhole: true };
}

/// <summary>From the process: the running cell wants a line of text from the user, as an <see cref="InputGiven"/>.</summary>
internal sealed record InputWanted(string Prompt) : Message;

/// <summary>From the process: the answer to a <see cref="Question"/>.</summary>
internal abstract record Answer(int Id) : Message;

/// <summary>The question could not be answered.</summary>
internal sealed record QuestionFailed(int Id, string Reason) : Answer(Id);

/// <inheritdoc cref="CompletionChoice"/>
internal sealed record CompletionsFound(int Id, CompletionChoice Choice) : Answer(Id);

/// <summary>What stands at the place; null where there is nothing to say.</summary>
internal sealed record Inspected(int Id, SymbolDescription? Description) : Answer(Id);

/// <inheritdoc cref="Completeness"/>
internal sealed record CompletenessJudged(int Id, Completeness Completeness) : Answer(Id);
