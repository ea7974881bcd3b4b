using System.Reflection;

namespace CnnTutorial;

/// <summary>Where the course's folders are, found from the library's own place: a notebook may be opened from anywhere.</summary>
public static class CourseFolders
{
    /// <summary>Set this environment variable to keep results somewhere else than in <c>artifacts/</c>.</summary>
    public const string ArtifactsVariable = "CNN_TUTORIAL_ARTIFACTS";

    // Lazy, so that the caller gets this exception and not a TypeInitializationException.
    private static readonly Lazy<string> FoundRoot = new(FindRoot);

    /// <summary>The repository's root: the nearest folder above the library that holds both <c>lib</c> and <c>notebooks</c>.</summary>
    /// <exception cref="DirectoryNotFoundException">The library was copied out of the repository.</exception>
    public static string Root => FoundRoot.Value;

    /// <summary>The folder with the built library and the native libraries beside it.</summary>
    public static string NativeLibraries => Path.Combine(Root, "lib", "bin");

    /// <summary>The folder for results of one data set, such as <c>artifacts/mnist</c>; made if it is missing.</summary>
    /// <param name="name">A folder name, such as <c>mnist</c>.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public static string Artifacts(string name)
    {
        var folder = Path.Combine(
            Environment.GetEnvironmentVariable(ArtifactsVariable) is { Length: > 0 } chosen
                ? Path.GetFullPath(chosen)
                : Path.Combine(Root, "artifacts"),
            name
        );
        try
        {
            Directory.CreateDirectory(folder);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The folder {folder} for results cannot be made ({e.Message.TrimEnd('.')}); give yourself write permission there, or "
                    + $"set {ArtifactsVariable} to a folder that you can write to.",
                e
            );
        }
    }

    private static string FindRoot()
    {
        var own = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        for (var folder = new DirectoryInfo(own); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "lib")) && Directory.Exists(Path.Combine(folder.FullName, "notebooks")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException(
            $"No folder above {own} holds both lib and notebooks, so the library was moved out of the course; use it from lib/bin of "
                + "the course's folder."
        );
    }
}
