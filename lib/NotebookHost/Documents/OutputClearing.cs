using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>Removes what a run leaves in a notebook, so that it can be committed.</summary>
public static class OutputClearing
{
    /// <summary>Metadata that front ends and runners write, different after every run.</summary>
    private static readonly string[] VolatileCellMetadata =
    [
        "execution",
        "ExecuteTime",
        "collapsed",
        "scrolled",
        "papermill",
        "jupyter_execution",
        "vscode",
    ];
    private static readonly string[] VolatileNotebookMetadata = ["papermill", "widgets", "signature"];

    /// <summary>Clears a notebook in memory. Returns whether there was anything to clear.</summary>
    public static bool Clear(NotebookDocument notebook)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        var changed = Remove(notebook.Root["metadata"], VolatileNotebookMetadata);
        changed |= RestoreLanguage(notebook.Root["metadata"]);
        foreach (var cell in notebook.Cells)
        {
            changed |= Remove(cell.Json["metadata"], VolatileCellMetadata);
            if (cell.Kind == CellKind.Code)
            {
                changed |= ClearOutputs(cell);
            }
        }

        return changed;
    }

    private static bool ClearOutputs(NotebookCell cell)
    {
        var clean =
            cell.Json["outputs"] is JsonArray { Count: 0 }
            && cell.Json.TryGetPropertyValue("execution_count", out var count)
            && count is null;
        if (!clean)
        {
            cell.Json["outputs"] = new JsonArray();
            cell.ExecutionCount = null;
        }

        return !clean;
    }

    /// <summary>Polyglot Notebooks names itself as the language of a notebook in C#, and other programs then show its cells without
    /// colours.</summary>
    private static bool RestoreLanguage(JsonNode? metadata)
    {
        const string foreign = "polyglot-notebook";
        if (metadata?["language_info"] is not JsonObject language || language["name"]?.ToString() != foreign)
        {
            return false;
        }

        // A kernel writes it anew when it runs the notebook.
        var known = metadata["kernelspec"]?["language"]?.ToString();
        if (known is null or foreign)
        {
            metadata.AsObject().Remove("language_info");
        }
        else
        {
            language["name"] = known;
        }

        return true;
    }

    private static bool Remove(JsonNode? metadata, string[] names)
    {
        var changed = false;
        if (metadata is JsonObject json)
        {
            foreach (var name in names)
            {
                changed |= json.Remove(name);
            }
        }

        return changed;
    }
}
