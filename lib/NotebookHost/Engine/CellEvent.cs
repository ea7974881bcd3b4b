using System.Text.Json.Serialization;

namespace NotebookHost.Engine;

/// <summary>
/// What happens in a cell while it runs. The engine makes these records, the pipe to its process carries them as they are, and each client
/// turns them into what it shows or writes. There are no other types for a cell's output.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(StreamText), "stream")]
[JsonDerivedType(typeof(Displayed), "display")]
[JsonDerivedType(typeof(Result), "result")]
[JsonDerivedType(typeof(Failed), "error")]
[JsonDerivedType(typeof(Cleared), "clear")]
[JsonDerivedType(typeof(Ended), "ended")]
internal abstract record CellEvent
{
    /// <summary>Whether nothing is missing: JSON from outside may leave out parts, and types cannot forbid that.</summary>
    [JsonIgnore]
    public virtual bool IsWhole => true;
}

/// <summary>Text written to <see cref="Console"/>; <paramref name="Name"/> is <c>stdout</c> or <c>stderr</c>.</summary>
internal sealed record StreamText(string Name, string Text) : CellEvent
{
    /// <inheritdoc/>
    public override bool IsWhole => Name is "stdout" or "stderr" && Text is not null;
}

/// <summary>
/// Text that native code wrote past <see cref="Console"/>, to the process's own <c>stdout</c> or <c>stderr</c>. It is read outside the
/// process, so it is not certain which cell wrote it; clients show it in the cell that runs, or ran last.
/// </summary>
internal sealed record NativeText(string Name, string Text) : CellEvent;

/// <summary>A shown value, one text per MIME type. An update replaces what was shown before under the same id.</summary>
internal sealed record Displayed(string Id, IReadOnlyDictionary<string, string> Data, bool IsUpdate) : CellEvent
{
    /// <inheritdoc/>
    public override bool IsWhole => Id is not null && Data is not null && !Data.Values.Contains(null!);
}

/// <summary>The value of the cell's trailing expression, one text per MIME type.</summary>
internal sealed record Result(IReadOnlyDictionary<string, string> Data) : CellEvent
{
    /// <inheritdoc/>
    public override bool IsWhole => Data is not null && !Data.Values.Contains(null!);
}

/// <summary>What ended the cell early, or an exception that nobody caught on a thread that the cell started.</summary>
internal sealed record Failed(CellError Error) : CellEvent
{
    /// <inheritdoc/>
    public override bool IsWhole => Error is { IsWhole: true };
}

/// <summary>The cell's outputs so far are to be removed: at once, or when the next one comes.</summary>
internal sealed record Cleared(bool Wait) : CellEvent;

/// <summary>The cell has ended. Outputs may still follow, from threads that it has started.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Error">Why, where it did not run to its end; the same error came as <see cref="Failed"/> before.</param>
/// <param name="PeakMemoryBytes">The largest resident set of its process so far; 0 where it was not measured.</param>
internal sealed record Ended(CellStatus Status, CellError? Error = null, long PeakMemoryBytes = 0) : CellEvent
{
    /// <inheritdoc/>
    public override bool IsWhole => Enum.IsDefined(Status) && Error is null or { IsWhole: true };
}

/// <summary>How a cell ended.</summary>
internal enum CellStatus
{
    /// <summary>It ran to its end.</summary>
    Ok,

    /// <summary>It did not compile, or threw.</summary>
    Error,

    /// <summary>It was cancelled and stopped, or it was waiting and will not continue.</summary>
    Interrupted,

    /// <summary>It was cancelled and did not stop: it is left behind, its output is dropped, and the session goes on without
    /// it.</summary>
    Abandoned,
}
