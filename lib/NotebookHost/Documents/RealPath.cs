namespace NotebookHost.Documents;

/// <summary>Where a path leads once all links on the way are followed: two names of one file become one.</summary>
internal static class RealPath
{
    /// <summary>As many links as Linux follows; it also ends a circle of links.</summary>
    private const int MostLinks = 40;

    /// <summary>The path without links. Parts that do not exist, or cannot be looked at, stay as they are.</summary>
    public static string Of(string path)
    {
        var links = 0;
        return Of(Path.GetFullPath(path), ref links);
    }

    /// <summary>Whether a file lies in a folder, at any depth; links are followed on both sides.</summary>
    public static bool IsWithin(string folder, string file) =>
        Of(file).StartsWith(Path.TrimEndingDirectorySeparator(Of(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string Of(string path, ref int links)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
        {
            return path;
        }

        var real = Path.Combine(Of(parent, ref links), Path.GetFileName(path));
        try
        {
            return new FileInfo(real).LinkTarget is { } target && ++links <= MostLinks
                ? Of(Path.GetFullPath(target, Path.GetDirectoryName(real)!), ref links)
                : real;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return real;
        }
    }
}
