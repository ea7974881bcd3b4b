using System.Text.RegularExpressions;

namespace CnnTutorial;

/// <summary>The library's colours, as <c>palette.css</c> names them, for charts and for styles.</summary>
internal static partial class Palette
{
    private static readonly Dictionary<string, string> Colors = Definition()
        .Matches(Assets.Text("palette.css"))
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["color"].Value);

    public static string Blue { get; } = Colors["blue"];

    public static string Orange { get; } = Colors["orange"];

    public static string Green { get; } = Colors["green"];

    public static string Red { get; } = Colors["red"];

    public static string Purple { get; } = Colors["purple"];

    public static string Brown { get; } = Colors["brown"];

    public static string Pink { get; } = Colors["pink"];

    public static string Grey { get; } = Colors["grey"];

    public static string Olive { get; } = Colors["olive"];

    public static string Cyan { get; } = Colors["cyan"];

    public static string Low { get; } = Colors["low"];

    public static string High { get; } = Colors["high"];

    public static string Few { get; } = Colors["few"];

    public static string Some { get; } = Colors["some"];

    public static string Many { get; } = Colors["many"];

    public static string Accent { get; } = Colors["accent"];

    public static string Ink { get; } = Colors["ink"];

    public static string Faint { get; } = Colors["faint"];

    public static string Paper { get; } = Colors["paper"];

    public static string Passed { get; } = Colors["passed"];

    public static string Failed { get; } = Colors["failed"];

    public static string Open { get; } = Colors["open"];

    public static string Caution { get; } = Colors["caution"];

    /// <summary>Replaces each <c>var(--cnn-name)</c> by its colour: an output cannot rely on variables of the page.</summary>
    /// <exception cref="KeyNotFoundException">The palette has no such name.</exception>
    public static string Resolve(string css) => Use().Replace(css, match => Colors[match.Groups["name"].Value]);

    [GeneratedRegex(@"--cnn-(?<name>[a-z]+): (?<color>#[0-9a-f]{6});")]
    private static partial Regex Definition();

    [GeneratedRegex(@"var\(--cnn-(?<name>[a-z]+)\)")]
    private static partial Regex Use();
}
