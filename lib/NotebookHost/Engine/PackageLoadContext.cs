using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace NotebookHost.Engine;

/// <summary>
/// Loads the assemblies of packages, each by its simple name, as a program's own would be: the version that the restore
/// chose serves all that ask for it. Native libraries are gathered in one folder, as links, because libraries that a
/// package spreads over several package folders look for each other beside themselves.
/// </summary>
internal sealed class PackageLoadContext : AssemblyLoadContext
{
    private readonly ConcurrentDictionary<string, string> _files = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _natives;

    public PackageLoadContext(string nativesFolder)
        : base("packages")
    {
        _natives = nativesFolder;
        Directory.CreateDirectory(nativesFolder);
    }

    /// <summary>Makes the files known, and loads the assemblies among them.</summary>
    public IReadOnlyList<Assembly> Add(IReadOnlyList<PackageAssembly> assemblies, IEnumerable<string> natives)
    {
        var files = assemblies.Select(assembly => assembly.Runtime).OfType<string>().ToList();
        foreach (var file in files)
        {
            _files.TryAdd(Path.GetFileNameWithoutExtension(file), file);
        }

        foreach (var native in natives)
        {
            Link(native);
        }

        return [.. files.Where(_files.Values.Contains).Select(LoadFromAssemblyPath)];
    }

    protected override Assembly? Load(AssemblyName assemblyName) =>
        _files.TryGetValue(assemblyName.Name!, out var file) ? LoadFromAssemblyPath(file) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        string[] candidates =
        [
            unmanagedDllName,
            $"lib{unmanagedDllName}.so",
            $"{unmanagedDllName}.so",
            $"lib{unmanagedDllName}.dylib",
            $"{unmanagedDllName}.dylib",
            $"{unmanagedDllName}.dll",
        ];
        foreach (var file in candidates.Select(candidate => Path.Combine(_natives, candidate)).Where(File.Exists))
        {
            if (NativeLibrary.TryLoad(file, out var handle))
            {
                return handle;
            }
        }

        return 0;
    }

    private void Link(string file)
    {
        var link = Path.Combine(_natives, Path.GetFileName(file));
        if (File.Exists(link))
        {
            return;
        }

        try
        {
            File.CreateSymbolicLink(link, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Windows asks for a privilege to make links.
            File.Copy(file, link);
        }
    }
}
