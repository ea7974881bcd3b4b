using System.Text.Json.Nodes;
using NotebookHost.Documents;

namespace NotebookHost.Running;

/// <summary>What an executed notebook says about its run.</summary>
internal static class RunMetadata
{
    /// <summary>Records the values given from outside where papermill does: <c>metadata.papermill.parameters</c>.</summary>
    public static void RecordParameters(NotebookDocument notebook, IReadOnlyDictionary<string, string> parameters)
    {
        var values = new JsonObject();
        foreach (var (name, value) in parameters)
        {
            values[name] = value;
        }

        notebook.Root["metadata"]!["papermill"] = new JsonObject { ["parameters"] = values };
    }
}
