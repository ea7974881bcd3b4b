using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using NotebookHost.Engine;

namespace NotebookHost.Pages;

/// <summary>Highlights C#: the text as it is, in spans of seven classes.</summary>
/// <remarks>
/// A cell is read alone, without the assemblies and cells that it builds on, so what a name means is told by its place in the syntax. That
/// is right for code that compiles. Roslyn's classifier, which looks meanings up, finds few more here, and takes two seconds to start.
/// </remarks>
internal static partial class CodeHighlighter
{
    /// <summary>In characters, 400 lines and more. The parser crashes the program on 20,000 nested <c>#if</c>, and for text that is not C#
    /// its time grows with the square: 120,000 characters took ten seconds.</summary>
    private const int LongestCode = 20_000;

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
        var root = CSharpSyntaxTree.ParseText(code, ScriptChain.Script).GetRoot();
        var spans = new List<(TextSpan, string)>();
        void Add(TextSpan span, string? name)
        {
            if (name is not null && !span.IsEmpty)
            {
                spans.Add((span, name));
            }
        }

        foreach (var token in root.DescendantTokens())
        {
            Add(token.Span, ClassOf(token));
        }

        foreach (var trivia in root.DescendantTrivia(descendIntoTrivia: true))
        {
            if (trivia.GetStructure() is DirectiveTriviaSyntax directive)
            {
                foreach (var token in directive.DescendantTokens())
                {
                    Add(token.Span, ClassOf(token) == "s" ? "s" : "p");
                }
            }
            else if (IsComment(trivia.Kind()))
            {
                // Its span leaves out the first slashes of a documentation comment.
                Add(trivia.FullSpan, "c");
            }
        }

        return spans;
    }

    private static bool IsComment(SyntaxKind kind) =>
        kind
            is SyntaxKind.SingleLineCommentTrivia
                or SyntaxKind.MultiLineCommentTrivia
                or SyntaxKind.SingleLineDocumentationCommentTrivia
                or SyntaxKind.MultiLineDocumentationCommentTrivia
                or SyntaxKind.DisabledTextTrivia;

    /// <summary>k keyword, c comment, s string, n number, t type, m method, p preprocessor; null for all that stays plain.</summary>
    private static string? ClassOf(SyntaxToken token) =>
        token.Kind() switch
        {
            SyntaxKind.NumericLiteralToken => "n",
            SyntaxKind.CharacterLiteralToken
            or SyntaxKind.StringLiteralToken
            or SyntaxKind.Utf8StringLiteralToken
            or SyntaxKind.SingleLineRawStringLiteralToken
            or SyntaxKind.MultiLineRawStringLiteralToken
            or SyntaxKind.InterpolatedStringTextToken
            or SyntaxKind.InterpolatedStringStartToken
            or SyntaxKind.InterpolatedVerbatimStringStartToken
            or SyntaxKind.InterpolatedSingleLineRawStringStartToken
            or SyntaxKind.InterpolatedMultiLineRawStringStartToken
            or SyntaxKind.InterpolatedStringEndToken
            or SyntaxKind.InterpolatedRawStringEndToken => "s",
            SyntaxKind.IdentifierToken => token.Parent switch
            {
                BaseTypeDeclarationSyntax or DelegateDeclarationSyntax or TypeParameterSyntax or ConstructorDeclarationSyntax => "t",
                MethodDeclarationSyntax or LocalFunctionStatementSyntax => "m",
                SimpleNameSyntax name => ClassOf(name),
                _ => null,
            },
            var kind => SyntaxFacts.IsKeywordKind(kind) ? "k" : null,
        };

    private static string? ClassOf(SimpleNameSyntax name)
    {
        SyntaxNode whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        whole = whole.Parent is MemberBindingExpressionSyntax binding ? binding : whole;
        if (whole.Parent is InvocationExpressionSyntax invocation && invocation.Expression == whole)
        {
            return name.Identifier.ValueText == "nameof" ? "k" : "m";
        }

        var isType = SyntaxFacts.IsInTypeOnlyContext(name);
        if (name.IsVar || (isType && name.Identifier.Text is "dynamic" or "nint" or "nuint"))
        {
            return "k";
        }

        var isOwner = name.Parent is MemberAccessExpressionSyntax member && member.Expression == name;
        return (isType && !IsNamespace(name)) || (isOwner && char.IsUpper(name.Identifier.Text[0])) ? "t" : null;
    }

    private static bool IsNamespace(NameSyntax name) =>
        name.Parent is QualifiedNameSyntax qualified
            ? qualified.Left == name || IsNamespace(qualified)
            : name.Parent is UsingDirectiveSyntax { StaticKeyword.RawKind: 0, Alias: null };
}
