using System.Text;
using System.Text.Json.Nodes;
using NotebookHost.Documents;
using NotebookHost.Engine;

namespace NotebookHost.Running;

/// <summary>Writes what cells put out into their notebook, in nbformat's structures.</summary>
internal sealed class DocumentOutput(NotebookDocument notebook)
{
    /// <summary>A loop that prints without end must not take the run's memory. A page with more text than this helps nobody.</summary>
    public const int LargestText = 10_000_000;

    private readonly Dictionary<string, JsonObject> _displays = [];
    private readonly Dictionary<NotebookCell, int> _textLengths = [];
    private readonly Dictionary<NotebookCell, (JsonObject Output, StringBuilder Text)> _streams = [];
    private readonly HashSet<NotebookCell> _clearBeforeNext = [];

    public void Apply(CellOutputMessage message)
    {
        var cell = notebook.Cells[message.Cell - 1];
        switch (message)
        {
            case ClearOutput { Wait: true }:
                _clearBeforeNext.Add(cell);
                break;
            case ClearOutput:
                Clear(cell);
                break;
            case StreamText stream:
                AppendWithinLimit(cell, stream.Name, stream.Text);
                break;
            case DisplayData { IsUpdate: true } update:
                if (_displays.TryGetValue(update.Id, out var shown))
                {
                    shown["data"] = Bundle(update.Data);
                }

                break;
            case DisplayData display:
                _displays[display.Id] = Add(cell, new JsonObject { ["output_type"] = "display_data", ["metadata"] = new JsonObject(), ["data"] = Bundle(display.Data) });
                break;
            case ResultData result:
                Add(cell, new JsonObject
                {
                    ["output_type"] = "execute_result",
                    ["execution_count"] = cell.ExecutionCount,
                    ["metadata"] = new JsonObject(),
                    ["data"] = Bundle(result.Data),
                });
                break;
            case CellFailed failed:
                AddError(cell, failed.Error);
                break;
        }
    }

    public void AddError(NotebookCell cell, CellError error) =>
        Add(cell, new JsonObject
        {
            ["output_type"] = "error",
            ["ename"] = error.Name,
            ["evalue"] = error.Message,
            ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)line)]),
        });

    /// <summary>Puts the text gathered so far into the notebook.</summary>
    public void Flush()
    {
        foreach (var (output, text) in _streams.Values)
        {
            output["text"] = Lines(text.ToString());
        }
    }

    private void AppendWithinLimit(NotebookCell cell, string name, string text)
    {
        var before = _textLengths.GetValueOrDefault(cell);
        if (before > LargestText)
        {
            return;
        }

        var room = LargestText - before;
        _textLengths[cell] = text.Length > room ? LargestText + 1 : before + text.Length;
        AppendText(cell, name, text.Length > room ? text[..room] : text);
        if (text.Length > room)
        {
            AppendText(cell, "stderr", $"\n[cut here: the cell wrote more than {LargestText:N0} characters]\n");
        }
    }

    private void AppendText(NotebookCell cell, string name, string text)
    {
        ClearIfAsked(cell);
        // Pieces of one stream in a row are one output. Gathered aside: a JSON string that grows would be copied each time.
        if (!_streams.TryGetValue(cell, out var open) || open.Output["name"]!.ToString() != name)
        {
            open = (Add(cell, new JsonObject { ["output_type"] = "stream", ["name"] = name, ["text"] = "" }), new StringBuilder());
            _streams[cell] = open;
        }

        open.Text.Append(text);
    }

    private JsonObject Add(NotebookCell cell, JsonObject output)
    {
        ClearIfAsked(cell);
        if (_streams.Remove(cell, out var ended))
        {
            ended.Output["text"] = Lines(ended.Text.ToString());
        }

        cell.Outputs.Add(output);
        return output;
    }

    private void ClearIfAsked(NotebookCell cell)
    {
        if (_clearBeforeNext.Remove(cell))
        {
            Clear(cell);
        }
    }

    private void Clear(NotebookCell cell)
    {
        _streams.Remove(cell);
        _textLengths.Remove(cell);
        cell.Outputs.Clear();
    }

    private static JsonObject Bundle(IReadOnlyDictionary<string, string> data)
    {
        var bundle = new JsonObject();
        foreach (var (mimeType, text) in data)
        {
            bundle[mimeType] = MimeData.IsJson(mimeType) ? MimeData.ParseJson(text) : mimeType.StartsWith("image/", StringComparison.Ordinal) && mimeType != "image/svg+xml" ? text : Lines(text);
        }

        return bundle;
    }

    /// <summary>A text as nbformat likes it: a list of lines, each with its line end.</summary>
    private static JsonArray Lines(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            lines.Add((JsonNode)text[start..end]);
            start = end;
        }

        return lines;
    }
}
