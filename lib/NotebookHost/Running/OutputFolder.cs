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

    private static readonly PageLink Contents = new("Contents", "index.html");

    private readonly string _folder;
    private readonly List<(PlannedNotebook Notebook, NotebookResult Result)> _written = [];

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
        result = result with { Page = notebook.PageFile, Notebook = notebook.NotebookFile };
        Try(() =>
        {
            notebook.Document.Save(Path.Combine(_folder, notebook.NotebookFile));
            _written.Add((notebook, result));
            WriteGlossary(notebook.Document);
            for (var i = Math.Max(0, _written.Count - 2); i < _written.Count; i++)
            {
                WritePage(i);
            }
        });
        return result;
    }

    /// <summary>Writes the summary and the index, and all pages once more: only now it is known to which others they can lead.</summary>
    /// <param name="summary">What the run came to.</param>
    /// <param name="notebooks">The notebooks of the run, in the summary's order.</param>
    public void Write(RunSummary summary, IReadOnlyList<PlannedNotebook> notebooks) =>
        Try(() =>
        {
            AtomicFile.WriteAllText(Path.Combine(_folder, "summary.json"), JsonSerializer.Serialize(summary, Json) + "\n");
            for (var i = 0; i < _written.Count; i++)
            {
                WritePage(i);
            }

            AtomicFile.WriteAllText(
                Path.Combine(_folder, "index.html"),
                IndexPage.Render(summary, [.. notebooks.Select(notebook => NotebookOutline.Of(notebook.Document))])
            );
        });

    private void WritePage(int place)
    {
        var (notebook, result) = _written[place];
        AtomicFile.WriteAllText(
            Path.Combine(_folder, notebook.PageFile),
            NotebookPage.Render(
                notebook.Document,
                new PageSurroundings
                {
                    FileName = notebook.PageFile,
                    Previous = place > 0 ? Link(_written[place - 1].Notebook) : null,
                    Next = place + 1 < _written.Count ? Link(_written[place + 1].Notebook) : null,
                    Index = Contents,
                    Status = result.Status,
                    Error = result.Error,
                    HasPage = HasPage,
                }
            )
        );
    }

    /// <summary>The page of the glossary, before the first page that may link to it.</summary>
    private void WriteGlossary(NotebookDocument notebook)
    {
        if (_written.Count == 1 && Glossary.In(Path.GetDirectoryName(notebook.Path) ?? ".") is { } glossary)
        {
            AtomicFile.WriteAllText(
                Path.Combine(_folder, Glossary.PageFile),
                GlossaryPage.Render(glossary, notebook.Course, Contents, HasPage)
            );
        }
    }

    // Pages of earlier runs too: who runs one notebook again keeps the links to the others.
    private bool HasPage(string page) => File.Exists(Path.Combine(_folder, page));

    private static PageLink Link(PlannedNotebook notebook) => new(notebook.Document.Title, notebook.PageFile);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"The output folder {_folder} cannot be written ({e.Message.TrimEnd('.')}); choose another with --output.",
                e
            );
        }
    }
}
