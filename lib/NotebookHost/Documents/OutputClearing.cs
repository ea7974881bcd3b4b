using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>Takes away what running a notebook leaves in it: the state in which notebooks are committed.</summary>
public static class OutputClearing
{
    /// <summary>What front ends and runners write into metadata, different after every run.</summary>
    private static readonly string[] VolatileCellMetadata =
    [
        "execution",
        "ExecuteTime",
        "collapsed",
        "scrolled",
        "papermill",
        "jupyter_execution",
    ];
    private static readonly string[] VolatileNotebookMetadata = ["papermill", "widgets", "signature"];

    /// <summary>Clears a notebook in memory. Returns whether there was anything to clear.</summary>
    public static bool Clear(NotebookDocument notebook)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        var changed = Remove(notebook.Root["metadata"], VolatileNotebookMetadata);
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
