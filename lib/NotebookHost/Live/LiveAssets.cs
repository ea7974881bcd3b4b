using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using NotebookHost.Pages;

namespace NotebookHost.Live;

/// <summary>A file that a live page loads.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">Its MIME type.</param>
internal sealed record LiveAsset(byte[] Content, string ContentType)
{
    /// <summary>The start of its SHA-256, for addresses that browsers may cache forever.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Content))[..16];
}

/// <summary>The scripts and styles of the live pages, which lie in this assembly: those of Live, and those of Pages.</summary>
internal static class LiveAssets
{
    private static readonly ConcurrentDictionary<string, LiveAsset?> Loaded = new();

    /// <summary>The asset of a name such as <c>live.js</c>; null where there is none.</summary>
    public static LiveAsset? Find(string name) => Loaded.GetOrAdd(name, Load);

    /// <summary>The address of an asset in a page, with its hash.</summary>
    public static string Address(string name) =>
        $"/assets/{name}?v={(Find(name) ?? throw new InvalidOperationException($"There is no asset {name}.")).Hash}";

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
        return new LiveAsset(content, type);
    }
}
