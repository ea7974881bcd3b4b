using System.Text.Json.Nodes;

namespace NotebookHost.Engine;

/// <summary>One assembly of a package: what the compiler reads, and what is loaded to run it.</summary>
internal sealed record PackageAssembly(string Compile, string? Runtime);

/// <summary>The files that restored packages bring, read from NuGet's project.assets.json.</summary>
internal sealed record PackageAssets(
    IReadOnlyList<PackageAssembly> Assemblies,
    IReadOnlyList<string> Natives,
    IReadOnlyList<string> Extensions,
    IReadOnlyDictionary<string, string> Versions
)
{
    public static PackageAssets Read(string assetsFile)
    {
        var root = JsonNode.Parse(File.ReadAllText(assetsFile))!;
        var folders = root["packageFolders"]!.AsObject().Select(folder => folder.Key).ToList();
        // The target with a runtime identifier ("net10.0/linux-x64") has the files for this machine.
        var target = root["targets"]!.AsObject().MaxBy(entry => entry.Key.Length).Value!.AsObject();
        var compile = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var runtime = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var natives = new List<string>();
        var extensions = new List<string>();
        var versions = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (library, files) in target)
        {
            if (root["libraries"]![library]?["path"]?.ToString() is not { } path)
            {
                continue;
            }

            versions[library.Split('/')[0]] = library.Split('/')[^1];
            extensions.AddRange(
                folders
                    .Select(folder => Path.Combine(folder, path, "interactive-extensions", "dotnet"))
                    .Where(Directory.Exists)
                    .SelectMany(folder => Directory.GetFiles(folder, "*.dll"))
            );
            foreach (var file in Files(files, "compile"))
            {
                compile[Path.GetFileNameWithoutExtension(file)] = Locate(folders, path, file);
            }

            foreach (var file in Files(files, "runtime"))
            {
                runtime[Path.GetFileNameWithoutExtension(file)] = Locate(folders, path, file);
            }

            natives.AddRange(Files(files, "native").Select(file => Locate(folders, path, file)));
        }

        var assemblies = compile
            .Select(entry => new PackageAssembly(entry.Value, runtime.GetValueOrDefault(entry.Key)))
            .Concat(runtime.Where(entry => !compile.ContainsKey(entry.Key)).Select(entry => new PackageAssembly(entry.Value, entry.Value)));
        return new PackageAssets([.. assemblies], natives, extensions, versions);
    }

    private static IEnumerable<string> Files(JsonNode? library, string kind) =>
        library?[kind] is JsonObject files
            ? files.Select(file => file.Key).Where(file => kind == "native" || file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            : [];

    private static string Locate(List<string> folders, string library, string file) =>
        folders.Select(folder => Path.GetFullPath(Path.Combine(folder, library, file))).FirstOrDefault(File.Exists)
        ?? throw new PackageException(
            $"the file {file} of the package {library} is missing; delete the package's folder in NuGet's cache and run again."
        );
}
