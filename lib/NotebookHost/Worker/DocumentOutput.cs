using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotebookHost.Documents;
using NotebookHost.Engine;

namespace NotebookHost.Worker;

/// <summary>Writes what cells put out into their notebook, in nbformat's structures and within <see cref="OutputLimits"/>.</summary>
internal sealed class DocumentOutput(DocumentOutput.Changed? changed = null)
{
    private const int MostLines = 100_000;

    /// <summary>Characters of a line that is worth comparing with others, and how many such lines are remembered.</summary>
    private const int LongLine = 100_000;

    private const int MostLongLines = 4;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, MaxDepth = 128 };

    /// <summary>Is called when a cell's outputs have changed.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="output">The output that is new or was changed; null where all were removed.</param>
    /// <param name="appended">The text that was added to its end, of console text.</param>
    public delegate void Changed(NotebookCell cell, JsonObject? output, string? appended);

    private readonly OutputBudget _budget = new();
    private readonly Dictionary<string, ShownValue> _displays = [];
    private readonly Dictionary<NotebookCell, (JsonObject Output, StringBuilder Text)> _streams = [];
    private readonly HashSet<NotebookCell> _clearBeforeNext = [];
    private readonly List<string> _longLines = [];
    private readonly Dictionary<NotebookCell, (StringBuilder Last, long Length)> _notKept = [];

    /// <summary>Writes an event of a cell into the cell's outputs.</summary>
    public void Apply(NotebookCell cell, CellEvent happened)
    {
        switch (happened)
        {
            case Cleared { Wait: true }:
                _clearBeforeNext.Add(cell);
                break;
            case Cleared:
                Clear(cell);
                break;
            case StreamText stream:
                AppendWithinLimit(cell, stream.Name, stream.Text);
                break;
            case NativeText text:
                AppendWithinLimit(cell, text.Name, text.Text);
                break;
            case Displayed { IsUpdate: true } update:
                Update(update);
                break;
            case Displayed display:
                if (
                    AddWithinLimit(
                        cell,
                        display.Data,
                        new JsonObject { ["output_type"] = "display_data", ["metadata"] = new JsonObject() }
                    ) is
                    { } shown
                )
                {
                    _displays[display.Id] = shown;
                }

                break;
            case Result result:
                AddWithinLimit(
                    cell,
                    result.Data,
                    new JsonObject
                    {
                        ["output_type"] = "execute_result",
                        ["execution_count"] = cell.ExecutionCount,
                        ["metadata"] = new JsonObject(),
                    }
                );
                break;
            case Ended:
                AppendLast(cell);
                break;
            case Failed failed when _budget.TakeError(cell):
                AddError(cell, failed.Error);
                break;
        }
    }

    public void AddError(NotebookCell cell, CellError error)
    {
        ClearIfAsked(cell);
        AppendLast(cell);
        error = error.Within(OutputLimits.LongestError);
        Add(
            cell,
            new JsonObject
            {
                ["output_type"] = "error",
                ["ename"] = error.Name,
                ["evalue"] = error.Message,
                ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)line)]),
            }
        );
    }

    /// <summary>The text of an output that is console text, with what was gathered and is not in the notebook yet.</summary>
    public string TextOf(JsonObject output) =>
        Open(output) is { } text ? text.ToString()
        : output["text"] is JsonArray lines ? string.Concat(lines.Select(line => line?.ToString()))
        : output["text"]?.ToString() ?? "";

    /// <summary>The length of the text that is gathered for an output; 0 where it has ended.</summary>
    public int TextLength(JsonObject output) => Open(output)?.Length ?? 0;

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
        ClearIfAsked(cell);
        // Text from another stream than the last one starts a new output.
        var isNew = !_streams.TryGetValue(cell, out var open) || open.Output["name"]!.ToString() != name;
        var (length, cause) = isNew && _budget.TakeOutput(cell, 0) is { } refusal ? (0, refusal) : _budget.TakeText(cell, text.Length);
        if (length > 0)
        {
            AppendText(cell, name, text[..length]);
        }

        if (cause is not null)
        {
            Refuse(cell, cause, $"of the rest only the last {OutputLimits.LastText:N0} are kept");
            var (last, before) = _notKept.GetValueOrDefault(cell, (new StringBuilder(), 0));
            last.Append(text.AsSpan(length));
            if (last.Length > 2 * OutputLimits.LastText)
            {
                last.Remove(0, last.Length - OutputLimits.LastText);
            }

            _notKept[cell] = (last, before + text.Length - length);
        }
    }

    /// <summary>Appends, when the cell has ended, the last lines of a console text that was too long to be kept, which tell how it
    /// ended.</summary>
    private void AppendLast(NotebookCell cell)
    {
        if (_notKept.Remove(cell, out var rest))
        {
            var length = Math.Min(rest.Last.Length, OutputLimits.LastText);
            var last = rest.Last.ToString(rest.Last.Length - length, length);
            AppendText(cell, "stdout", rest.Length > length ? $"[{rest.Length - length:N0} characters left out]\n{last}" : last);
        }
    }

    private void Update(Displayed update)
    {
        if (!_displays.TryGetValue(update.Id, out var shown))
        {
            return;
        }

        var (data, size) = Bundle(update.Data);
        if (_budget.TakeData(shown.Cell, size - shown.Size) is { } refusal)
        {
            Refuse(shown.Cell, refusal);
            return;
        }

        shown.Output["data"] = data;
        changed?.Invoke(shown.Cell, shown.Output, null);
        _displays[update.Id] = shown with { Size = size };
    }

    private ShownValue? AddWithinLimit(NotebookCell cell, IReadOnlyDictionary<string, string> forms, JsonObject output)
    {
        ClearIfAsked(cell);
        var (data, size) = Bundle(forms);
        if (_budget.TakeOutput(cell, size) is { } refusal)
        {
            Refuse(cell, refusal);
            return null;
        }

        output["data"] = data;
        return new ShownValue(cell, Add(cell, output), size);
    }

    private void Refuse(NotebookCell cell, string cause, string rest = "the rest is not kept")
    {
        if (_budget.IsFirstRefusal(cell))
        {
            AppendText(cell, "stderr", $"\n[cut here: {cause}; {rest}]\n");
        }
    }

    private void AppendText(NotebookCell cell, string name, string text)
    {
        // Pieces of one stream in a row are one output. They are gathered outside the JSON, where a growing string would be copied each
        // time.
        if (!_streams.TryGetValue(cell, out var open) || open.Output["name"]!.ToString() != name)
        {
            open = (
                Add(
                    cell,
                    new JsonObject
                    {
                        ["output_type"] = "stream",
                        ["name"] = name,
                        ["text"] = "",
                    }
                ),
                new StringBuilder()
            );
            _streams[cell] = open;
        }

        open.Text.Append(text);
        changed?.Invoke(cell, open.Output, text);
    }

    private StringBuilder? Open(JsonObject output)
    {
        foreach (var open in _streams.Values)
        {
            if (open.Output == output)
            {
                return open.Text;
            }
        }

        return null;
    }

    private JsonObject Add(NotebookCell cell, JsonObject output)
    {
        if (_streams.Remove(cell, out var ended))
        {
            ended.Output["text"] = Lines(ended.Text.ToString());
        }

        cell.Outputs.Add(output);
        if ((string?)output["output_type"] != "stream")
        {
            changed?.Invoke(cell, output, null);
        }

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
        _notKept.Remove(cell);
        _budget.Clear(cell);
        cell.Outputs.Clear();
        foreach (var (id, shown) in _displays)
        {
            if (shown.Cell == cell)
            {
                _displays.Remove(id);
            }
        }

        changed?.Invoke(cell, null, null);
    }

    /// <summary>The forms of a value as nbformat has them, and how many characters they take in the file.</summary>
    private (JsonObject Data, int Size) Bundle(IReadOnlyDictionary<string, string> forms)
    {
        var bundle = new JsonObject();
        var size = 0L;
        foreach (var (mimeType, text) in forms)
        {
            bundle[mimeType] =
                MimeData.IsJson(mimeType) ? MimeData.ParseJson(text)
                : mimeType.StartsWith("image/", StringComparison.Ordinal) && mimeType != "image/svg+xml" ? text
                : Lines(text, Shared);
            // JSON is written indented, which can make thirty characters of one.
            size += MimeData.IsJson(mimeType) ? bundle[mimeType]?.ToJsonString(Indented).Length ?? 0 : text.Length;
        }

        return (bundle, (int)Math.Min(size, int.MaxValue / 2));
    }

    /// <summary>A list of lines; for many lines one text, which nbformat allows and which takes a tenth of the memory.</summary>
    private static JsonNode Lines(string text, Func<string, string>? keep = null) =>
        text.AsSpan().Count('\n') > MostLines ? text : TextLines.Of(text, keep);

    /// <summary>A long line, or the same line that was kept before: every chart brings the whole of plotly.js, which is then in memory
    /// once.</summary>
    private string Shared(string line)
    {
        if (line.Length < LongLine)
        {
            return line;
        }

        var known = _longLines.Find(other => other == line);
        _longLines.Remove(known ?? "");
        _longLines.Add(known ?? line);
        _longLines.RemoveRange(0, Math.Max(0, _longLines.Count - MostLongLines));
        return known ?? line;
    }

    /// <summary>What a cell shows and may replace.</summary>
    private sealed record ShownValue(NotebookCell Cell, JsonObject Output, int Size);
}
