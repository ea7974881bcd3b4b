namespace CnnTutorial;

/// <summary>The folder into which the learner's code saves while it is checked. It is inside another new folder, in which
/// files are found that were saved beside it by mistake.</summary>
internal sealed class PracticeFolder : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("cnn-tutorial-check-").FullName;

    public PracticeFolder()
    {
        Path = System.IO.Path.Combine(_parent, "checkpoints");
        Other = System.IO.Path.Combine(_parent, "other-checkpoints");
        Directory.CreateDirectory(Path);
        Directory.CreateDirectory(Other);
    }

    /// <summary>What the learner's code is given.</summary>
    public string Path { get; }

    /// <summary>A second folder beside it.</summary>
    public string Other { get; }

    /// <summary>What was saved and loaded since the folder was made.</summary>
    public WeightsLog Log { get; } = new();

    /// <summary>The first file that <see cref="Weights.Save"/> wrote outside the folder and that is still there, or that it could not
    /// write.</summary>
    public string? Stray =>
        Log.Saved.FirstOrDefault(saving => !IsIn(Path, saving.Path) && (saving.Failure is not null || File.Exists(saving.Path)))?.Path;

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

    public void Dispose()
    {
        Log.Dispose();
        // What is still being written would fail when its folder is gone.
        CheckContext.Current?.Finish(TimeSpan.FromSeconds(2));
        try
        {
            // Wherever the learner's code saved: the files hold only the check's tiny network.
            foreach (var saving in Log.Saved.Where(saving => !saving.WasThere && !IsIn(_parent, saving.Path)))
            {
                File.Delete(saving.Path);
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
}
