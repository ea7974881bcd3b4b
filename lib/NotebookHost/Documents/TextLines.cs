using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>A text as nbformat likes it: a list of lines, each with its line end.</summary>
internal static class TextLines
{
    public static JsonArray Of(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length; )
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            lines.Add((JsonNode)text[start..end]);
            start = end;
        }

        return lines;
    }
}
