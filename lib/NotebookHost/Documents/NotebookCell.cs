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
    public string? Id => Json["id"]?.ToString();

    /// <summary>Whether it is code, Markdown or raw text.</summary>
    public CellKind Kind => Json["cell_type"]!.ToString() switch
    {
        "code" => CellKind.Code,
        "markdown" => CellKind.Markdown,
        _ => CellKind.Raw,
    };

    /// <summary>The cell's text, lines separated by \n.</summary>
    public string Source =>
        Json["source"] is JsonArray lines ? string.Concat(lines.Select(line => line!.ToString())) : Json["source"]!.ToString();

    /// <summary>The tags in the cell's metadata.</summary>
    public IReadOnlyList<string> Tags =>
        Json["metadata"]?["tags"] is JsonArray tags ? [.. tags.Select(tag => tag!.ToString())] : [];

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
}
