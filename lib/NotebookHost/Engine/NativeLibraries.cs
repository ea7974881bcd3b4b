using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace NotebookHost.Engine;

/// <summary>
/// Finds the native libraries of packages. They are gathered in one folder, as links, because libraries that a package
/// spreads over several package folders look for each other beside themselves.
/// </summary>
internal sealed class NativeLibraries : IDisposable
{
    private readonly string _folder;
    private readonly HashSet<AssemblyLoadContext> _contexts = [];

    public NativeLibraries(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        AppDomain.CurrentDomain.AssemblyLoad += OnAssemblyLoad;
    }

    public void Add(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            var link = Path.Combine(_folder, Path.GetFileName(file));
            if (File.Exists(link))
            {
                continue;
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

    public void Dispose()
    {
        AppDomain.CurrentDomain.AssemblyLoad -= OnAssemblyLoad;
        lock (_contexts)
        {
            foreach (var context in _contexts)
            {
                context.ResolvingUnmanagedDll -= Resolve;
            }
        }
    }

    private void OnAssemblyLoad(object? sender, AssemblyLoadEventArgs args)
    {
        if (AssemblyLoadContext.GetLoadContext(args.LoadedAssembly) is { } context)
        {
            lock (_contexts)
            {
                if (_contexts.Add(context))
                {
                    context.ResolvingUnmanagedDll += Resolve;
                }
            }
        }
    }

    private nint Resolve(System.Reflection.Assembly assembly, string name)
    {
        string[] candidates = [name, $"lib{name}.so", $"{name}.so", $"lib{name}.dylib", $"{name}.dylib", $"{name}.dll"];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(Path.Combine(_folder, candidate), out var handle))
            {
                return handle;
            }
        }

        return 0;
    }
}
