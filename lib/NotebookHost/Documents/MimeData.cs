using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>One value in one MIME type. Where that is JSON, notebooks and messages hold the value itself, not its text.</summary>
internal static class MimeData
{
    public static bool IsJson(string mimeType) =>
        mimeType == "application/json" || mimeType.EndsWith("+json", StringComparison.Ordinal);

    /// <summary>The value; the text where it is not JSON.</summary>
    public static JsonNode? ParseJson(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
