using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookHost.Engine;

/// <summary>Code that was written for a program and not for a cell: makes some of it work, and gives advice on the rest.</summary>
internal static partial class PastedCode
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>
    /// Removes the <c>using</c> from declarations at the top level (<c>using var file = …;</c>), which a script does not allow. Positions
    /// stay as they are.
    /// </summary>
    /// <returns>The code, and the variables that are to be disposed at the cell's end, in the order of their declaration.</returns>
    public static (string Code, IReadOnlyList<string> Disposed) WithoutUsingDeclarations(string code)
    {
        var names = new List<string>();
        foreach (Match match in UsingDeclaration().Matches(code))
        {
            var start = match.Groups["using"].Index;
            var root = CSharpSyntaxTree.ParseText(code, Script).GetRoot();
            // Not within braces, where the parser accepts it, and not in a string, where it is not a keyword.
            if (
                root.FindToken(start, findInsideTrivia: true) is var token
                && token.IsKind(SyntaxKind.UsingKeyword)
                && token.SpanStart == start
                && token.Parent is UsingDirectiveSyntax or SkippedTokensTriviaSyntax
            )
            {
                code = string.Concat(code.AsSpan(0, start), "     ", code.AsSpan(start + "using".Length));
                names.Add(match.Groups["name"].Value);
            }
        }

        return (code, names);
    }

    /// <summary>Advice on a compiler error that comes from the difference between a program and a cell; null for others.</summary>
    public static string? Advice(Diagnostic error) =>
        error.Id switch
        {
            "CS7021" =>
                "A cell has no namespaces: leave out the line namespace … (and its braces), the types work without it; or build the file "
                    + "into a library and use it with #r \"….dll\".",
            "CS1109" or "CS9283" =>
                "In a cell an extension method stands at the top level, outside any class: public static int Twice(this int x) => 2 * x;",
            "CS8345" or "CS8352" =>
                "A variable at the top level of a cell stays for later cells, which a Span cannot: put these lines into braces { … "
                    + "} or into "
                    + "a method.",
            "CS0260" or "CS0261" or "CS0262" => "All parts of a partial type must be in one cell.",
            "CS0246" or "CS0234" when UsingAt(error.Location) is { Name: { } name } =>
                $"If {name} belongs to a package, name the package first: #r \"nuget: {name}\" (many packages are called as their "
                    + "namespace).",
            "CS9298" => "Of the lines that begin with #: a cell can use #:package Name@Version; the others are for file-based apps.",
            _ => null,
        };

    private static UsingDirectiveSyntax? UsingAt(Location place) =>
        place.SourceTree?.GetRoot().FindNode(place.SourceSpan).FirstAncestorOrSelf<UsingDirectiveSyntax>();

    /// <summary>Whether a submission has nothing but declarations, and among them a static method Main.</summary>
    public static bool IsProgram(CompilationUnitSyntax unit) =>
        unit.Members.All(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
        && unit.Members.OfType<TypeDeclarationSyntax>()
            .SelectMany(type => type.Members.OfType<MethodDeclarationSyntax>())
            .Any(method => method.Identifier.Text == "Main" && method.Modifiers.Any(SyntaxKind.StaticKeyword));

    /// <summary>Whether code can only be compiled as a library of its own: nothing but types, with a namespace or an extension
    /// method.</summary>
    public static bool IsLibrary(string code) =>
        (code.Contains("namespace", StringComparison.Ordinal) || code.Contains("static class", StringComparison.Ordinal))
        && CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest)).GetRoot() is CompilationUnitSyntax unit
        && unit.Members.Count > 0
        && unit.Members.All(member => member is BaseNamespaceDeclarationSyntax or BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
        && (unit.Members.Any(member => member is BaseNamespaceDeclarationSyntax) || unit.Members.Any(HasExtensions));

    /// <summary>Whether there is a static method Main in it.</summary>
    public static bool HasMain(string code) =>
        CSharpSyntaxTree
            .ParseText(code, new CSharpParseOptions(LanguageVersion.Latest))
            .GetRoot()
            .DescendantNodes()
            .OfType<MethodDeclarationSyntax>()
            .Any(method => method.Identifier.Text == "Main" && method.Modifiers.Any(SyntaxKind.StaticKeyword));

    private static bool HasExtensions(MemberDeclarationSyntax member) =>
        member is ClassDeclarationSyntax { Members: var members }
        && members.Any(one =>
            one is ExtensionBlockDeclarationSyntax
            || one is MethodDeclarationSyntax { ParameterList.Parameters: [var first, ..] } && first.Modifiers.Any(SyntaxKind.ThisKeyword)
        );

    /// <summary>A type, a name and a value; with only one word before the = it would be an alias for a type.</summary>
    [GeneratedRegex(
        @"^[ \t]*(?<using>using)[ \t]+(?!static\b)[\w.<>\[\],?]+([ \t]*,[ \t]*[\w.<>\[\]?]+)*[ \t]+(?<name>\w+)[ \t]*=(?!=)",
        RegexOptions.Multiline
    )]
    private static partial Regex UsingDeclaration();
}
