using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using NotebookHost.Pages;

namespace NotebookHost.Live;

/// <summary>A file that a live page loads.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">Its MIME type.</param>
internal sealed record LiveAsset(byte[] Content, string ContentType);

/// <summary>The scripts and styles of the live pages, which lie in this assembly: those of Live, and those of Pages.</summary>
internal static partial class LiveAssets
{
    /// <summary>In all addresses, so that browsers may keep what they have loaded: it changes with each build of this program.</summary>
    public static string Version { get; } = typeof(LiveAssets).Module.ModuleVersionId.ToString("N");

    private static readonly ConcurrentDictionary<string, LiveAsset?> Loaded = new();
    private static readonly ConcurrentDictionary<string, IReadOnlyList<string>> Imported = new();

    /// <summary>The asset of a name such as <c>live.js</c>; null where there is none.</summary>
    public static LiveAsset? Find(string name) => Loaded.GetOrAdd(name, Load);

    /// <summary>The address of an asset in a page.</summary>
    public static string Address(string name) =>
        Find(name) is null ? throw new InvalidOperationException($"There is no asset {name}.") : $"/assets/{name}?v={Version}";

    /// <summary>The modules that a script imports, and that those import.</summary>
    public static IReadOnlyList<string> Modules(string script) => Imported.GetOrAdd(script, FindModules);

    private static IReadOnlyList<string> FindModules(string script)
    {
        var modules = new List<string> { script };
        for (var i = 0; i < modules.Count; i++)
        {
            modules.AddRange(Import().Matches(Text(modules[i])).Select(match => match.Groups["name"].Value).Except(modules));
        }

        return modules[1..];
    }

    /// <summary>The text of an asset.</summary>
    public static string Text(string name) => Encoding.UTF8.GetString(Find(name)!.Content);

    private static LiveAsset? Load(string name)
    {
        var type = Path.GetExtension(name) switch
        {
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".html" => "text/html; charset=utf-8",
            _ => null,
        };
        if (type is null)
        {
            return null;
        }

        // Temml's style carries its font inside, as in the pages that stand alone.
        if (name == "temml.css")
        {
            return new LiveAsset(Encoding.UTF8.GetBytes(PageAssets.MathStyle()), type);
        }

        var assembly = typeof(LiveAssets).Assembly;
        using var stream =
            assembly.GetManifestResourceStream("Live/Assets/" + name) ?? assembly.GetManifestResourceStream("Pages/Assets/" + name);
        if (stream is null)
        {
            return null;
        }

        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        // The bundle of the editor imports nothing.
        return new LiveAsset(
            type.StartsWith("text/javascript", StringComparison.Ordinal) && name != "editor.js"
                ? Encoding.UTF8.GetBytes(Import().Replace(Encoding.UTF8.GetString(content), $"${{before}}${{name}}?v={Version}'"))
                : content,
            type
        );
    }

    [GeneratedRegex(@"(?<before>^import .* from '\./)(?<name>[\w-]+\.js)(\?v=\w+)?'", RegexOptions.Multiline)]
    private static partial Regex Import();
}
