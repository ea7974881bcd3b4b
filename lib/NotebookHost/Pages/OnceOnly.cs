using System.Text;
using System.Text.RegularExpressions;

namespace NotebookHost.Pages;

/// <summary>Appends the HTML of outputs. A style, and a script that is marked with <c>data-once</c>, is written only the first
/// time.</summary>
/// <remarks>Each chart carries the whole of plotly.js and each table its style, so that it works alone in any other host; a page needs them
/// once. Such blocks hold no other element, so they can be found without parsing HTML.</remarks>
internal sealed partial class OnceOnly
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>Appends one output's HTML.</summary>
    public void Append(StringBuilder target, string html) =>
        target.Append(Block().Replace(html, match => _written.Add(match.Value) ? match.Value : ""));

    [GeneratedRegex(@"<style(?: [^<>]*)?>[^<]*</style>|<script(?: [^<>]*)? data-once(?: [^<>]*)?>[^<]*</script>")]
    private static partial Regex Block();
}
