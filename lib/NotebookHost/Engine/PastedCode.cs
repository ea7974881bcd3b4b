using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace NotebookHost.Engine;

/// <summary>Code that was written for a program and not for a cell: makes some of it work, and gives advice on the rest.</summary>
internal static partial class PastedCode
{
    private static readonly CSharpParseOptions Program = new(ScriptChain.Language);

    /// <summary>
    /// Removes the <c>using</c> or <c>await using</c> from declarations at the top level (<c>using var file = …;</c>), which a script
    /// does not allow. Positions stay as they are.
    /// </summary>
    /// <returns>The code, and the variables that are to be disposed at the cell's end, in the order of their declaration.</returns>
    public static (string Code, IReadOnlyList<(string Name, bool Awaited)> Disposed) WithoutUsingDeclarations(string code)
    {
        var names = new List<(string, bool)>();
        foreach (Match match in UsingDeclaration().Matches(code))
        {
            var start = match.Groups["using"].Index;
            var root = CSharpSyntaxTree.ParseText(code, ScriptChain.Script).GetRoot();
            // Not within braces, where the parser accepts it, and not in a string, where it is not a keyword.
            if (
                root.FindToken(start, findInsideTrivia: true) is var token
                && token.IsKind(SyntaxKind.UsingKeyword)
                && token.SpanStart == start
                && token.Parent is UsingDirectiveSyntax or SkippedTokensTriviaSyntax
            )
            {
                var awaited = match.Groups["await"];
                var from = awaited.Success ? awaited.Index : start;
                var to = start + "using".Length;
                code = string.Concat(code.AsSpan(0, from), new string(' ', to - from), code.AsSpan(to));
                names.Add((match.Groups["name"].Value, awaited.Success));
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
            "CS0122" =>
                "If a cell declares it, write public before it there and run that cell again: a member of a class is private unless its "
                    + "declaration says otherwise.",
            "CS1061" when error.GetMessage().Contains("'Dump'", StringComparison.Ordinal) =>
                "Dump belongs to LINQPad: write .Display() instead, or the value alone in the cell's last line.",
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
        unit.Members.All(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax) && MainsOf(unit).Any();

    /// <summary>Whether code can only be compiled as a library of its own: nothing but types, with a namespace or an extension
    /// method.</summary>
    public static bool IsLibrary(string code) =>
        (code.Contains("namespace", StringComparison.Ordinal) || code.Contains("static class", StringComparison.Ordinal))
        && CSharpSyntaxTree.ParseText(code, Program).GetRoot() is CompilationUnitSyntax unit
        && unit.Members.Count > 0
        && unit.Members.All(member => member is BaseNamespaceDeclarationSyntax or BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
        && (unit.Members.Any(member => member is BaseNamespaceDeclarationSyntax) || unit.Members.Any(HasExtensions));

    /// <summary>Whether there is a static method Main in it.</summary>
    public static bool HasMain(string code) => MainsOf(CSharpSyntaxTree.ParseText(code, Program).GetRoot()).Any();

    /// <summary>A program's code with its Main made public, so that later cells can call it; other code as it is.</summary>
    public static string WithPublicMain(string code) =>
        code.Contains("Main", StringComparison.Ordinal)
        && CSharpSyntaxTree.ParseText(code, ScriptChain.Script).GetRoot() is CompilationUnitSyntax unit
        && IsProgram(unit)
            ? SourceText.From(code).WithChanges(MadePublic(MainsOf(unit))).ToString()
            : code;

    /// <summary>The code of a library with all of it public that is not private: cells are in another assembly, and there a type without
    /// a modifier would be hidden.</summary>
    /// <param name="code">The code; <see cref="IsLibrary"/> holds for it.</param>
    /// <param name="usings">What is put before the code's own usings; all on one line, so that lines keep their numbers.</param>
    /// <param name="attribute">The attribute for the assembly, instead of those in the code.</param>
    public static string AsPublicLibrary(string code, string usings, string attribute)
    {
        var unit = (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(code, Program).GetRoot();
        var types = unit.DescendantNodes()
            .OfType<MemberDeclarationSyntax>()
            .Where(member =>
                member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
                && member.Parent is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax
                && !member.Modifiers.Any(SyntaxKind.FileKeyword)
            );
        var hidden = unit.DescendantTokens()
            .Where(token => token.IsKind(SyntaxKind.InternalKeyword) && !token.GetPreviousToken().IsKind(SyntaxKind.ProtectedKeyword))
            // An accessor has the access of its property.
            .Select(token => new TextChange(token.Span, token.Parent is AccessorDeclarationSyntax ? "" : "public"));
        return SourceText
            .From(code)
            .WithChanges([
                // After a #define, which must be first.
                new TextChange(new TextSpan(unit.GetFirstToken().SpanStart, 0), usings + " "),
                .. unit.AttributeLists.Select(list => new TextChange(list.Span, string.Concat(list.ToString().Where(c => c == '\n')))),
                new TextChange(new TextSpan(unit.Members[0].SpanStart, 0), attribute + " "),
                .. hidden.Concat(MadePublic(types.Concat(MainsOf(unit)))).OrderBy(change => change.Span),
            ])
            .ToString();
    }

    private static IEnumerable<MethodDeclarationSyntax> MainsOf(SyntaxNode root) =>
        root.DescendantNodes()
            .OfType<MethodDeclarationSyntax>()
            .Where(method => method.Identifier.Text == "Main" && method.Modifiers.Any(SyntaxKind.StaticKeyword));

    /// <summary>The changes that make declarations public that have no modifier for that, or private.</summary>
    private static IEnumerable<TextChange> MadePublic(IEnumerable<MemberDeclarationSyntax> declarations) =>
        declarations
            .Where(one => !one.Modifiers.Any(modifier => modifier.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword))
            .Select(one =>
                one.Modifiers.FirstOrDefault(modifier => modifier.IsKind(SyntaxKind.PrivateKeyword)) is { RawKind: not 0 } hidden
                    ? new TextChange(hidden.Span, "public")
                    : new TextChange(
                        new TextSpan(
                            (one.AttributeLists.LastOrDefault()?.GetLastToken().GetNextToken() ?? one.GetFirstToken()).SpanStart,
                            0
                        ),
                        "public "
                    )
            );

    private static bool HasExtensions(MemberDeclarationSyntax member) =>
        member is ClassDeclarationSyntax { Members: var members }
        && members.Any(one =>
            one is ExtensionBlockDeclarationSyntax
            || one is MethodDeclarationSyntax { ParameterList.Parameters: [var first, ..] } && first.Modifiers.Any(SyntaxKind.ThisKeyword)
        );

    /// <summary>A type, a name and a value; with only one word before the = it would be an alias for a type.</summary>
    [GeneratedRegex(
        @"^[ \t]*((?<await>await)[ \t]+)?(?<using>using)[ \t]+"
            + @"(?!static\b)[\w.<>\[\],?]+([ \t]*,[ \t]*[\w.<>\[\]?]+)*[ \t]+(?<name>\w+)[ \t]*=(?!=)",
        RegexOptions.Multiline
    )]
    private static partial Regex UsingDeclaration();
}
