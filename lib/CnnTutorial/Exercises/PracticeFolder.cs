namespace CnnTutorial;

/// <summary>The folder into which the learner's code saves while it is checked. It is inside another new folder, in which files are found
/// that were saved beside it by mistake.</summary>
internal sealed class PracticeFolder : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("cnn-tutorial-check-").FullName;
    private readonly HashSet<string> _current = [.. CurrentFiles()];

    public PracticeFolder()
    {
        Path = System.IO.Path.Combine(_parent, "checkpoints");
        Directory.CreateDirectory(Path);
    }

    /// <summary>What the learner's code is given.</summary>
    public string Path { get; }

    /// <summary>All files in it, as paths from it.</summary>
    public IReadOnlyList<string> Files =>
        [
            .. Directory
                .EnumerateFiles(Path, "*", SearchOption.AllDirectories)
                .Select(path => System.IO.Path.GetRelativePath(Path, path))
                .Order(),
        ];

    /// <summary>Runs a check with a folder of its own.</summary>
    public static T Run<T>(Func<PracticeFolder, T> check)
    {
        using var folder = new PracticeFolder();
        return check(folder);
    }

    /// <summary>Reports files that were saved outside the folder.</summary>
    /// <exception cref="WrongAnswerException">There are such files.</exception>
    public void ThrowIfMissed(string expected)
    {
        if (Directory.EnumerateFiles(_parent).Order().FirstOrDefault() is { } beside)
        {
            var name = System.IO.Path.GetFileName(beside);
            throw new WrongAnswerException(
                expected,
                $"The file landed beside the folder and not in it, as “{name}”: the folder is called “checkpoints”, and its name and the "
                    + "file's are glued together.",
                "A separator belongs between the folder and the file's name: `Path.Combine(_folder, …)` puts it there, `_folder + …` does "
                    + "not."
            );
        }

        if (NewInCurrent().Order().FirstOrDefault() is { } elsewhere)
        {
            throw new WrongAnswerException(
                expected,
                $"The file {System.IO.Path.GetFileName(elsewhere)} landed in the current folder, where the notebook is, and not in "
                    + "the folder "
                    + "that your constructor was given.",
                "Put the folder before the name: `Path.Combine(_folder, …)`."
            );
        }
    }

    public void Dispose()
    {
        // What is still being written would fail when its folder is gone.
        CheckContext.Current?.Finish(TimeSpan.FromSeconds(2));
        try
        {
            foreach (var file in NewInCurrent())
            {
                File.Delete(file);
            }

            Directory.Delete(_parent, recursive: true);
        }
        catch (IOException)
        {
            // On Windows a file that the learner's code holds open cannot be deleted; the system clears its temporary folder some day.
        }
    }

    private IEnumerable<string> NewInCurrent() => CurrentFiles().Where(file => !_current.Contains(file));

    /// <summary>Files that a checkpoint of the practice network could be.</summary>
    private static List<string> CurrentFiles() =>
        Directory
            .EnumerateFiles(Environment.CurrentDirectory, "*epoch*")
            .Concat(Directory.EnumerateFiles(Environment.CurrentDirectory, "*.weights"))
            .Concat(Directory.EnumerateFiles(Environment.CurrentDirectory, "*.safetensors"))
            .Distinct()
            .ToList();
}
