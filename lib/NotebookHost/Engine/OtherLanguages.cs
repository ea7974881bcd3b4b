using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NotebookHost.Engine;

/// <summary>Parts of a cell that are not C#: what is shown in the page, and what to do about a language that is not run here.</summary>
internal static partial class OtherLanguages
{
    private const string Mermaid = "https://cdn.jsdelivr.net/npm/mermaid@11/dist/mermaid.esm.min.mjs";

    /// <summary>Whether text of this language is shown.</summary>
    public static bool IsShown(string language) => language is "html" or "markdown" or "javascript" or "js" or "mermaid" or "svg";

    /// <summary>What is shown, by MIME type.</summary>
    /// <param name="language">The language.</param>
    /// <param name="text">The text.</param>
    /// <param name="valueOf">Finds a variable by its name, for <c>#!share</c> in JavaScript; throws where there is none.</param>
    public static IReadOnlyDictionary<string, string> Shown(string language, string text, Func<string, object?> valueOf) =>
        language switch
        {
            "markdown" => One("text/markdown", text),
            "svg" => One("image/svg+xml", text),
            "javascript" or "js" => One("text/html", $"<script type=\"text/javascript\">{WithValues(text, valueOf)}</script>"),
            "mermaid" => One(
                "text/html",
                $"<pre class=\"mermaid\">{WebUtility.HtmlEncode(text)}</pre>\n<script type=\"module\">import mermaid from '{Mermaid}'; "
                    + "mermaid.initialize({ startOnLoad: false }); await mermaid.run();</script>"
            ),
            _ => One("text/html", text),
        };

    /// <summary>One sentence: that the language is not run, and what can be done.</summary>
    public static string Advice(string language) =>
        language switch
        {
            "fsharp" or "f#" or "F#" =>
                "F# is not run here: write this part in C#, put it into a script for dotnet fsi, or run the notebook in .NET Interactive.",
            "pwsh" or "powershell" =>
                "PowerShell is not run here: type the command in a terminal, or start it from C# with System.Diagnostics.Process.Start.",
            "sql" or "kql" => $"{language.ToUpperInvariant()} is not run here: ask the database from C#, for example by #r \"nuget: "
                + "Microsoft.Data.Sqlite\".",
            "http" => "HTTP requests are not run here: send them from C# with System.Net.Http.HttpClient.",
            "python" or "r" => $"{language} is not run here: open a notebook of its own with the kernel of that language.",
            _ => $"{language} is not run here, only C#: write this part in C#, or run the notebook in a host that has that language.",
        };

    private static Dictionary<string, string> One(string mimeType, string text) => new() { [mimeType] = text };

    /// <summary>JavaScript with its lines <c>#!share --from csharp x</c> and <c>#!set --name x --value @csharp:y</c> replaced by the
    /// values.</summary>
    private static string WithValues(string script, Func<string, object?> valueOf) =>
        Shared()
            .Replace(
                script,
                line =>
                {
                    var name = line.Groups["name"].Value;
                    var from = line.Groups["from"] is { Success: true } other ? other.Value : name;
                    // "</script" in a value would end the script in the page.
                    return $"var {name} = {JsonSerializer.Serialize(valueOf(from)).Replace("</", "<\\/", StringComparison.Ordinal)};";
                }
            );

    [GeneratedRegex(
        @"^[ \t]*#!(share[ \t]+(--from[ \t]+\S+[ \t]+)?(?<name>\w+)([ \t]+--from[ \t]+\S+)?"
            + @"|set[ \t]+--name[ \t]+(?<name>\w+)[ \t]+--value[ \t]+@\w+:(?<from>\w+))[ \t]*$",
        RegexOptions.Multiline
    )]
    private static partial Regex Shared();
}
