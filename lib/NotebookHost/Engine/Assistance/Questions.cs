using System.Text.Json.Serialization;

namespace NotebookHost.Engine.Assistance;

/// <summary>What a front end asks about code while it is written. Each question names the type of its answer.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "question")]
[JsonDerivedType(typeof(CompletionQuestion), "complete")]
[JsonDerivedType(typeof(InspectionQuestion), "inspect")]
[JsonDerivedType(typeof(CompletenessQuestion), "isComplete")]
[JsonDerivedType(typeof(CompletionDescriptionQuestion), "describe")]
[JsonDerivedType(typeof(SignatureQuestion), "signature")]
[JsonDerivedType(typeof(DiagnosticsQuestion), "diagnostics")]
[JsonDerivedType(typeof(FormatQuestion), "format")]
[JsonDerivedType(typeof(VariablesQuestion), "variables")]
[JsonDerivedType(typeof(VariableQuestion), "variable")]
internal abstract record Question;

/// <inheritdoc cref="Question"/>
internal abstract record Question<TAnswer> : Question
    where TAnswer : Answer;

/// <summary>The answer to a <see cref="Question"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(CompletionChoice), "completions")]
[JsonDerivedType(typeof(SymbolDescription), "description")]
[JsonDerivedType(typeof(Completeness), "completeness")]
[JsonDerivedType(typeof(SignatureChoice), "signatures")]
[JsonDerivedType(typeof(DiagnosticList), "diagnostics")]
[JsonDerivedType(typeof(FormattedCode), "formatted")]
[JsonDerivedType(typeof(VariableList), "variables")]
[JsonDerivedType(typeof(VariableView), "variable")]
internal abstract record Answer;

/// <summary>What are the completions at this place (in UTF-16 units) of the code?</summary>
internal sealed record CompletionQuestion(string Code, int Position) : Question<CompletionChoice>;

/// <summary>What is the thing at this place (in UTF-16 units) of the code?</summary>
internal sealed record InspectionQuestion(string Code, int Position) : Question<SymbolDescription>;

/// <summary>Is the code complete, or does it need another line?</summary>
internal sealed record CompletenessQuestion(string Code) : Question<Completeness>;

/// <summary>The completions for the text between <paramref name="Start"/> and <paramref name="End"/> (in UTF-16 units), in alphabetical
/// order.</summary>
internal sealed record CompletionChoice(int Start, int End, IReadOnlyList<Completion> Items) : Answer;

/// <summary>One completion: the text, and a word for what it is (method, property, …).</summary>
internal sealed record Completion(string Text, string Kind);

/// <summary>Whether code is <c>complete</c>, <c>incomplete</c> or <c>invalid</c>, and how far the next line is indented.</summary>
internal sealed record Completeness(string Status, string Indent = "") : Answer;

/// <summary>What is the completion with this text, of those at this place?</summary>
internal sealed record CompletionDescriptionQuestion(string Code, int Position, string Text) : Question<SymbolDescription>;

/// <summary>Which methods could the call around this place (in UTF-16 units) mean?</summary>
internal sealed record SignatureQuestion(string Code, int Position) : Question<SignatureChoice>;

/// <summary>What would the compiler say about the code, after the cells that were run?</summary>
internal sealed record DiagnosticsQuestion(string Code) : Question<DiagnosticList>;

/// <summary>How does the code look when it is formatted?</summary>
internal sealed record FormatQuestion(string Code) : Question<FormattedCode>;

/// <summary>Which variables are there?</summary>
internal sealed record VariablesQuestion : Question<VariableList>;

/// <summary>What does the variable hold?</summary>
internal sealed record VariableQuestion(string Name) : Question<VariableView>;

/// <summary>The methods that a call could mean, which of them it most likely means, and the argument that is typed, from 0.</summary>
internal sealed record SignatureChoice(IReadOnlyList<Signature> Items, int Active, int Parameter) : Answer;

/// <summary>A method as C# writes it, and what its documentation says.</summary>
internal sealed record Signature(string Label, string Documentation, IReadOnlyList<SignatureParameter> Parameters);

/// <summary>A parameter as C# writes it, and what the method's documentation says about it.</summary>
internal sealed record SignatureParameter(string Label, string Documentation);

/// <summary>What the compiler says, in the order of the text.</summary>
internal sealed record DiagnosticList(IReadOnlyList<CodeDiagnostic> Items) : Answer;

/// <summary>One error or warning; the place is in UTF-16 units, the severity <c>error</c> or <c>warning</c>.</summary>
internal sealed record CodeDiagnostic(int Start, int End, string Severity, string Message, string Code);

/// <summary>Formatted code.</summary>
internal sealed record FormattedCode(string Source) : Answer;

/// <summary>The session's variables, by name.</summary>
internal sealed record VariableList(IReadOnlyList<Variable> Items) : Answer;

/// <summary>A variable; the last four are a tensor's.</summary>
internal sealed record Variable(
    string Name,
    string Type,
    string Value,
    IReadOnlyList<long>? Shape = null,
    string? Dtype = null,
    string? Device = null,
    long? Bytes = null
);

/// <summary>A variable as HTML.</summary>
internal sealed record VariableView(string Html) : Answer;
