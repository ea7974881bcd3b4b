using System.Net;

namespace NotebookHost.Engine;

/// <summary>What a session has: its variables, its directives, this program.</summary>
internal static class SessionLists
{
    private static readonly (string Name, string Meaning)[] Directives =
    [
        ("#r \"path.dll\"", "uses a library"),
        ("#r \"nuget: Name, 1.0\"", "uses a package"),
        ("#i \"nuget: folder or address\"", "adds a source of packages"),
        ("#load \"file.csx\"", "runs a script"),
        ("#!import file", "runs a notebook (.ipynb, .dib) or a script (.csx, .cs) in this session"),
        ("#!csharp", "begins another part of the cell, in C#"),
        ("#!html, #!markdown, #!javascript, #!mermaid", "the lines that follow are shown as that"),
        ("#!set, #!value, #!share", "give a value to a variable"),
        ("#!time", "shows how long the cell takes"),
        ("#!who, #!whos", "show the variables"),
        ("#!about, #!lsmagic", "show this program and this list"),
    ];

    /// <summary>What a directive shows, by MIME type.</summary>
    public static IReadOnlyDictionary<string, string> Shown(string what, IReadOnlyList<Submission> submissions)
    {
        switch (what)
        {
            case "who":
                var names = $"[ {string.Join(", ", Variables(submissions).Select(variable => variable.Name))} ]";
                return new Dictionary<string, string> { ["text/html"] = WebUtility.HtmlEncode(names), ["text/plain"] = names };
            case "whos":
                return Table(
                    ["Variable", "Type", "Value"],
                    Variables(submissions).Select(variable => new[] { variable.Name, NameOf(variable.Type), Short(variable) })
                );
            case "about":
                return Table(
                    ["What", "Version"],
                    [
                        ["NotebookHost", typeof(SessionLists).Assembly.GetName().Version!.ToString(3)],
                        [".NET", Environment.Version.ToString()],
                        ["C#", "14"],
                    ]
                );
            default:
                return Table(["Directive", "Meaning"], Directives.Select(one => new[] { one.Name, one.Meaning }));
        }
    }

    /// <summary>The variables of all submissions; of each name the newest.</summary>
    public static IReadOnlyList<SubmissionVariable> Variables(IReadOnlyList<Submission> submissions) =>
        [
            .. submissions
                .Reverse()
                .SelectMany(one => one.Variables)
                .DistinctBy(one => one.Name)
                .OrderBy(one => one.Name, StringComparer.Ordinal),
        ];

    private static Dictionary<string, string> Table(string[] head, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        string Row(string tag, string[] cells) =>
            $"<tr>{string.Concat(cells.Select(cell => $"<{tag}>{WebUtility.HtmlEncode(cell)}</{tag}>"))}</tr>";
        return new Dictionary<string, string>
        {
            ["text/html"] =
                $"<table><thead>{Row("th", head)}</thead><tbody>{string.Concat(all.Select(row => Row("td", row)))}</tbody></table>",
            ["text/plain"] = string.Join('\n', all.Select(row => string.Join('\t', row))),
        };
    }

    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;

    private static string Short(SubmissionVariable variable)
    {
        try
        {
            var text = variable.Value?.ToString() ?? "null";
            return text.Length > 200 ? text[..200] + "…" : text;
        }
        catch (Exception e)
        {
            return $"(its ToString fails: {e.Message})";
        }
    }
}
