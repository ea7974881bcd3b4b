using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace NotebookHost.Engine;

/// <summary>
/// Holds the assemblies of a session: compiled cells, packages, libraries named by <c>#r</c>. What the session asked for comes before what
/// this program itself uses, so that a cell gets the version that it named. Native libraries of packages are linked into one folder,
/// because libraries that come in several package folders look for each other in their own folder.
/// </summary>
internal sealed class SessionLoadContext() : AssemblyLoadContext("session")
{
    private static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    private readonly ConcurrentDictionary<(string Name, Version Version), Assembly> _submissions = new();
    private readonly ConcurrentDictionary<string, string> _files = new(StringComparer.OrdinalIgnoreCase);
    private volatile string[] _folders = [];
    private string? _natives;

    /// <summary>Whether this program and the cells share an assembly; see <see cref="ScriptChain.Shared"/>.</summary>
    public static bool IsShared(string name) => Array.Exists(ScriptChain.Shared, shared => shared.GetName().Name == name);

    /// <summary>Whether a package's copy of an assembly is hidden from the compiler, because this program has types of the same names: they
    /// would be ambiguous in every cell.</summary>
    public static bool IsForHost(string name) =>
        IsShared(name)
        || name.Equals("Microsoft.DotNet.Interactive", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Microsoft.DotNet.Interactive.", StringComparison.OrdinalIgnoreCase);

    /// <summary>Loads a compiled submission.</summary>
    public Assembly Load(Stream code, Stream symbols) => Remember(LoadFromStream(code, symbols));

    /// <summary>Loads code that was compiled as a library of its own. An earlier version of it may be loaded, which a context does not
    /// allow, so it gets one of its own.</summary>
    public Assembly LoadLibrary(Stream code, Stream symbols) => Remember(new LibraryContext(this).LoadFromStream(code, symbols));

    private Assembly Remember(Assembly assembly) => _submissions[(assembly.GetName().Name!, assembly.GetName().Version!)] = assembly;

    /// <summary>Makes the files of packages known: they are loaded when they are needed.</summary>
    public void AddPackages(IEnumerable<string> assemblies, IReadOnlyList<string> natives, string nativesFolder)
    {
        foreach (var file in assemblies)
        {
            AddFile(file);
        }

        _natives ??= nativesFolder;
        if (natives.Count > 0)
        {
            Directory.CreateDirectory(_natives);
        }

        foreach (var native in natives)
        {
            Link(native, _natives);
        }
    }

    /// <summary>Makes a library known; what it needs is looked for beside it.</summary>
    public void AddLibrary(string file)
    {
        AddFile(file);
        var folder = Path.GetDirectoryName(file)!;
        if (!_folders.Contains(folder) && folder != FrameworkFolder)
        {
            _folders = [.. _folders, folder];
        }
    }

    /// <summary>Loads a library and lets it register its formatters, as it does when one of its types is used.</summary>
    public void Initialize(string file)
    {
        try
        {
            if (Load(AssemblyName.GetAssemblyName(file)) is { } assembly)
            {
                RuntimeHelpers.RunModuleConstructor(assembly.ManifestModule.ModuleHandle);
            }
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or TypeInitializationException)
        {
            // The first use of it fails too, and its error names a line of the cell.
        }
    }

    /// <summary>Loads a library: the known one of that name, or this file.</summary>
    public Assembly LoadFile(string file)
    {
        AddFile(file);
        return Load(AssemblyName.GetAssemblyName(file)) ?? LoadFromAssemblyPath(file);
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name!;
        if (_submissions.TryGetValue((name, assemblyName.Version ?? new Version(0, 0, 0, 0)), out var submission))
        {
            return submission;
        }

        if (Array.Find(ScriptChain.Shared, shared => shared.GetName().Name == name) is { } ours)
        {
            return ours;
        }

        // What is not found here is looked for among this program's own libraries.
        return Find(name) is { } file ? LoadFromAssemblyPath(_files.GetOrAdd(name, file))
            : name == KernelExtensions.Contract ? LoadFromStream(KernelExtensions.Compile())
            : null;
    }

    /// <summary>The file of a library that the session asked for, or that lies beside one; null where there is none.</summary>
    public string? Find(string name) =>
        _files.TryGetValue(name, out var file) ? file
        : IsFramework(name) ? null
        : _folders.Select(folder => Path.Combine(folder, $"{name}.dll")).FirstOrDefault(File.Exists);

    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        if (_natives is not { } natives)
        {
            return 0;
        }

        string[] candidates =
        [
            unmanagedDllName,
            $"lib{unmanagedDllName}.so",
            $"{unmanagedDllName}.so",
            $"lib{unmanagedDllName}.dylib",
            $"{unmanagedDllName}.dylib",
            $"{unmanagedDllName}.dll",
        ];
        foreach (var file in candidates.Select(candidate => Path.Combine(natives, candidate)).Where(File.Exists))
        {
            if (NativeLibrary.TryLoad(file, out var handle))
            {
                return handle;
            }
        }

        return 0;
    }

    private static bool IsFramework(string name) => File.Exists(Path.Combine(FrameworkFolder, $"{name}.dll"));

    /// <summary>Whether the framework has this assembly, in this version or a newer one.</summary>
    private static bool IsFrameworkAsNew(string file)
    {
        var own = Path.Combine(FrameworkFolder, Path.GetFileName(file));
        return File.Exists(own) && AssemblyName.GetAssemblyName(own).Version >= AssemblyName.GetAssemblyName(file).Version;
    }

    private void AddFile(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        if (!IsShared(name) && !IsFrameworkAsNew(file))
        {
            _files.TryAdd(name, file);
        }
    }

    private static void Link(string file, string folder)
    {
        var link = Path.Combine(folder, Path.GetFileName(file));
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

    private sealed class LibraryContext(SessionLoadContext session) : AssemblyLoadContext
    {
        protected override Assembly? Load(AssemblyName assemblyName) => session.Load(assemblyName);
    }
}
