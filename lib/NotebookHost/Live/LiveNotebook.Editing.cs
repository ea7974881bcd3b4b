using System.Text.Json;
using System.Text.Json.Nodes;
using NotebookHost.Documents;

namespace NotebookHost.Live;

/// <summary>Changes of the text and of the order of cells.</summary>
internal sealed partial class LiveNotebook
{
    /// <summary>How many deleted cells, the newest, can be brought back.</summary>
    private const int MostDeleted = 100;

    private const string Kinds = "code markdown raw";

    /// <summary>Takes what was typed. If it was typed over a text that another program has replaced meanwhile, both are shown.</summary>
    private void EditOrAsk(PageConnection page, JsonElement message)
    {
        var (id, source) = (Text(message, "cell"), Text(message, "source"));
        var isOutdated = Number(message, "loads", otherwise: _loads) < _loads && Find(id)?.Cell.Source != source;
        Edit(page, id, source);
        if (isOutdated)
        {
            TellConflict(isThere: true);
        }
    }

    private void Edit(PageConnection? page, string id, string source)
    {
        if (Find(id) is not { } cell || cell.Cell.Source == source)
        {
            return;
        }

        var state = cell.StateName;
        cell.Cell.Source = source;
        Changed(cell);
        var rendered = Rendered(cell);
        Broadcast(
            new
            {
                type = "edited",
                cell = id,
                source,
                rendered,
            },
            except: page
        );
        if (rendered is not null)
        {
            // The page that sent the text gets only its rendering: by now it may have a newer text.
            page?.Send(
                new
                {
                    type = "rendered",
                    cell = id,
                    html = rendered,
                }
            );
        }

        if (cell.StateName != state)
        {
            TellState(cell);
        }
    }

    private void Insert(string? after, string kind, string? source, string? id)
    {
        if (!Kinds.Split(' ').Contains(kind) || (id is not null && (!ValidId().IsMatch(id) || Find(id) is not null)))
        {
            return;
        }

        // A deleted cell comes back with its outputs.
        if (id is null || !_deleted.Remove(id, out var cell))
        {
            id ??= NewId();
            cell = new LiveCell(id, LiveCell.NewJson(_hasIds ? id : null, kind, source ?? ""));
        }
        else if (source is not null)
        {
            cell.Cell.Source = source;
        }

        _cells.Insert(After(after), cell);
        Changed(cell);
        Broadcast(
            new
            {
                type = "inserted",
                cell = Describe(cell),
                after,
            }
        );
    }

    private void Delete(string id)
    {
        if (Find(id) is not { } cell)
        {
            return;
        }

        _cells.Remove(cell);
        if (_queue.Remove(cell))
        {
            cell.State = RunState.None;
        }

        if (_deleted.Count >= MostDeleted)
        {
            _deleted.Remove(_deleted.Keys.First());
        }

        _deleted[id] = cell;
        Changed();
        Broadcast(new { type = "deleted", cell = id });
    }

    private void Move(string id, string? after)
    {
        if (Find(id) is not { } cell || after == id || (after is not null && Find(after) is null))
        {
            return;
        }

        _cells.Remove(cell);
        _cells.Insert(After(after), cell);
        Changed();
        Broadcast(
            new
            {
                type = "moved",
                cell = id,
                after,
            }
        );
    }

    private void ChangeKind(string id, string kind)
    {
        if (Find(id) is not { } cell || cell.KindName == kind || !Kinds.Split(' ').Contains(kind) || cell.State == RunState.Running)
        {
            return;
        }

        _queue.Remove(cell);
        cell.Cell.Json["cell_type"] = kind;
        if (kind == "code")
        {
            cell.Cell.Json["execution_count"] = null;
            cell.Cell.Json["outputs"] = new JsonArray();
        }
        else
        {
            cell.Cell.Json.Remove("execution_count");
            cell.Cell.Json.Remove("outputs");
        }

        (cell.State, cell.RanSource) = (RunState.None, null);
        Changed(cell);
        Broadcast(new { type = "kindChanged", cell = Describe(cell) });
    }

    /// <summary>Appends the text of the cell below to this cell's text.</summary>
    private void Merge(string id)
    {
        var place = _cells.FindIndex(cell => cell.Id == id);
        if (place < 0 || place + 1 >= _cells.Count)
        {
            return;
        }

        var below = _cells[place + 1];
        var source = $"{_cells[place].Cell.Source.TrimEnd('\n')}\n{below.Cell.Source}";
        Delete(below.Id);
        Edit(null, id, source);
    }

    /// <summary>Takes a merge back: both cells get the texts that they had. Here and not in the page, which may not know the merged text
    /// yet.</summary>
    private void Unmerge(JsonElement message)
    {
        var id = Text(message, "cell");
        Edit(null, id, Text(message, "source"));
        Insert(id, Text(message, "kind"), Text(message, "belowSource"), Text(message, "below"));
    }

    private int After(string? id) => _cells.FindIndex(cell => cell.Id == id) + 1;

    private string NewId()
    {
        string id;
        do
        {
            id = Guid.NewGuid().ToString("N")[..8];
        } while (Find(id) is not null || _deleted.ContainsKey(id));
        return id;
    }
}
