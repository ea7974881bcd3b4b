using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>One value in one MIME type. Where that is JSON, notebooks and messages hold the value itself, not its text.</summary>
internal static class MimeData
{
    /// <summary>Refuses a name that occurs twice, which a tree cannot hold, and JSON too deep for a notebook, which may have 128
    /// levels.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    public static bool IsJson(string mimeType) => mimeType == "application/json" || mimeType.EndsWith("+json", StringComparison.Ordinal);

    /// <summary>The value; the text where it is not JSON.</summary>
    public static JsonNode? ParseJson(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: Strict);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
