using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>A text as nbformat likes it: a list of lines, each with its line end.</summary>
internal static class TextLines
{
    /// <param name="text">The text.</param>
    /// <param name="keep">Gives the string to keep for a line; null keeps each as it is.</param>
    public static JsonArray Of(string text, Func<string, string>? keep = null)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length; )
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            var line = text[start..end];
            lines.Add((JsonNode)(keep?.Invoke(line) ?? line));
            start = end;
        }

        return lines;
    }
}
