using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>The three kinds of cell in nbformat 4.</summary>
public enum CellKind
{
    /// <summary>Code, with outputs.</summary>
    Code,

    /// <summary>Text in Markdown.</summary>
    Markdown,

    /// <summary>Text that is passed through.</summary>
    Raw,
}

/// <summary>One cell; it wraps the JSON it was read from.</summary>
public sealed class NotebookCell
{
    internal NotebookCell(JsonObject json, int number)
    {
        Json = json;
        Number = number;
    }

    /// <summary>The JSON this cell wraps.</summary>
    public JsonObject Json { get; }

    /// <summary>The cell's place in the notebook, from 1, text cells counted too.</summary>
    public int Number { get; }

    /// <summary>The cell's id, or null in notebooks older than nbformat 4.5.</summary>
    public string? Id => Json["id"] is JsonValue value && value.TryGetValue(out string? id) ? id : null;

    /// <summary>Whether it is code, Markdown or raw text.</summary>
    public CellKind Kind =>
        Json["cell_type"]!.ToString() switch
        {
            "code" => CellKind.Code,
            "markdown" => CellKind.Markdown,
            _ => CellKind.Raw,
        };

    /// <summary>Whether its text is a list of lines without their line ends, so that it is one long line.</summary>
    public bool HasLostLineEnds =>
        Json["source"] is JsonArray { Count: > 1 } lines
        && lines.SkipLast(1).Any(line => line!.ToString() is { Length: > 0 } text && text[^1] is not ('\n' or '\r'));

    /// <summary>The cell's text, lines separated by \n. A new text keeps the form of the old one: one string or a list of lines.</summary>
    public string Source
    {
        get =>
            (
                Json["source"] is JsonArray lines ? string.Concat(lines.Select(line => line!.ToString())) : Json["source"]!.ToString()
            ).ReplaceLineEndings("\n");
        set => Json["source"] = Json["source"] is JsonValue ? value : TextLines.Of(value);
    }

    /// <summary>The language of a code cell, in .NET Interactive's names: <c>csharp</c> unless the metadata names another.</summary>
    public string Language => LanguageIn(Json["metadata"] as JsonObject);

    /// <summary>The language that a cell's metadata names.</summary>
    internal static string LanguageIn(JsonObject? metadata) =>
        (
            Text(metadata?["dotnet_interactive"], "language") ?? Text(metadata?["polyglot_notebook"], "kernelName") ?? "csharp"
        ).ToUpperInvariant() switch
        {
            "CSHARP" or "C#" => "csharp",
            var other => other.ToLowerInvariant(),
        };

    /// <summary>Whether code does nothing but import files, a notebook among them.</summary>
    internal static bool OnlyImports(string code)
    {
        var lines = code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Array.Exists(lines, line => IsImport(line) && line.EndsWith(".ipynb", StringComparison.OrdinalIgnoreCase))
            && Array.TrueForAll(lines, line => IsImport(line) || line.StartsWith("//", StringComparison.Ordinal));

        static bool IsImport(string line) => line.StartsWith("#!import ", StringComparison.Ordinal);
    }

    /// <summary>Whether it carries the tag <c>parameters</c> (papermill's convention): a run may set its variables from outside.</summary>
    public bool IsParameters => Tags.Contains("parameters");

    /// <summary>Whether it carries the tag <c>raises-exception</c> (Jupyter's convention): an error in it is meant to be shown.</summary>
    public bool MayFail => Tags.Contains("raises-exception");

    /// <summary>The tags in the cell's metadata.</summary>
    public IReadOnlyList<string> Tags =>
        Json["metadata"]?["tags"] is JsonArray tags ? [.. tags.OfType<JsonValue>().Select(tag => tag.ToString())] : [];

    /// <summary>The number under which a code cell was run, or null.</summary>
    public int? ExecutionCount
    {
        get => Json["execution_count"] is JsonValue value && value.TryGetValue(out int count) ? count : null;
        set => Json["execution_count"] = value;
    }

    /// <summary>The outputs of a code cell; an empty list is made where there was none.</summary>
    public JsonArray Outputs
    {
        get
        {
            if (Json["outputs"] is not JsonArray outputs)
            {
                outputs = [];
                Json["outputs"] = outputs;
            }

            return outputs;
        }
    }

    private static string? Text(JsonNode? parent, string name) =>
        parent is JsonObject json && json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
