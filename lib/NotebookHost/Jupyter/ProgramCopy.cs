using System.Text.Json.Nodes;

namespace NotebookHost.Jupyter;

/// <summary>A copy of this program: the built files that it needs, and no others that lie beside them.</summary>
internal static class ProgramCopy
{
    private const string Name = "NotebookHost";

    /// <summary>The file that <c>dotnet</c> is given to run.</summary>
    public const string Program = $"{Name}.dll";

    /// <exception cref="IOException">A file is missing or cannot be copied.</exception>
    public static void To(string folder)
    {
        foreach (var file in Files())
        {
            var copy = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(AppContext.BaseDirectory, file), copy, overwrite: true);
        }
    }

    /// <summary>Whether a folder holds a copy of exactly this build.</summary>
    public static bool IsCurrent(string folder) =>
        Path.Combine(folder, Program) is var copy
        && File.Exists(copy)
        && File.ReadAllBytes(copy).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, Program)));

    /// <summary>The program's files as the build has listed them, relative to its folder.</summary>
    private static IEnumerable<string> Files()
    {
        var dependencies = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"{Name}.deps.json")))!;
        var libraries = dependencies["targets"]!
            .AsObject()
            .SelectMany(target => target.Value!.AsObject())
            .Select(library => library.Value!.AsObject())
            .ToList();
        IEnumerable<string> Assets(string kind) =>
            libraries.SelectMany(library => library[kind]?.AsObject() ?? []).Select(asset => asset.Key);
        return
        [
            $"{Name}.deps.json",
            $"{Name}.runtimeconfig.json",
            .. Assets("runtime").Select(asset => Path.GetFileName(asset)),
            .. Assets("runtimeTargets"),
        ];
    }
}
