using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Classification;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Text;
using NotebookHost.Engine;

namespace NotebookHost.Pages;

/// <summary>Highlights C# by Roslyn's classifier: the text as it is, in spans of seven classes.</summary>
/// <remarks>
/// A cell is classified alone, without the assemblies and cells that it builds on; so the classifier leaves many names undecided. For
/// those, the place in the syntax decides. That is right for code that compiles, and gives the same result in every cell.
/// </remarks>
internal static partial class CodeHighlighter
{
    /// <summary>In characters, 400 lines and more. For nested statements the classifier's time grows with the square: 70,000 characters
    /// took half a minute.</summary>
    private const int LongestCode = 20_000;

    private static readonly Lazy<Project> Scripts = new(() =>
    {
        var host = MefHostServices.Create([
            typeof(Workspace).Assembly,
            System.Reflection.Assembly.Load("Microsoft.CodeAnalysis.CSharp.Workspaces"),
        ]);
        return new AdhocWorkspace(host).AddProject(
            ProjectInfo.Create(
                ProjectId.CreateNewId(),
                VersionStamp.Default,
                "Cells",
                "Cells",
                LanguageNames.CSharp,
                parseOptions: ScriptChain.Script,
                metadataReferences: [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)]
            )
        );
    });

    /// <summary>Appends code as HTML, for use inside <c>pre</c>. Lines that start with <c>#!</c> are the host's and not C#.</summary>
    public static void Append(StringBuilder html, string code)
    {
        if (code.Length > LongestCode || CodeDepth.IsTooGreat(code))
        {
            html.AppendText(code);
            return;
        }

        // Roslyn sees spaces where a magic command stands, so that every other position stays as it is.
        var visible = MagicCommand().Replace(code, match => new string(' ', match.Length));
        var spans = Classify(visible);
        spans.AddRange(MagicCommand().Matches(code).Select(match => (new TextSpan(match.Index, match.Length), "p")));
        spans.Sort(static (left, right) => left.Span.Start.CompareTo(right.Span.Start));

        var written = 0;
        foreach (var (span, name) in spans)
        {
            if (span.Start < written)
            {
                continue;
            }

            html.AppendText(code.AsSpan(written..span.Start)).Append("<span class=\"").Append(name).Append("\">");
            html.AppendText(code.AsSpan(span.Start, span.Length)).Append("</span>");
            written = span.End;
        }

        html.AppendText(code.AsSpan(written));
    }

    [GeneratedRegex(@"^[ \t]*#!.*$", RegexOptions.Multiline)]
    private static partial Regex MagicCommand();

    private static List<(TextSpan Span, string Class)> Classify(string code)
    {
        // Documents are immutable and this one is never added to the workspace, so several threads can do this.
        var document = Scripts.Value.AddDocument("Cell.csx", SourceText.From(code));
        var root = document.GetSyntaxRootAsync().GetAwaiter().GetResult()!;
        var classified = Classifier.GetClassifiedSpansAsync(document, new TextSpan(0, code.Length)).GetAwaiter().GetResult();

        var spans = new List<(TextSpan, string)>();
        foreach (var span in classified)
        {
            if ((ClassName(span.ClassificationType) ?? ByPlace(root, span)) is { } name)
            {
                spans.Add((span.TextSpan, name));
            }
        }

        return spans;
    }

    /// <summary>k keyword, c comment, s string, n number, t type, m method, p preprocessor; null for all that stays plain.</summary>
    private static string? ClassName(string classification) =>
        classification switch
        {
            ClassificationTypeNames.Keyword or ClassificationTypeNames.ControlKeyword => "k",
            ClassificationTypeNames.Comment or ClassificationTypeNames.ExcludedCode => "c",
            ClassificationTypeNames.StringLiteral
            or ClassificationTypeNames.VerbatimStringLiteral
            or ClassificationTypeNames.StringEscapeCharacter => "s",
            ClassificationTypeNames.NumericLiteral => "n",
            ClassificationTypeNames.ClassName
            or ClassificationTypeNames.RecordClassName
            or ClassificationTypeNames.StructName
            or ClassificationTypeNames.RecordStructName
            or ClassificationTypeNames.InterfaceName
            or ClassificationTypeNames.EnumName
            or ClassificationTypeNames.DelegateName
            or ClassificationTypeNames.TypeParameterName => "t",
            ClassificationTypeNames.MethodName or ClassificationTypeNames.ExtensionMethodName => "m",
            ClassificationTypeNames.PreprocessorKeyword or ClassificationTypeNames.PreprocessorText => "p",
            _ when classification.StartsWith("xml doc comment", StringComparison.Ordinal) => "c",
            _ => null,
        };

    /// <summary>The class of a name that the classifier left undecided, by its place in the syntax.</summary>
    private static string? ByPlace(SyntaxNode root, ClassifiedSpan span)
    {
        if (
            span.ClassificationType != ClassificationTypeNames.Identifier
            || root.FindToken(span.TextSpan.Start).Parent is not SimpleNameSyntax name
        )
        {
            return null;
        }

        if (name.Ancestors().Any(node => node is UsingDirectiveSyntax))
        {
            return null;
        }

        ExpressionSyntax whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        if (whole.Parent is InvocationExpressionSyntax invocation && invocation.Expression == whole)
        {
            return "m";
        }

        var owner = name.Parent is MemberAccessExpressionSyntax member && member.Expression == name;
        return SyntaxFacts.IsInTypeOnlyContext(name) || (owner && char.IsUpper(name.Identifier.Text[0])) ? "t" : null;
    }
}
