using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Support;

/// <summary>The small tasks of a notebook, and the solutions that the notebook itself has folded away below their checks.</summary>
internal static partial class TaskCells
{
    public const string Tag = "task";

    /// <summary>The notebook with every task cell filled in.</summary>
    /// <exception cref="InvalidDataException">A task has no solution below it, or a solution no task above it.</exception>
    public static string Solve(string notebook)
    {
        var root = JsonNode.Parse(notebook)!;
        var waiting = new Queue<JsonNode>();
        foreach (var cell in root["cells"]!.AsArray())
        {
            if (IsTask(cell!))
            {
                waiting.Enqueue(cell!);
                continue;
            }

            foreach (var solution in Solutions(Source(cell!)))
            {
                if (!waiting.TryDequeue(out var task))
                {
                    throw new InvalidDataException($"A solution without a task: {solution}");
                }

                task["source"] = solution;
            }
        }

        return waiting.Count == 0
            ? root.ToJsonString(new JsonSerializerOptions { WriteIndented = true })
            : throw new InvalidDataException($"No solution for {Source(waiting.Peek())}");
    }

    /// <summary>The C# below "One solution".</summary>
    public static IEnumerable<string> Solutions(string markdown) =>
        Folded()
            .Matches(markdown)
            .Where(match => match.Groups["title"].Value == "One solution")
            .SelectMany(match => Code().Matches(match.Groups["text"].Value))
            .Select(match => match.Groups["code"].Value.TrimEnd('\n'));

    /// <summary>The titles of what is folded away.</summary>
    public static IEnumerable<string> FoldedTitles(string markdown) =>
        Folded().Matches(markdown).Select(match => match.Groups["title"].Value);

    public static bool IsTask(JsonNode cell) => cell["metadata"]?["tags"] is JsonArray tags && tags.Any(tag => tag!.ToString() == Tag);

    public static string Source(JsonNode cell) =>
        cell["source"] is JsonArray lines ? string.Concat(lines.Select(line => line!.ToString())) : cell["source"]!.ToString();

    [GeneratedRegex("<details><summary>(?<title>[^<]*)</summary>(?<text>.*?)</details>", RegexOptions.Singleline)]
    private static partial Regex Folded();

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();
}
