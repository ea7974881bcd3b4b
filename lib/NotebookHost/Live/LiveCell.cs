using System.Text.Json.Nodes;
using NotebookHost.Documents;

namespace NotebookHost.Live;

/// <summary>The state of a cell, as its page shows it.</summary>
internal enum RunState
{
    /// <summary>It was not run here.</summary>
    None,

    /// <summary>It will be run when those before it have ended.</summary>
    Waiting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It ran to its end.</summary>
    Done,

    /// <summary>It did not run to its end.</summary>
    Failed,

    /// <summary>It ran, but in a session that has ended.</summary>
    Stale,
}

/// <summary>A cell of an open notebook.</summary>
internal sealed class LiveCell(string id, JsonObject json)
{
    /// <summary>Its id in the file, or one made here if the file has none.</summary>
    public string Id { get; } = id;

    public NotebookCell Cell { get; } = new(json, 0);

    /// <summary>Its text in the file, in UTF-8; null if it was changed since.</summary>
    public byte[]? FileText { get; set; }

    /// <summary>Of a text cell the glossary's terms that no cell before has.</summary>
    public IReadOnlyList<string> Terms { get; set; } = [];

    public RunState State { get; set; }

    /// <summary>The state that it had before it had to wait.</summary>
    public RunState StateBefore { get; set; }

    /// <summary>Its text when it was last run; null if it was not run.</summary>
    public string? RanSource { get; set; }

    /// <summary>Whether its last run was stopped by the user, which is no fault.</summary>
    public bool WasStopped { get; set; }

    public DateTimeOffset? Started { get; set; }

    public double? Seconds { get; set; }

    /// <summary>The outputs that came with the file and are not signed by this user.</summary>
    public HashSet<JsonNode> Foreign { get; } = [];

    /// <summary>The signatures of its outputs; null where they must be made anew.</summary>
    public IReadOnlyList<string>? Signatures { get; set; }

    /// <summary>The state in the page's words. A cell whose text has changed since it ran is stale.</summary>
    public string StateName =>
        State switch
        {
            RunState.Done or RunState.Failed when IsChanged => "stale",
            var state => state.ToString().ToLowerInvariant(),
        };

    /// <summary>Whether its text is not the one that was run.</summary>
    public bool IsChanged => RanSource is not null && RanSource != Cell.Source;

    public string KindName =>
        Cell.Kind switch
        {
            CellKind.Code => "code",
            CellKind.Markdown => "markdown",
            _ => "raw",
        };

    public static JsonObject NewJson(string? id, string kind, string source)
    {
        var json = new JsonObject { ["cell_type"] = kind };
        if (id is not null)
        {
            json["id"] = id;
        }

        json["metadata"] = new JsonObject();
        if (kind == "code")
        {
            json["execution_count"] = null;
            json["outputs"] = new JsonArray();
        }

        json["source"] = TextLines.Of(source);
        return json;
    }
}
