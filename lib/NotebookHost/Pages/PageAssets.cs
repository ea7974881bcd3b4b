using System.Collections.Concurrent;

namespace NotebookHost.Pages;

/// <summary>The style sheets and scripts in the folder Assets, which lie in this assembly as resources and are read once.</summary>
internal static class PageAssets
{
    private static readonly ConcurrentDictionary<string, string> Texts = new();

    private static readonly Lazy<string> MathFont = new(() => Convert.ToBase64String(Bytes("noto-sans-math.woff2")));

    /// <summary>The text of an asset.</summary>
    public static string Text(string name) =>
        Texts.GetOrAdd(
            name,
            static key =>
            {
                using var reader = new StreamReader(Open(key));
                return reader.ReadToEnd().Trim();
            }
        );

    /// <summary>Temml's style sheet with its font inside, so that the page asks for no other file.</summary>
    public static string MathStyle() =>
        Text("temml.css")
            .Replace("url('NotoSansMath-Regular.ttf')", $"url(data:font/woff2;base64,{MathFont.Value})", StringComparison.Ordinal);

    private static byte[] Bytes(string name)
    {
        using var stream = Open(name);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static Stream Open(string name) =>
        typeof(PageAssets).Assembly.GetManifestResourceStream("Pages/Assets/" + name)
        ?? throw new InvalidOperationException($"NotebookHost was built without its asset {name}; build it again.");
}
