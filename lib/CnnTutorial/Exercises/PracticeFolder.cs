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
        Other = System.IO.Path.Combine(_parent, "other-checkpoints");
        Directory.CreateDirectory(Path);
    }

    /// <summary>What the learner's code is given.</summary>
    public string Path { get; }

    /// <summary>A second folder, which is made when a file is saved there.</summary>
    public string Other { get; }

    /// <summary>What was saved and loaded since the folder was made.</summary>
    public WeightsLog Log { get; } = new();

    /// <summary>The first file that <see cref="Weights.Save"/> wrote outside the folder and that is still there, or that it could not
    /// write.</summary>
    public string? Stray =>
        Log.Saved.FirstOrDefault(saving => !IsIn(Path, saving.Path) && (!saving.Done || File.Exists(saving.Path)))?.Path;

    /// <summary>All files in it, as paths from it; none if the learner's code deleted it.</summary>
    public IReadOnlyList<string> Files =>
        Directory.Exists(Path)
            ?
            [
                .. Directory
                    .EnumerateFiles(Path, "*", SearchOption.AllDirectories)
                    .Select(path => System.IO.Path.GetRelativePath(Path, path))
                    .Order(),
            ]
            : [];

    /// <summary>Runs a check with a folder of its own.</summary>
    public static T Run<T>(Func<PracticeFolder, T> check)
    {
        using var folder = new PracticeFolder();
        return check(folder);
    }

    /// <summary>A path as a card shows it: without the folders that the check made.</summary>
    public string Show(string path) => IsIn(_parent, path) ? System.IO.Path.GetRelativePath(_parent, path) : path;

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
        Log.Dispose();
        // What is still being written would fail when its folder is gone.
        CheckContext.Current?.Finish(TimeSpan.FromSeconds(2));
        try
        {
            // Wherever the learner's code saved: the files hold only the check's tiny network.
            var saved = Log.Saved.Where(saving => !saving.WasThere && !IsIn(_parent, saving.Path)).Select(saving => saving.Path);
            foreach (var file in NewInCurrent().Concat(saved).ToList())
            {
                File.Delete(file);
            }

            Directory.Delete(_parent, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // On Windows a file that the learner's code holds open cannot be deleted; the system clears its temporary folder some day.
        }
    }

    private static bool IsIn(string folder, string path) =>
        path.StartsWith(folder + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal);

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
