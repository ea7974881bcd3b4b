using System.Text.Json.Serialization;
using NotebookHost.Engine;

namespace NotebookHost.Running;

/// <summary>What the run and the process of a notebook say to each other, one JSON line each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(StartSession), "start")]
[JsonDerivedType(typeof(ExecuteCell), "execute")]
[JsonDerivedType(typeof(CancelCell), "cancel")]
[JsonDerivedType(typeof(StreamText), "stream")]
[JsonDerivedType(typeof(DisplayData), "display")]
[JsonDerivedType(typeof(ResultData), "result")]
[JsonDerivedType(typeof(CellFailed), "error")]
[JsonDerivedType(typeof(ClearOutput), "clear")]
[JsonDerivedType(typeof(CellEnded), "ended")]
internal abstract record Message;

/// <summary>To the process: begin a session for this notebook.</summary>
internal sealed record StartSession(string NotebookPath, IReadOnlyDictionary<string, string> Parameters) : Message;

/// <summary>To the process: run a cell.</summary>
internal sealed record ExecuteCell(int Cell, string Code, string Language, bool IsParameters) : Message;

/// <summary>To the process: ask the running cell to stop.</summary>
internal sealed record CancelCell : Message;

/// <summary>From the process: one output of a cell. It may come after the cell has ended, from a thread that lives on.</summary>
internal abstract record CellOutputMessage(int Cell) : Message;

/// <inheritdoc cref="IOutputSink.Stream"/>
internal sealed record StreamText(int Cell, string Name, string Text) : CellOutputMessage(Cell);

/// <inheritdoc cref="IOutputSink.Display"/>
internal sealed record DisplayData(int Cell, string Id, IReadOnlyDictionary<string, string> Data, bool IsUpdate) : CellOutputMessage(Cell);

/// <inheritdoc cref="IOutputSink.ExecuteResult"/>
internal sealed record ResultData(int Cell, IReadOnlyDictionary<string, string> Data) : CellOutputMessage(Cell);

/// <inheritdoc cref="IOutputSink.Error"/>
internal sealed record CellFailed(int Cell, CellError Error) : CellOutputMessage(Cell);

/// <inheritdoc cref="IOutputSink.ClearOutput"/>
internal sealed record ClearOutput(int Cell, bool Wait) : CellOutputMessage(Cell);

/// <summary>From the process: a cell has ended; with the process's peak resident set so far.</summary>
internal sealed record CellEnded(int Cell, CellStatus Status, CellError? Error, long PeakMemoryBytes) : Message;
