namespace NotebookHost.Documents;

/// <summary>Finds the repository: the folder in which <c>notebooks</c> lies beside <c>lib</c>.</summary>
internal static class Repository
{
    /// <summary>Searches upward from the current directory, then from the program. Null where there is none.</summary>
    public static string? Find() => FindFrom(Environment.CurrentDirectory) ?? FindFrom(AppContext.BaseDirectory);

    /// <summary>The notebooks of the course in order, without the exercises' solutions.</summary>
    public static IReadOnlyList<string> Notebooks(string root) =>
        [
            .. Directory
                .GetFiles(Path.Combine(root, "notebooks"), "*.ipynb")
                .Where(file => !Path.GetFileName(file).Contains("solution", StringComparison.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal),
        ];

    private static string? FindFrom(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "notebooks")) && Directory.Exists(Path.Combine(folder.FullName, "lib")))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
