using NotebookHost.Documents;
using NotebookHost.Pages;

namespace NotebookHost.Live;

/// <summary>The folder that is served: its notebooks, and nothing outside it, whatever a path or a link says.</summary>
internal sealed class NotebookFolder(string root)
{
    private const int Deepest = 4;
    private const int MostNotebooks = 500;

    /// <summary>Names that Windows gives to devices, with any extension.</summary>
    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL"];

    private static readonly string[] Skipped = ["bin", "obj", "node_modules", "artifacts"];

    /// <summary>The folder's real path.</summary>
    public string Root { get; } = RealPath.Of(root);

    /// <summary>The notebooks by their paths below the folder, separated by '/', in order. Hidden folders and links are skipped.</summary>
    public IReadOnlyList<string> Notebooks() => [.. Find(Root, 0).Take(MostNotebooks)];

    /// <summary>The file of a notebook below the folder; null where there is none, or the path or a link leads out of the folder.</summary>
    public string? Resolve(string relative) =>
        relative.EndsWith(".ipynb", StringComparison.OrdinalIgnoreCase) ? Within(relative.Split('/')) : null;

    /// <summary>The glossary whose page has this path, the same way.</summary>
    public string? ResolveGlossary(string relative) =>
        relative.Split('/') is [.. var folders, Glossary.PageFile] ? Within([.. folders, Glossary.FileName]) : null;

    private string? Within(string[] parts)
    {
        if (!Array.TrueForAll(parts, IsPlain))
        {
            return null;
        }

        var path = Path.Combine([Root, .. parts]);
        return File.Exists(path) && RealPath.IsWithin(Root, path) ? RealPath.Of(path) : null;
    }

    /// <summary>The path below the folder of a file that lies in it.</summary>
    public string Relative(string file) => Path.GetRelativePath(Root, file).Replace(Path.DirectorySeparatorChar, '/');

    private static readonly System.Buffers.SearchValues<char> Forbidden = System.Buffers.SearchValues.Create("\\:*?\"<>|\0");

    private static bool IsPlain(string part) =>
        part.Length > 0
        && part[0] != '.'
        && !part.AsSpan().ContainsAny(Forbidden)
        && part[^1] is not ('.' or ' ')
        && !part.Any(char.IsControl)
        && !Devices.Contains(part.Split('.')[0], StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> Files(string folder, string pattern)
    {
        try
        {
            return Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private IEnumerable<string> Find(string folder, int depth)
    {
        foreach (var file in Files(folder, "*.ipynb"))
        {
            if (Resolve(Relative(file)) is not null)
            {
                yield return Relative(file);
            }
        }

        if (depth == Deepest)
        {
            yield break;
        }

        string[] folders;
        try
        {
            folders = Directory.GetDirectories(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var inner in folders.Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(inner);
            if (name[0] != '.' && !Skipped.Contains(name) && new DirectoryInfo(inner).LinkTarget is null)
            {
                foreach (var found in Find(inner, depth + 1))
                {
                    yield return found;
                }
            }
        }
    }
}
