using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookHost.Engine;

/// <summary>A cell taken apart: what to do, in order, and what it needs before.</summary>
/// <param name="Steps">C# to run and files to import, in order.</param>
/// <param name="Packages">The packages of its <c>#r "nuget: …"</c> lines.</param>
/// <param name="PackageSources">The sources of its <c>#i "nuget: …"</c> lines.</param>
/// <param name="ShowTime">Whether it says <c>#!time</c>.</param>
internal sealed record ParsedCell(
    IReadOnlyList<CellStep> Steps,
    IReadOnlyList<PackageDirective> Packages,
    IReadOnlyList<string> PackageSources,
    bool ShowTime
);

/// <summary>One step of a cell.</summary>
internal abstract record CellStep;

/// <summary>C# to run. Lines that are not part of it are empty, so that line numbers stay the cell's.</summary>
internal sealed record CodeStep(string Code) : CellStep;

/// <summary><c>#!import</c>: another notebook or script to run in the same state.</summary>
internal sealed record ImportStep(string Path, int Line) : CellStep;

/// <summary><c>#r "nuget: …"</c>.</summary>
internal sealed record PackageDirective(string Name, string? Version, int Line);

/// <summary>Finds the directives in a cell. Everything unknown is refused here, before anything of the cell has run.</summary>
internal static partial class CellParser
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    public static (ParsedCell? Cell, CellError? Error) Parse(CellSource source)
    {
        if (CodeDepth.IsTooGreat(source.Code))
        {
            return (null, CellError.At(source, null, "CompilationError", "the brackets nest too deep for the compiler."));
        }

        var lines = source.Code.Split('\n');
        var steps = new List<CellStep>();
        var packages = new List<PackageDirective>();
        var packageSources = new List<string>();
        var showTime = false;
        var code = new string[lines.Length];
        Array.Fill(code, "");

        void EndOfCode()
        {
            if (Array.Exists(code, line => !string.IsNullOrWhiteSpace(line)))
            {
                steps.Add(new CodeStep(string.Join('\n', code)));
                Array.Fill(code, "");
            }
        }

        var directives = DirectiveLines(source.Code, lines);
        for (var i = 0; i < lines.Length; i++)
        {
            if (!directives.Contains(i))
            {
                code[i] = lines[i];
                continue;
            }

            var line = lines[i].Trim();
            var number = i + 1;
            if (Magic().Match(line) is { Success: true } magic)
            {
                var rest = magic.Groups["rest"].Value.Trim();
                switch (magic.Groups["name"].Value)
                {
                    case "csharp" or "c#" or "C#":
                        break;
                    case "time":
                        showTime = true;
                        break;
                    case "import" when rest.Trim('"') is { Length: > 0 } path:
                        EndOfCode();
                        steps.Add(new ImportStep(path, number));
                        break;
                    case "import":
                        return (null, CellError.At(source, number, "DirectiveError", "#!import needs a file: #!import other.ipynb"));
                    case var name:
                        return (
                            null,
                            CellError.At(
                                source,
                                number,
                                "DirectiveError",
                                $"the magic command #!{name} is not known here; known are #!import, #!time and #!csharp."
                            )
                        );
                }
            }
            else if (NuGetReference().Match(line) is { Success: true } package)
            {
                packages.Add(
                    new PackageDirective(
                        package.Groups["name"].Value,
                        package.Groups["version"] is { Success: true } version ? version.Value : null,
                        number
                    )
                );
            }
            else if (NuGetSource().Match(line) is { Success: true } packageSource)
            {
                packageSources.Add(packageSource.Groups["url"].Value);
            }
            else
            {
                return (null, CellError.At(source, number, "DirectiveError", $"this directive cannot be read: {line}"));
            }
        }

        EndOfCode();
        return (new ParsedCell(steps, packages, packageSources, showTime), null);
    }

    /// <summary>The lines, from 0, that are directives to us, and not text inside a string, a comment or an inactive #if.</summary>
    private static HashSet<int> DirectiveLines(string code, string[] lines)
    {
        var found = new HashSet<int>();
        SyntaxNode? root = null;
        var position = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            if (Candidate().IsMatch(lines[i]))
            {
                root ??= CSharpSyntaxTree.ParseText(code, Script).GetRoot();
                var trivia = root.FindTrivia(position + lines[i].IndexOf('#', StringComparison.Ordinal));
                if (trivia.IsDirective && trivia.GetStructure() is DirectiveTriviaSyntax { IsActive: true })
                {
                    found.Add(i);
                }
            }

            position += lines[i].Length + 1;
        }

        return found;
    }

    [GeneratedRegex("""^\s*#\s*(!|[ri]\s+"\s*nuget\s*:|i\s)""")]
    private static partial Regex Candidate();

    [GeneratedRegex(@"^#!(?<name>\S*)(?<rest>.*)$")]
    private static partial Regex Magic();

    [GeneratedRegex("""^#\s*r\s+"\s*nuget\s*:\s*(?<name>[^,"\s]+)\s*(,\s*(?<version>[^"\s]+)\s*)?"\s*(//.*)?$""")]
    private static partial Regex NuGetReference();

    [GeneratedRegex("""^#\s*i\s+"\s*nuget\s*:\s*(?<url>[^"]+?)\s*"\s*(//.*)?$""")]
    private static partial Regex NuGetSource();
}
