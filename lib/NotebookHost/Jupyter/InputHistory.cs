using System.IO.Enumeration;
using System.Text.Json.Nodes;

namespace NotebookHost.Jupyter;

/// <summary>The cells that were run, for front ends that recall them.</summary>
internal sealed class InputHistory
{
    /// <summary>One kernel is one session; front ends number it.</summary>
    private const int Session = 1;

    private readonly List<(int Number, string Code, string? Result)> _entries = [];

    public void Add(int number, string code, string? result) => _entries.Add((number, code, result));

    /// <summary>Answers a <c>history_request</c>.</summary>
    public JsonObject Answer(JupyterMessage request)
    {
        IEnumerable<(int Number, string Code, string? Result)> found = request.Text("hist_access_type") switch
        {
            "range" => request.Number("session") is null or 0 or Session
                ? _entries.Where(entry =>
                    entry.Number >= (request.Number("start") ?? 0) && entry.Number < (request.Number("stop") ?? int.MaxValue)
                )
                : [],
            "search" => Search(request),
            _ => _entries.TakeLast(request.Number("n") ?? int.MaxValue),
        };
        var withResults = request.Flag("output", otherwise: false);
        return new JsonObject
        {
            ["status"] = "ok",
            ["history"] = new JsonArray([
                .. found.Select(entry =>
                    (JsonNode)new JsonArray(Session, entry.Number, withResults ? new JsonArray(entry.Code, entry.Result) : entry.Code)
                ),
            ]),
        };
    }

    private IEnumerable<(int Number, string Code, string? Result)> Search(JupyterMessage request)
    {
        var pattern = request.Text("pattern") is { Length: > 0 } given ? given : "*";
        var found = _entries.Where(entry => FileSystemName.MatchesSimpleExpression(pattern, entry.Code, ignoreCase: false));
        if (request.Flag("unique", otherwise: false))
        {
            // Of equal cells only the latest.
            found = found.Reverse().DistinctBy(entry => entry.Code).Reverse();
        }

        return found.TakeLast(request.Number("n") ?? int.MaxValue);
    }
}
