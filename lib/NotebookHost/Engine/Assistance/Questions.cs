using System.Text.Json.Serialization;

namespace NotebookHost.Engine.Assistance;

/// <summary>What a front end asks about code while it is written. Each question names the type of its answer.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "question")]
[JsonDerivedType(typeof(CompletionQuestion), "complete")]
[JsonDerivedType(typeof(InspectionQuestion), "inspect")]
[JsonDerivedType(typeof(CompletenessQuestion), "isComplete")]
internal abstract record Question;

/// <inheritdoc cref="Question"/>
internal abstract record Question<TAnswer> : Question
    where TAnswer : Answer;

/// <summary>The answer to a <see cref="Question"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(CompletionChoice), "completions")]
[JsonDerivedType(typeof(SymbolDescription), "description")]
[JsonDerivedType(typeof(Completeness), "completeness")]
internal abstract record Answer;

/// <summary>What could stand at this place (in UTF-16 units) of the code?</summary>
internal sealed record CompletionQuestion(string Code, int Position) : Question<CompletionChoice>;

/// <summary>What is the thing at this place (in UTF-16 units) of the code?</summary>
internal sealed record InspectionQuestion(string Code, int Position) : Question<SymbolDescription>;

/// <summary>Is the code complete, or does it need another line?</summary>
internal sealed record CompletenessQuestion(string Code) : Question<Completeness>;

/// <summary>What could stand between <paramref name="Start"/> and <paramref name="End"/> (in UTF-16 units), in alphabetical
/// order.</summary>
internal sealed record CompletionChoice(int Start, int End, IReadOnlyList<Completion> Items) : Answer;

/// <summary>One completion: the text, and a word for what it is (method, property, …).</summary>
internal sealed record Completion(string Text, string Kind);

/// <summary>Whether code is <c>complete</c>, <c>incomplete</c> or <c>invalid</c>, and how far the next line is indented.</summary>
internal sealed record Completeness(string Status, string Indent = "") : Answer;
