using NotebookHost.Documents;

namespace NotebookHost.Running;

/// <summary>A notebook of a run, read and checked, and the name under which its results are written.</summary>
internal sealed record PlannedNotebook(NotebookDocument Document, string OutputName)
{
    public string Name => Path.GetFileName(Document.Path);

    public string NotebookFile => $"{OutputName}.ipynb";

    public string PageFile => $"{OutputName}.html";
}

/// <summary>What a run will do. All mistakes in the command line or the files are found here, before anything runs.</summary>
internal sealed record RunPlan(IReadOnlyList<PlannedNotebook> Notebooks, string Output, RunOptions Options)
{
    /// <exception cref="UsageException">A path, a parameter or the output folder cannot be used.</exception>
    public static RunPlan Make(RunOptions options)
    {
        var root = Repository.Find();
        var paths =
            options.Paths.Count > 0
                ? options.Paths
                : Repository.Notebooks(
                    root
                        ?? throw new UsageException(
                            "No notebooks found: there is no folder 'notebooks' beside 'lib' here or above; name the notebooks to run."
                        )
                );
        if (paths.Count == 0)
        {
            throw new UsageException($"There is no notebook in {Path.Combine(root!, "notebooks")}; name the notebooks to run.");
        }

        var output = Path.GetFullPath(options.Output ?? Path.Combine(root ?? Environment.CurrentDirectory, "artifacts", "tutorial"));
        var notebooks = Name(paths.Select(Load));
        var realOutput = RealPath.Of(output);
        foreach (var notebook in notebooks)
        {
            // A link can give a folder or a notebook a second name.
            if (
                Path.GetDirectoryName(RealPath.Of(notebook.Document.Path)) == realOutput
                || RealPath.Of(Path.GetDirectoryName(notebook.Document.Path)!) == realOutput
            )
            {
                throw new UsageException(
                    $"The output folder {output} is the folder of {notebook.Name}, which would be overwritten; choose another --output."
                );
            }
        }

        ParameterDeclarations.Check(options.Parameters, notebooks.Select(notebook => notebook.Document));
        return new RunPlan(notebooks, output, options);
    }

    private static NotebookDocument Load(string path)
    {
        try
        {
            return NotebookDocument.LoadAny(path);
        }
        catch (NotebookFormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    /// <summary>Names the results after the notebooks; a second notebook of the same name gets a number, so that none overwrites
    /// another.</summary>
    private static List<PlannedNotebook> Name(IEnumerable<NotebookDocument> documents)
    {
        // "index" is the name of the index page.
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "index" };
        var named = new List<PlannedNotebook>();
        foreach (var document in documents)
        {
            var name = Path.GetFileNameWithoutExtension(document.Path);
            var unique = name;
            for (var i = 2; !taken.Add(unique); i++)
            {
                unique = $"{name}-{i}";
            }

            named.Add(new PlannedNotebook(document, unique));
        }

        return named;
    }
}
