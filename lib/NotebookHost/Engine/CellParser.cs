using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookHost.Engine;

/// <summary>A parsed cell: its steps, in order, and the packages that it needs.</summary>
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

/// <summary>C# to run. Other lines are left empty, so that line numbers are those of the cell.</summary>
internal sealed record CodeStep(string Code) : CellStep;

/// <summary>Text of a language that is shown and not run: <c>#!html</c>, <c>#!markdown</c>, <c>#!javascript</c>,
/// <c>#!mermaid</c>.</summary>
internal sealed record TextStep(string Language, string Text) : CellStep;

/// <summary>Code of a language that is not run here.</summary>
internal sealed record ForeignStep(string Language, int Line) : CellStep;

/// <summary><c>#!who</c>, <c>#!whos</c>, <c>#!lsmagic</c> and <c>#!about</c>: what the session has.</summary>
internal sealed record ListStep(string What) : CellStep;

/// <summary><c>#!set</c>, <c>#!value</c> and <c>#!share</c>: a variable gets a value.</summary>
/// <param name="Name">The variable.</param>
/// <param name="From">The kernel or language from which the value comes, for <c>#!share</c>; else null.</param>
/// <param name="Value">The value as C#.</param>
/// <param name="Line">The line of the directive.</param>
internal sealed record ValueStep(string Name, string? From, string Value, int Line) : CellStep;

/// <summary><c>#!import</c>: another notebook or script to run in the same state.</summary>
internal sealed record ImportStep(string Path, int Line) : CellStep;

/// <summary><c>#r "nuget: …"</c>.</summary>
internal sealed record PackageDirective(string Name, string? Version, int Line);

/// <summary>Finds the directives in a cell. Everything unknown is refused here, before any part of the cell runs.</summary>
internal static partial class CellParser
{
    /// <summary>Languages whose text is shown.</summary>
    private static readonly string[] Shown = ["html", "markdown", "javascript", "js", "mermaid", "svg"];

    /// <summary>Languages of .NET Interactive that are not supported here.</summary>
    private static readonly string[] Foreign = ["fsharp", "f#", "F#", "pwsh", "powershell", "sql", "kql", "python", "r", "http", "vbnet"];

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

        var texts = TakeTexts(lines);
        var directives = DirectiveLines(string.Join('\n', lines), lines);
        for (var i = 0; i < lines.Length; i++)
        {
            if (texts.TryGetValue(i, out var text))
            {
                EndOfCode();
                if (text is ForeignStep foreign)
                {
                    return (null, CellError.At(source, foreign.Line, "LanguageError", OtherLanguages.Advice(foreign.Language)));
                }

                if (text is not null)
                {
                    steps.Add(text);
                }

                continue;
            }

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
                        EndOfCode();
                        break;
                    case "time":
                        EndOfCode();
                        showTime = true;
                        break;
                    case var shebang when i == 0 && shebang.StartsWith('/'):
                        // A script's first line, such as #!/usr/bin/env dotnet-script.
                        break;
                    case "who" or "whos" or "lsmagic" or "about" or "help":
                        EndOfCode();
                        steps.Add(new ListStep(magic.Groups["name"].Value));
                        break;
                    case "set" or "value" or "share":
                        EndOfCode();
                        var (value, mistake) = ValueOf(magic.Groups["name"].Value, rest, lines, i, number);
                        if (value is null)
                        {
                            return (null, CellError.At(source, number, "DirectiveError", mistake!));
                        }

                        steps.Add(value);
                        if (magic.Groups["name"].Value == "value" && value.From == "lines")
                        {
                            i = lines.Length;
                        }

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
                                $"the magic command #!{name} is not known here; #!lsmagic lists those that are."
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
            else if (FilePackage().Match(line) is { Success: true } filePackage)
            {
                packages.Add(
                    new PackageDirective(
                        filePackage.Groups["name"].Value,
                        filePackage.Groups["version"] is { Success: true } fixedVersion ? fixedVersion.Value : null,
                        number
                    )
                );
            }
            else if (line.StartsWith("#:property", StringComparison.Ordinal) || line.StartsWith("#:sdk", StringComparison.Ordinal))
            {
                // Settings for a build; a cell is not built.
            }
            else if (LoadedScript().Match(line) is { Success: true } script)
            {
                EndOfCode();
                steps.Add(new ImportStep(script.Groups["path"].Value, number));
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

    /// <summary>
    /// Takes the parts in other languages out of the lines: each goes from its directive, such as <c>#!html</c>, to the next language. The
    /// result has the part's step at its first line, and null at its other lines and at parts that are ignored.
    /// </summary>
    private static Dictionary<int, CellStep?> TakeTexts(string[] lines)
    {
        var taken = new Dictionary<int, CellStep?>();
        while (true)
        {
            var directives = DirectiveLines(string.Join('\n', lines), lines);
            var first = Array.FindIndex(
                lines,
                line => Magic().Match(line.Trim()) is { Success: true } magic && IsOther(magic.Groups["name"].Value)
            );
            while (first >= 0 && !directives.Contains(first))
            {
                first = Array.FindIndex(
                    lines,
                    first + 1,
                    line => Magic().Match(line.Trim()) is { Success: true } magic && IsOther(magic.Groups["name"].Value)
                );
            }

            if (first < 0)
            {
                return taken;
            }

            var language = Magic().Match(lines[first].Trim()).Groups["name"].Value;
            var end = Array.FindIndex(
                lines,
                first + 1,
                line =>
                    Magic().Match(line.TrimEnd()) is { Success: true } magic
                    && magic.Groups["name"].Value is var name
                    && (IsOther(name) || name is "csharp" or "c#" or "C#")
            );
            end = end < 0 ? lines.Length : end;
            taken[first] =
                Array.IndexOf(Shown, language) >= 0 ? new TextStep(language, string.Join('\n', lines[(first + 1)..end]).Trim('\n'))
                : language == "meta" ? null
                : new ForeignStep(language, first + 1);
            for (var i = first; i < end; i++)
            {
                lines[i] = "";
                if (i > first)
                {
                    taken[i] = null;
                }
            }
        }
    }

    /// <summary>Whether a cell's first line is a language's directive, such as <c>#!html</c>, which counts more than the
    /// metadata.</summary>
    public static bool NamesLanguage(string code) =>
        Magic().Match(code.TrimStart().Split('\n')[0].Trim()) is { Success: true } magic
        && magic.Groups["name"].Value is var name
        && (IsOther(name) || name is "csharp" or "c#" or "C#");

    private static bool IsOther(string language) =>
        language == "meta" || Array.IndexOf(Shown, language) >= 0 || Array.IndexOf(Foreign, language) >= 0;

    /// <summary>Reads <c>#!set --name x --value @csharp:y</c>, <c>#!value --name x --from-value "…"</c> or lines, <c>#!share --from csharp
    /// x</c>.</summary>
    private static (ValueStep? Step, string? Mistake) ValueOf(string command, string rest, string[] lines, int index, int number)
    {
        var words = Word().Matches(rest).Select(word => word.Value.Trim('"')).ToList();
        string? Option(params string[] names) =>
            words.FindIndex(names.Contains) is var at and >= 0 && at + 1 < words.Count ? words[at + 1] : null;
        var from = Option("--from");
        var name = Option("--name", "-n", "--as") ?? (command == "share" ? words.LastOrDefault(word => !word.StartsWith('-')) : null);
        if (name is null || !SyntaxFacts.IsValidIdentifier(name))
        {
            return (
                null,
                $"#!{command} needs the name of a variable: #!{command} {(command == "share" ? "--from csharp x" : "--name x …")}"
            );
        }

        switch (command)
        {
            case "share":
                var shared = words.LastOrDefault(word => !word.StartsWith('-') && word != from && word != Option("--as", "--mime-type"));
                return (new ValueStep(name, from ?? "csharp", shared ?? name, number), null);
            case "set":
                var value = Option("--value");
                if (value is null)
                {
                    return (null, "#!set needs a value: #!set --name x --value @csharp:y");
                }

                if (value.StartsWith('@') && value.Split(':', 2) is [_, var variable])
                {
                    return (new ValueStep(name, value[1..].Split(':')[0], variable, number), null);
                }

                return (new ValueStep(name, "csharp", Literal(value), number), null);
            default:
                if (Option("--from-file") is { } file)
                {
                    return (new ValueStep(name, "csharp", $"System.IO.File.ReadAllText({Literal(file)})", number), null);
                }

                if (Option("--from-url") is { } address)
                {
                    var download = $"await new System.Net.Http.HttpClient().GetStringAsync({Literal(address)})";
                    return (new ValueStep(name, "csharp", download, number), null);
                }

                if (Option("--from-value") is { } text)
                {
                    return (new ValueStep(name, "csharp", Literal(text), number), null);
                }

                return (new ValueStep(name, "lines", Literal(string.Join('\n', lines[(index + 1)..])), number), null);
        }
    }

    private static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    /// <summary>The lines, from 0, that are the host's directives, and not text inside a string, a comment or an inactive #if.</summary>
    private static HashSet<int> DirectiveLines(string code, string[] lines)
    {
        var found = new HashSet<int>();
        SyntaxNode? root = null;
        var position = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            if (Candidate().IsMatch(lines[i]))
            {
                root ??= CSharpSyntaxTree.ParseText(code, ScriptChain.Script).GetRoot();
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

    [GeneratedRegex("""^\s*#\s*(!|:|[ri]\s+"\s*nuget\s*:|i\s|load\s)""")]
    private static partial Regex Candidate();

    [GeneratedRegex(@"^#!(?<name>\S*)(?<rest>.*)$")]
    private static partial Regex Magic();

    [GeneratedRegex("""^#\s*r\s+"\s*nuget\s*:\s*(?<name>[^,"\s]+)\s*(,\s*(?<version>[^"\s]+)\s*)?"\s*(//.*)?$""")]
    private static partial Regex NuGetReference();

    [GeneratedRegex("""^#\s*i\s+"\s*nuget\s*:\s*(?<url>[^"]+?)\s*"\s*(//.*)?$""")]
    private static partial Regex NuGetSource();

    [GeneratedRegex("""^#:package\s+(?<name>[^@\s]+)(@(?<version>\S+))?\s*$""")]
    private static partial Regex FilePackage();

    [GeneratedRegex("""^#\s*load\s+"(?<path>[^"]+)"\s*(//.*)?$""")]
    private static partial Regex LoadedScript();

    [GeneratedRegex("""("[^"]*"|\S)+""")]
    private static partial Regex Word();
}
