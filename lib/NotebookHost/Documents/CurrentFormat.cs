using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookHost.Documents;

/// <summary>Brings a notebook of an older nbformat 4 to 4.5, the format in which executed notebooks are written.</summary>
public static partial class CurrentFormat
{
    private const int Minor = 5;

    /// <summary>Adds what nbformat 4.5 asks for: an id for each cell, different from all others, and metadata.</summary>
    public static void Upgrade(NotebookDocument notebook)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        if (notebook.Root["nbformat_minor"] is not JsonValue value || !value.TryGetValue(out int minor) || minor < Minor)
        {
            notebook.Root["nbformat_minor"] = Minor;
        }

        notebook.Root["metadata"] ??= new JsonObject();
        var ids = new HashSet<string>();
        foreach (var cell in notebook.Cells)
        {
            cell.Json["metadata"] ??= new JsonObject();
            if (cell.Id is not { } id || !ValidId().IsMatch(id) || !ids.Add(id))
            {
                cell.Json["id"] = NewId(cell, ids);
            }

            if (cell.Kind == CellKind.Code)
            {
                _ = cell.Outputs;
                cell.ExecutionCount = cell.ExecutionCount;
            }
            else
            {
                cell.Json.Remove("outputs");
                cell.Json.Remove("execution_count");
            }
        }
    }

    /// <summary>An id made from the cell's place and text, so that the same notebook gets the same ids each time.</summary>
    private static string NewId(NotebookCell cell, HashSet<string> taken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{cell.Number}/{attempt}/{cell.Source}"));
            var id = Convert.ToHexStringLower(hash)[..8];
            if (taken.Add(id))
            {
                return id;
            }
        }
    }

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,64}\z")]
    private static partial Regex ValidId();
}
