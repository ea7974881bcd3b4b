using System.Text.Json;
using System.Text.RegularExpressions;

namespace Support;

/// <summary>The lines of Python that a notebook shows in its text.</summary>
internal static partial class NotebookPython
{
    /// <summary>Each block marked as Python, in order.</summary>
    public static IReadOnlyList<string> BlocksOf(string notebook)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(notebook));
        return
        [
            .. document
                .RootElement.GetProperty("cells")
                .EnumerateArray()
                .Where(cell => cell.GetProperty("cell_type").GetString() == "markdown")
                .SelectMany(cell =>
                    Block().Matches(string.Concat(cell.GetProperty("source").EnumerateArray().Select(line => line.GetString())))
                )
                .Select(block => block.Groups["lines"].Value),
        ];
    }

    [GeneratedRegex("^```python\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
