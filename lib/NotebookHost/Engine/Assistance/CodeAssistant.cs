using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Formatting;

namespace NotebookHost.Engine.Assistance;

/// <summary>Helps to write a cell: completions, descriptions, whether it is complete. It sees what the session's cells have
/// declared.</summary>
internal sealed partial class CodeAssistant(NotebookSession session) : IDisposable
{
    private const int MostDiagnostics = 100;

    private readonly Lazy<SubmissionWorkspace> _workspace = new(() => new SubmissionWorkspace());
    private readonly Lock _opening = new();

    /// <summary>Answers a question; null where there is nothing to say.</summary>
    public async Task<Answer?> AnswerAsync(Question question) =>
        question switch
        {
            CompletionQuestion ask => await CompleteAsync(ask.Code, ask.Position),
            InspectionQuestion ask => await InspectAsync(ask.Code, ask.Position),
            CompletenessQuestion ask => Judge(ask.Code),
            CompletionDescriptionQuestion ask => await DescribeAsync(ask.Code, ask.Position, ask.Text),
            SignatureQuestion ask => await AskAsync(ask.Code, document => SignatureHelp.AtAsync(document, ask.Position)),
            DiagnosticsQuestion ask => await DiagnoseAsync(ask.Code),
            FormatQuestion ask => await FormatAsync(ask.Code),
            VariablesQuestion => Variables.Of(session.Variables),
            VariableQuestion ask => Variables.Show(session.Variables, ask.Name),
            _ => throw new ArgumentException($"an unknown question: {question}", nameof(question)),
        };

    /// <summary>The completions at a position of the code.</summary>
    public Task<CompletionChoice> CompleteAsync(string code, int position) =>
        AskAsync(
            code,
            async document =>
            {
                var service = CompletionService.GetService(document)!;
                var list = await service.GetCompletionsAsync(document, position);
                var start = list.ItemsList.Count > 0 ? list.Span.Start : position;
                var typed = code[start..position];
                var fitting = list
                    .ItemsList.Where(item =>
                        !item.IsComplexTextEdit && item.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
                    )
                    .ToList();
                if (fitting.Count == 0)
                {
                    // WL for WriteLine.
                    fitting = [.. service.FilterItems(document, [.. list.ItemsList], typed).Where(item => !item.IsComplexTextEdit)];
                }

                return new CompletionChoice(
                    start,
                    position,
                    [.. fitting.Select(item => new Completion(TextOf(item), KindOf(item))).DistinctBy(item => item.Text)]
                );
            }
        );

    /// <summary>Describes the code at a position; null where there is nothing to say.</summary>
    public Task<SymbolDescription?> InspectAsync(string code, int position) =>
        AskAsync(code, document => SymbolDescription.AtAsync(document, position));

    /// <summary>Whether the code can be run as it is.</summary>
    public static Completeness Judge(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(WithoutDirectives(code), ScriptChain.Script);
        if (!SyntaxFactory.IsCompleteSubmission(tree))
        {
            var last = code.Split('\n')[^1];
            var indent = last[..^last.TrimStart().Length];
            return new Completeness("incomplete", last.TrimEnd().EndsWith('{') ? indent + "    " : indent);
        }

        return new Completeness(
            tree.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error) ? "invalid" : "complete"
        );
    }

    private Task<SymbolDescription?> DescribeAsync(string code, int position, string text) =>
        AskAsync(
            code,
            async document =>
            {
                var service = CompletionService.GetService(document)!;
                var list = await service.GetCompletionsAsync(document, position);
                return
                    list.ItemsList.FirstOrDefault(item => TextOf(item) == text) is { } item
                    && await service.GetDescriptionAsync(document, item) is { } description
                    ? SymbolDescription.Of(description.TaggedParts)
                    : null;
            }
        );

    /// <summary>Errors and warnings. If the code imports a notebook or a package, its declarations are not known before it runs: then only
    /// syntax errors are reported.</summary>
    private Task<DiagnosticList> DiagnoseAsync(string code) =>
        AskAsync(
            code,
            async document =>
            {
                var tree = (await document.GetSyntaxTreeAsync())!;
                var model = (await document.GetSemanticModelAsync())!;
                var found = OwnDirective().IsMatch(code) ? tree.GetDiagnostics() : model.GetDiagnostics();
                return new DiagnosticList([
                    .. found
                        .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Location.IsInSource)
                        // A "?" after a type, as one writes it everywhere else.
                        .Where(diagnostic => diagnostic.Id != "CS8632")
                        .OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)
                        .Take(MostDiagnostics)
                        .Select(diagnostic => new CodeDiagnostic(
                            diagnostic.Location.SourceSpan.Start,
                            diagnostic.Location.SourceSpan.End,
                            diagnostic.Severity == DiagnosticSeverity.Error ? "error" : "warning",
                            diagnostic.GetMessage(CultureInfo.InvariantCulture),
                            diagnostic.Id
                        )),
                ]);
            }
        );

    private async Task<FormattedCode> FormatAsync(string code)
    {
        // The host's own directives become comments meanwhile, which the formatter leaves alone.
        const string mark = "//\u0001";
        return await AskAsync(
            OwnDirective().Replace(code, line => mark + line.Value),
            async document =>
            {
                var formatted = await Formatter.FormatAsync(document);
                var text = (await formatted.GetTextAsync()).ToString();
                return new FormattedCode(text.Replace(mark, "", StringComparison.Ordinal).ReplaceLineEndings("\n").TrimEnd('\n'));
            }
        );
    }

    public void Dispose()
    {
        if (_workspace.IsValueCreated)
        {
            _workspace.Value.Dispose();
        }
    }

    /// <summary>Documents never change, so questions are answered side by side: a list of completions does not wait for the errors of
    /// another cell.</summary>
    private Task<T> AskAsync<T>(string code, Func<Document, Task<T>> ask) => Task.Run(() => ask(Open(WithoutDirectives(code))));

    private Document Open(string code)
    {
        lock (_opening)
        {
            return _workspace.Value.Open(session.Next(code));
        }
    }

    /// <summary>Replaces the host's own directives, which the compiler does not know, by blanks, so that positions stay.</summary>
    private static string WithoutDirectives(string code) => OwnDirective().Replace(code, line => new string(' ', line.Length));

    private static string TextOf(CompletionItem item) =>
        item.Properties.TryGetValue("InsertionText", out var text) ? text : item.DisplayText;

    private static string KindOf(CompletionItem item) =>
        item.Tags.Length == 0
            ? ""
            : item.Tags[0] switch
            {
                "Structure" or "Record" => "class",
                "ExtensionMethod" => "method",
                "EnumMember" or "Constant" => "field",
                "Local" or "Parameter" or "RangeVariable" => "variable",
                var tag => tag.ToLowerInvariant(),
            };

    [GeneratedRegex("""^[ \t]*#[ \t]*(!|[ri][ \t]+"[ \t]*nuget[ \t]*:).*$""", RegexOptions.Multiline)]
    private static partial Regex OwnDirective();
}
