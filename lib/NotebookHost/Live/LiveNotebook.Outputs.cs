using System.Text;
using System.Text.Json.Nodes;
using NotebookHost.Documents;
using NotebookHost.Pages;

namespace NotebookHost.Live;

/// <summary>Sends the cells' outputs to the pages. They are gathered for a moment, so that a loop that prints does not send a thousand
/// messages.</summary>
internal sealed partial class LiveNotebook
{
    /// <summary>Two frames of the screen, of 16 ms each.</summary>
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(33);

    private static readonly TimeSpan GatherLongFor = TimeSpan.FromMilliseconds(300);

    private readonly Task _sending;
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Dictionary<JsonObject, Change> _changes = [];

    private void OutputChanged(NotebookCell cell, JsonObject? output, string? appended)
    {
        if (_cells.Find(known => known.Cell == cell) is not { } owner)
        {
            return;
        }

        if (output is null)
        {
            foreach (var (changedOutput, pending) in _changes)
            {
                if (pending.Cell == owner)
                {
                    _changes.Remove(changedOutput);
                }
            }

            Broadcast(new { type = "clear", cell = owner.Id });
            return;
        }

        if (_pages.Count == 0)
        {
            return;
        }

        // The page can append text, unless it moves the cursor and so changes earlier text.
        var canAppend = appended is not null && appended.AsSpan().IndexOfAny('\r', '\b', '\e') < 0;
        if (!_changes.TryGetValue(output, out var change))
        {
            var isNew = appended is null || _output.TextLength(output) <= appended.Length;
            change = new Change(owner) { IsWhole = isNew || !canAppend };
            _changes[output] = change;
        }

        change.IsWhole |= !canAppend || _output.TextLength(output) > OutputRendering.LongText;
        if (!change.IsWhole)
        {
            change.Appended.Append(appended);
        }

        if (_changed.CurrentCount == 0)
        {
            _changed.Release();
        }
    }

    private async Task SendOutputsAsync()
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(_ending.Token);
                bool isLong;
                lock (_lock)
                {
                    isLong = _changes.Keys.Any(output => _output.TextLength(output) > OutputRendering.LongText);
                    SendOutputs();
                }

                await Task.Delay(isLong ? GatherLongFor : GatherFor, _ending.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The notebook is closed.
        }
    }

    private void SendOutputs()
    {
        foreach (var (output, change) in _changes)
        {
            var index = change.Cell.Cell.Outputs.IndexOf(output);
            if (index < 0)
            {
                continue;
            }

            if (change.IsWhole)
            {
                Broadcast(
                    new
                    {
                        type = "output",
                        cell = change.Cell.Id,
                        index,
                        output = RenderOutput(change.Cell, output, isChange: true),
                    }
                );
            }
            else
            {
                Broadcast(
                    new
                    {
                        type = "append",
                        cell = change.Cell.Id,
                        index,
                        html = HtmlText.Encode(change.Appended.ToString()),
                    }
                );
            }
        }

        _changes.Clear();
    }

    private List<RenderedOutput> RenderAll(LiveCell cell) =>
        [.. cell.Cell.Outputs.OfType<JsonObject>().Select(output => RenderOutput(cell, output))];

    private RenderedOutput RenderOutput(LiveCell cell, JsonObject output, bool whole = false, bool isChange = false) =>
        output["output_type"]?.ToString() == "stream"
            ? OutputRendering.Text(output["name"]?.ToString() ?? "stdout", _output.TextOf(output), whole)
            : _rendering.Output(
                output,
                cell.Cell.Outputs.IndexOf(output),
                _cells.IndexOf(cell) + 1,
                isTrusted: !cell.Foreign.Contains(output),
                isChange,
                place => _cells.ElementAtOrDefault(place - 1)?.Id
            );

    /// <summary>Sends an output with all of its text, to the page that asks for it.</summary>
    private void SendWhole(PageConnection page, LiveCell? cell, int index)
    {
        if (cell?.Cell.Kind == CellKind.Code && cell.Cell.Outputs.ElementAtOrDefault(index) is JsonObject output)
        {
            page.Send(
                new
                {
                    type = "output",
                    cell = cell.Id,
                    index,
                    output = RenderOutput(cell, output, whole: true),
                }
            );
        }
    }

    private sealed class Change(LiveCell cell)
    {
        public LiveCell Cell { get; } = cell;

        public StringBuilder Appended { get; } = new();

        /// <summary>Whether the whole output must be sent, and not only what was added.</summary>
        public bool IsWhole { get; set; }
    }
}
