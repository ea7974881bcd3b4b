using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NotebookHost.Documents;
using NotebookHost.Pages;

namespace NotebookHost.Running;

/// <summary>Where a run writes: for each notebook the executed file and a page; at the end the index and the summary.</summary>
internal sealed class OutputFolder
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly string _folder;
    private (PlannedNotebook Notebook, PageLink? Previous)? _last;

    /// <summary>Tries at once whether files can be written there: who learns it after an hour of training has lost the hour.</summary>
    /// <exception cref="UsageException">They cannot.</exception>
    public OutputFolder(string folder)
    {
        _folder = folder;
        Try(() => AtomicFile.Prepare(folder));
    }

    /// <summary>Writes an executed notebook and its page, and gives the page before it its link forward.</summary>
    public NotebookResult Write(PlannedNotebook notebook, NotebookResult result)
    {
        Try(() =>
        {
            notebook.Document.Save(Path.Combine(_folder, notebook.NotebookFile));
            WritePage(notebook, _last is { } last ? Link(last.Notebook) : null, next: null);
            if (_last is { } before)
            {
                WritePage(before.Notebook, before.Previous, Link(notebook));
            }

            _last = (notebook, _last is { } previous ? Link(previous.Notebook) : null);
        });
        return result with { Page = notebook.PageFile, Notebook = notebook.NotebookFile };
    }

    public void Write(RunSummary summary) => Try(() =>
    {
        AtomicFile.WriteAllText(Path.Combine(_folder, "summary.json"), JsonSerializer.Serialize(summary, Json) + "\n");
        AtomicFile.WriteAllText(Path.Combine(_folder, "index.html"), IndexPage.Render(summary));
    });

    private void WritePage(PlannedNotebook notebook, PageLink? previous, PageLink? next) =>
        AtomicFile.WriteAllText(Path.Combine(_folder, notebook.PageFile), NotebookPage.Render(notebook.Document, previous, next, new PageLink("Contents", "index.html")));

    private static PageLink Link(PlannedNotebook notebook) => new(notebook.Document.Title, notebook.PageFile);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The output folder {_folder} cannot be written ({e.Message.TrimEnd('.')}); choose another with --output.", e);
        }
    }
}
