using System.Text.Json.Nodes;

namespace NotebookHost.Pages;

/// <summary>The data of one output: the same value in several MIME types.</summary>
internal static class MimeBundle
{
    // Best first.
    private static readonly string[] Preference =
    [
        "text/html",
        "image/svg+xml",
        "image/png",
        "image/jpeg",
        "text/markdown",
        "text/latex",
        "application/json",
        "text/plain",
    ];

    /// <summary>The MIME type that a page shows, or null where there is none that it can show.</summary>
    public static string? Best(JsonObject data) =>
        Preference.FirstOrDefault(data.ContainsKey)
        ?? data.Select(entry => entry.Key).FirstOrDefault(type => type.StartsWith("text/", StringComparison.Ordinal));

    /// <summary>Text as nbformat has it: one string, or a list of lines.</summary>
    public static string Text(JsonNode? node) => string.Concat(Pieces(node));

    /// <summary>The same in the pieces that are there: no copy of a long text is made.</summary>
    public static IReadOnlyList<string> Pieces(JsonNode? node) =>
        node switch
        {
            null => [],
            JsonArray lines => [.. lines.Select(line => line?.ToString() ?? "")],
            _ => [node.ToString()],
        };
}
