using System.Text.Json.Nodes;
using NotebookHost.Documents;
using NotebookHost.Engine;

namespace NotebookHost.Jupyter;

/// <summary>What a cell puts out, as messages.</summary>
internal static class Outputs
{
    /// <summary>The message's type and content; null for the cell's end, which the reply to the front end's request tells.</summary>
    /// <param name="happened">What was put out.</param>
    /// <param name="number">The cell's number in brackets.</param>
    public static (string Type, JsonObject Content)? Message(CellEvent happened, int number) =>
        happened switch
        {
            StreamText text => ("stream", Text(text.Name, text.Text)),
            NativeText text => ("stream", Text(text.Name, text.Text)),
            Displayed display => (
                display.IsUpdate ? "update_display_data" : "display_data",
                new JsonObject
                {
                    ["data"] = Bundle(display.Data),
                    ["metadata"] = new JsonObject(),
                    ["transient"] = new JsonObject { ["display_id"] = display.Id },
                }
            ),
            Result result => (
                "execute_result",
                new JsonObject
                {
                    ["data"] = Bundle(result.Data),
                    ["metadata"] = new JsonObject(),
                    ["execution_count"] = number,
                }
            ),
            Failed failed => ("error", Error(failed.Error.Name, failed.Error)),
            Cleared clear => ("clear_output", new JsonObject { ["wait"] = clear.Wait }),
            _ => null,
        };

    /// <summary>An error as the end of a reply.</summary>
    public static JsonObject Error(CellError error, int? number = null)
    {
        var content = Error(error.Name, error);
        content["status"] = "error";
        if (number is not null)
        {
            content["execution_count"] = number;
        }

        return content;
    }

    public static JsonObject Bundle(IReadOnlyDictionary<string, string> data) =>
        new(
            data.Select(entry => KeyValuePair.Create(entry.Key, MimeData.IsJson(entry.Key) ? MimeData.ParseJson(entry.Value) : entry.Value))
        );

    private static JsonObject Text(string name, string text) => new() { ["name"] = name, ["text"] = text };

    private static JsonObject Error(string name, CellError error) =>
        new()
        {
            ["ename"] = name,
            ["evalue"] = error.Message,
            ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)TracebackColors.Apply(name, line))]),
        };
}
