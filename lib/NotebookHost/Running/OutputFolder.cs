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
    private readonly IReadOnlyList<PlannedNotebook> _planned;
    private readonly List<(PlannedNotebook Notebook, NotebookResult Result)> _written = [];

    /// <summary>Checks that files can be written there, at the start and not after an hour of training.</summary>
    /// <param name="folder">The folder; it is made where it is missing.</param>
    /// <param name="planned">The notebooks of the run, in order.</param>
    /// <exception cref="UsageException">Files cannot be written there.</exception>
    public OutputFolder(string folder, IReadOnlyList<PlannedNotebook> planned)
    {
        (_folder, _planned) = (folder, planned);
        Try(() => AtomicFile.Prepare(folder));
    }

    /// <summary>Writes an executed notebook and its page. The page's links assume that the whole plan will be run.</summary>
    public NotebookResult Write(PlannedNotebook notebook, NotebookResult result)
    {
        result = result with { Page = notebook.PageFile, Notebook = notebook.NotebookFile };
        Try(() =>
        {
            notebook.Document.Save(Path.Combine(_folder, notebook.NotebookFile));
            _written.Add((notebook, result));
            if (_written.Count == 1)
            {
                WriteGlossary(_planned);
            }

            WritePage(notebook, result, _planned);
        });
        return result;
    }

    /// <summary>Writes the summary and the index. Where a notebook of the plan was not run, the pages are written once more, without links
    /// to its page.</summary>
    public void Write(RunSummary summary) =>
        Try(() =>
        {
            AtomicFile.WriteAllText(Path.Combine(_folder, "summary.json"), JsonSerializer.Serialize(summary, Json) + "\n");
            if (_written.Count < _planned.Count)
            {
                var notebooks = _written.ConvertAll(written => written.Notebook);
                WriteGlossary(notebooks);
                _written.ForEach(written => WritePage(written.Notebook, written.Result, notebooks));
            }

            AtomicFile.WriteAllText(
                Path.Combine(_folder, "index.html"),
                IndexPage.Render(summary, [.. _planned.Select(notebook => NotebookOutline.Of(notebook.Document))])
            );
        });

    /// <param name="notebook">The notebook.</param>
    /// <param name="result">The result of its run.</param>
    /// <param name="notebooks">Those of the run that have a page, or will have one.</param>
    private void WritePage(PlannedNotebook notebook, NotebookResult result, IReadOnlyList<PlannedNotebook> notebooks)
    {
        var place = notebooks.ToList().IndexOf(notebook);
        AtomicFile.WriteAllText(
            Path.Combine(_folder, notebook.PageFile),
            NotebookPage.Render(
                notebook.Document,
                new PageSurroundings
                {
                    FileName = notebook.PageFile,
                    Previous = place > 0 ? Link(notebooks[place - 1]) : null,
                    Next = place + 1 < notebooks.Count ? Link(notebooks[place + 1]) : null,
                    Index = Contents,
                    Status = result.Status,
                    Error = result.Error,
                    HasPage = page => HasPage(page, notebooks),
                }
            )
        );
    }

    /// <summary>The page of the glossary, before the first page that may link to it; none where the notebooks have no glossary.</summary>
    private void WriteGlossary(IReadOnlyList<PlannedNotebook> notebooks)
    {
        if (notebooks is [{ Document: { } first }, ..] && Glossary.In(Path.GetDirectoryName(first.Path) ?? ".") is { } glossary)
        {
            AtomicFile.WriteAllText(
                Path.Combine(_folder, Glossary.PageFile),
                GlossaryPage.Render(glossary, first.Course, Contents, page => HasPage(page, notebooks))
            );
        }
    }

    // Pages of earlier runs too: if one notebook is run again, its links to the others stay.
    private bool HasPage(string page, IReadOnlyList<PlannedNotebook> notebooks) =>
        notebooks.Any(other => other.PageFile == page) || File.Exists(Path.Combine(_folder, page));

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
