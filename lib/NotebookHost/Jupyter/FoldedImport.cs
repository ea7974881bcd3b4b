using System.Text.Json.Nodes;
using NotebookHost.Documents;
using NotebookHost.Engine;
using NotebookHost.Pages;
using NotebookHost.Worker;

namespace NotebookHost.Jupyter;

/// <summary>What a cell that only imports put out, in one line that unfolds: else forty lines of an earlier notebook stand before the
/// first idea of this one. The pages of <c>run</c> and <c>open</c> fold it too.</summary>
internal sealed class FoldedImport
{
    private readonly NotebookCell _cell = new(new JsonObject { ["outputs"] = new JsonArray() }, 0);
    private readonly DocumentOutput _output = new();

    /// <summary>Takes in what was put out, which the front end shows meanwhile as that of any cell.</summary>
    public void Take(CellEvent happened) => _output.Apply(_cell, happened);

    /// <summary>The messages that put the line in place of the outputs; none if there were no outputs.</summary>
    public IEnumerable<(string Type, JsonObject Content)> Messages()
    {
        _output.Flush();
        if (_cell.Outputs.Count == 0)
        {
            yield break;
        }

        // Jupyter Notebook's style sheet takes the mark of what can be unfolded away.
        const string Summary = $"<summary style=\"display: list-item; cursor: pointer\">{NotebookPage.ImportSummary}</summary>";
        var page = new PageContent("");
        OutputHtml.Append(page, _cell.Outputs, _cell.Number);
        yield return ("clear_output", new JsonObject { ["wait"] = true });
        yield return (
            "display_data",
            new JsonObject
            {
                ["data"] = new JsonObject
                {
                    ["text/html"] = $"<details>{Summary}\n{page.Html}</details>",
                    ["text/plain"] = string.Concat(_cell.Outputs.Select(PlainText)),
                },
                ["metadata"] = new JsonObject(),
                ["transient"] = new JsonObject(),
            }
        );
    }

    private static string PlainText(JsonNode? output) =>
        output?["text"] is { } text ? MimeBundle.Text(text) : MimeBundle.Text(output?["data"]?[ValueFormatting.Plain]) + "\n";
}
