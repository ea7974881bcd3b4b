using System.CommandLine;
using NotebookHost.Documents;
using NotebookHost.Running;

namespace NotebookHost.Commands;

/// <summary><c>clear</c>: clears notebooks for a commit, or checks that they are clear.</summary>
internal static class ClearCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Notebooks, or folders of notebooks. Default: the repository's folder notebooks.",
        };
        var check = new Option<bool>("--check")
        {
            Description = "Change nothing; list the notebooks that are not clear, and exit with 1 if there are any.",
        };
        var command = new Command("clear", "Removes outputs, execution counts and traces of runs from notebooks, in place.")
        {
            paths,
            check,
        };
        paths.Validators.Add(UnknownOptions.Refuse);
        command.SetAction(parsed => Clear(parsed.GetValue(paths) ?? [], parsed.GetValue(check)));
        return command;
    }

    private static int Clear(string[] paths, bool check)
    {
        var changed = 0;
        // All are read before the first is written, so that a wrong path changes nothing.
        foreach (var notebook in Files(paths).Select(Load).ToList())
        {
            if (!OutputClearing.Clear(notebook))
            {
                continue;
            }

            changed++;
            var name = ConsoleText.InOneLine(Path.GetRelativePath(Environment.CurrentDirectory, notebook.Path));
            Console.WriteLine(check ? $"{name}: has outputs" : $"{name}: cleared");
            if (!check)
            {
                Save(notebook);
            }
        }

        return check && changed > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    private static IEnumerable<string> Files(string[] paths)
    {
        if (paths.Length == 0)
        {
            var root =
                Repository.Find()
                ?? throw new UsageException(
                    "No notebooks found: there is no folder 'notebooks' beside 'lib' here or above; name the notebooks to clear."
                );
            paths = [Path.Combine(root, "notebooks")];
        }

        return paths.SelectMany(path =>
            Directory.Exists(path) ? Directory.GetFiles(path, "*.ipynb").Order(StringComparer.Ordinal) : (IEnumerable<string>)[path]
        );
    }

    private static NotebookDocument Load(string path)
    {
        try
        {
            return NotebookDocument.Load(path);
        }
        catch (NotebookFormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private static void Save(NotebookDocument notebook)
    {
        try
        {
            notebook.Save(notebook.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{notebook.Path}: cannot be written ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
