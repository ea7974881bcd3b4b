using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>The checks a file must pass before it counts as a C# notebook.</summary>
internal static class NotebookValidation
{
    private const string SaveAsNewFormat = "Open it in Jupyter or VS Code and save it, which writes nbformat 4.";

    /// <summary>Returns the root object if everything that this program relies on is there and of the right type.</summary>
    public static JsonObject Check(JsonNode? node, string path)
    {
        if (node is not JsonObject root)
        {
            throw new NotebookFormatException($"{path}: not a notebook: the JSON is not an object. Restore the file from version control.");
        }

        if (root["nbformat"] is not JsonValue format || !format.TryGetValue(out int major))
        {
            throw new NotebookFormatException(
                $"{path}: not a notebook: it has no number 'nbformat'. Restore the file from version control."
            );
        }

        if (major != 4)
        {
            throw new NotebookFormatException(
                $"{path}: the notebook is of nbformat {major}, and only nbformat 4 can be run. {SaveAsNewFormat}"
            );
        }

        if (root["cells"] is not JsonArray cells)
        {
            throw new NotebookFormatException($"{path}: not a notebook: it has no list 'cells'. Restore the file from version control.");
        }

        if (root["metadata"] is not (null or JsonObject))
        {
            throw new NotebookFormatException(
                $"{path}: not a notebook: its 'metadata' is not an object. Restore the file from version control."
            );
        }

        for (var i = 0; i < cells.Count; i++)
        {
            CheckCell(cells[i], i + 1, path);
        }

        return root;
    }

    private static void CheckCell(JsonNode? node, int number, string path)
    {
        if (
            node is not JsonObject cell
            || cell["cell_type"] is not JsonValue type
            || !type.TryGetValue(out string? kind)
            || kind is not ("code" or "markdown" or "raw")
            || !IsText(cell["source"])
            || cell["outputs"] is not (null or JsonArray)
            || cell["metadata"] is not (null or JsonObject)
            || cell["attachments"] is not (null or JsonObject)
        )
        {
            throw new NotebookFormatException(
                $"{path}: cell {number} is not a notebook cell (it needs a cell_type of code, markdown or raw, and a source). Restore "
                    + "the file from version control."
            );
        }
    }

    private static bool IsText(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String
        || node is JsonArray lines && lines.All(line => line?.GetValueKind() == JsonValueKind.String);

    /// <summary>The language that a notebook's metadata names; null where that is C#, or none.</summary>
    public static string? OtherLanguage(JsonObject root)
    {
        var language =
            (root["metadata"]?["kernelspec"] as JsonObject)?["language"]?.ToString()
            ?? (root["metadata"]?["language_info"] as JsonObject)?["name"]?.ToString();
        return language?.ToUpperInvariant() is "C#" or "CSHARP" or "POLYGLOT-NOTEBOOK" ? null : language;
    }
}
