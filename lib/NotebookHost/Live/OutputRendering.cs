using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHost.Documents;
using NotebookHost.Pages;

namespace NotebookHost.Live;

/// <summary>An output as it is sent to a page.</summary>
/// <param name="Kind"><c>text</c>, <c>html</c>, <c>error</c> or <c>frame</c>.</param>
/// <param name="Html">Its HTML; of a frame what to put into it when a page shows it already, else empty: the frame loads its
/// document.</param>
/// <param name="Frame">The address of the frame's document.</param>
/// <param name="Stream"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Left">Characters that are left out of a long text.</param>
/// <param name="Links">The cells and lines that an error names.</param>
internal sealed record RenderedOutput(
    string Kind,
    string Html,
    string? Frame = null,
    string? Stream = null,
    int? Left = null,
    IReadOnlyList<CellLink>? Links = null
);

/// <summary>A line of a cell that an error names.</summary>
internal sealed record CellLink(string Cell, int Line);

/// <summary>Outputs and text cells as the pages show them: what <see cref="LiveHtml"/> makes, with frames, links and limits.</summary>
internal sealed partial class OutputRendering(string folder, OutputFrames frames, Lock gate)
{
    /// <summary>Of a longer text the beginning and the end are shown.</summary>
    public const int LongText = 50_000;

    private const int Shown = 20_000;

    private readonly Glossary? _glossary = Glossary.In(folder);

    /// <summary>A text cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="met">The glossary's terms that the cells before have; those of this cell are added.</param>
    public string Markdown(NotebookCell cell, HashSet<string> met) => LiveHtml.Text(folder, cell, _glossary, met);

    /// <summary>Console text.</summary>
    public static RenderedOutput Text(string stream, string text, bool whole)
    {
        int? left = null;
        // A parser drops the first line end after the tag.
        var html = new StringBuilder("<pre class=\"output stream scroll")
            .Append(stream == "stderr" ? " stderr\" aria-label=\"Standard error\">" : "\">")
            .Append('\n');
        if (whole || text.Length <= LongText)
        {
            html.Append(TerminalText.ToHtml(text));
        }
        else
        {
            left = text.Length - (2 * Shown);
            html.Append(TerminalText.ToHtml(text[..Shown]))
                .Append(CultureInfo.InvariantCulture, $"<span class=\"left-out\">\n… {left:N0} characters left out …\n</span>")
                .Append(TerminalText.ToHtml(text[^Shown..]));
        }

        return new RenderedOutput("text", html.Append("</pre>").ToString(), Stream: stream, Left: left);
    }

    /// <summary>Any other output.</summary>
    /// <param name="output">The output in nbformat's form.</param>
    /// <param name="index">Its place among the cell's outputs.</param>
    /// <param name="number">The cell's place in the notebook, from 1.</param>
    /// <param name="isTrusted">Whether it was made here.</param>
    /// <param name="isChange">Whether pages that show it are told what has changed.</param>
    /// <param name="cellAt">The id of the cell at a place, from 1.</param>
    public RenderedOutput Output(JsonObject output, int index, int number, bool isTrusted, bool isChange, Func<int, string?> cellAt)
    {
        if (isTrusted && !isChange && LiveHtml.IsFramed(output))
        {
            return Frame("");
        }

        if (LiveHtml.Output(folder, output, number, isTrusted) is not { } made)
        {
            return new RenderedOutput("html", "");
        }

        return made.Kind switch
        {
            "frame" => Frame(made.Html),
            "error" => new RenderedOutput("error", made.Html, Links: [.. Links(output, cellAt)]),
            var kind => new RenderedOutput(kind, made.Html),
        };

        RenderedOutput Frame(string html)
        {
            var (id, isNew) = frames.IdOf(output, index, folder, gate);
            return new RenderedOutput("frame", isChange && !isNew ? html : "", Frame: $"/frame/{id}");
        }
    }

    private static IEnumerable<CellLink> Links(JsonObject error, Func<int, string?> cellAt)
    {
        var seen = new HashSet<CellLink>();
        foreach (var line in (error["traceback"] as JsonArray)?.Select(line => line?.ToString() ?? "") ?? [])
        {
            if (
                Place().Match(line) is { Success: true } place
                && int.TryParse(place.Groups["cell"].ValueSpan, CultureInfo.InvariantCulture, out var number)
                && int.TryParse(place.Groups["line"].ValueSpan, CultureInfo.InvariantCulture, out var at)
                && cellAt(number) is { } id
                && seen.Add(new CellLink(id, at))
            )
            {
                yield return new CellLink(id, at);
            }
        }
    }

    // Not the cells of an imported notebook, which carry its name.
    [GeneratedRegex(@"(?<!\.ipynb, )\bcell (?<cell>\d+), line (?<line>\d+)")]
    private static partial Regex Place();
}
