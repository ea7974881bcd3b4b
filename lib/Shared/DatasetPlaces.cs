namespace Shared;

/// <summary>Where on a machine the course's data sets may lie. The library loads from these places, and the program's <c>doctor</c>
/// looks at the same.</summary>
internal static class DatasetPlaces
{
    /// <summary>The environment variable with the learner's own folder, which has a subfolder for each data set; where it is set, nothing
    /// else is looked at.</summary>
    public const string DataVariable = "CNN_TUTORIAL_DATA";

    /// <summary>The environment variable with the folder of the cache, which has a subfolder for each data set.</summary>
    public const string CacheVariable = "CNN_TUTORIAL_CACHE";

    /// <summary>Folders in which packages of operating systems put Fashion-MNIST: Debian's and Ubuntu's dataset-fashion-mnist, the same
    /// IDX bytes, compressed anew.</summary>
    public static readonly string[] PackagedFashionMnist = ["/usr/share/datasets/fashion-mnist"];

    /// <summary>The published names of a data set's four files, without <c>.gz</c>.</summary>
    public static readonly string[] FileNames =
    [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ];

    /// <summary>The learner's own folder, or null. A relative one is meant from where the learner typed it, often the repository's root; a
    /// notebook's kernel runs in <c>notebooks/</c>.</summary>
    /// <param name="variable">Gives the value of an environment variable.</param>
    /// <param name="root">Gives the repository's root.</param>
    public static string? DataFolder(Func<string, string?> variable, Func<string> root)
    {
        if (variable(DataVariable) is not { Length: > 0 } folder)
        {
            return null;
        }

        var here = Path.GetFullPath(folder);
        if (Path.IsPathRooted(folder) || Directory.Exists(here))
        {
            return here;
        }

        var fromRoot = Path.GetFullPath(folder, root());
        return Directory.Exists(fromRoot) ? fromRoot : here;
    }

    /// <summary>The cache's folder; null on a machine that has no place for one.</summary>
    public static string? CacheFolder(Func<string, string?> variable)
    {
        if (variable(CacheVariable) is { Length: > 0 } cache)
        {
            return Path.GetFullPath(cache);
        }

        if (OperatingSystem.IsWindows())
        {
            return variable("LOCALAPPDATA") is { Length: > 0 } local ? Path.Combine(local, "cnn-tutorial") : null;
        }

        // The XDG base directory specification: a relative path is invalid and must be ignored.
        if (variable("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg))
        {
            return Path.Combine(xdg, "cnn-tutorial");
        }

        return variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".cache", "cnn-tutorial") : null;
    }

    /// <summary>The path of one of a data set's files in a folder, or null: <c>NAME.gz</c> or <c>NAME</c>, with either published form of
    /// the name.</summary>
    public static string? Find(string folder, string name)
    {
        // Both train-images-idx3-ubyte and train-images.idx3-ubyte are in circulation.
        string[] names = [name, name.Replace("-idx", ".idx", StringComparison.Ordinal)];
        return names
            .SelectMany(form => new[] { form + ".gz", form })
            .Select(form => Path.Combine(folder, form))
            .FirstOrDefault(File.Exists);
    }
}
