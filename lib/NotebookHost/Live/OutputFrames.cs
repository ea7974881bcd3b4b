using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using NotebookHost.Pages;

namespace NotebookHost.Live;

/// <summary>
/// The documents in which outputs with scripts are shown. Their addresses cannot be guessed: a sandboxed frame sends no cookie, so whoever
/// knows the address can read it.
/// </summary>
internal sealed class OutputFrames
{
    /// <summary>What such a document may do: run its scripts and show what it contains. It can reach neither the page nor the
    /// server.</summary>
    public const string Policy =
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' https:; style-src 'unsafe-inline' https:; "
        + "img-src data: blob: https:; font-src data: https:; media-src data: blob:; worker-src blob:; connect-src 'none'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    private const int IdBytes = 16;
    private const int FirstPrune = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _known = [];
    private readonly ConditionalWeakTable<JsonObject, string> _ids = [];
    private int _pruneAt = FirstPrune;

    /// <summary>The id of an output's document, and whether it was given just now. It stays for as long as the output is there, whatever it
    /// shows.</summary>
    /// <param name="output">The output.</param>
    /// <param name="index">Its place among the cell's outputs.</param>
    /// <param name="folder">The notebook's folder.</param>
    /// <param name="gate">The lock to hold while the output is read.</param>
    public (string Id, bool IsNew) IdOf(JsonObject output, int index, string folder, Lock gate)
    {
        lock (_lock)
        {
            if (_ids.TryGetValue(output, out var known))
            {
                return (known, false);
            }

            if (_known.Count >= _pruneAt)
            {
                foreach (var (gone, _) in _known.Where(entry => !entry.Value.Output.TryGetTarget(out _)).ToList())
                {
                    _known.Remove(gone);
                }

                _pruneAt = FirstPrune + (2 * _known.Count);
            }

            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
            _ids.Add(output, id);
            _known[id] = new Entry(new WeakReference<JsonObject>(output), index, folder, gate);
            return (id, true);
        }
    }

    /// <summary>The document, in pieces; null where the output is no longer there.</summary>
    public IReadOnlyList<string>? Document(string id)
    {
        Entry? entry;
        lock (_lock)
        {
            if (!_known.TryGetValue(id, out entry))
            {
                return null;
            }
        }

        if (!entry.Output.TryGetTarget(out var output))
        {
            return null;
        }

        lock (entry.Gate)
        {
            return LiveHtml.IsFramed(output) ? LiveHtml.Frame(entry.Index, MimeBundle.Pieces(output["data"]!["text/html"]))
                : LiveHtml.Output(entry.Folder, output, number: 0) is { } made ? LiveHtml.Frame(entry.Index, [made.Html])
                : null;
        }
    }

    private sealed record Entry(WeakReference<JsonObject> Output, int Index, string Folder, Lock Gate);
}
