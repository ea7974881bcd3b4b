using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CnnTutorial;

/// <summary>The style and the script that an output contains.</summary>
internal static class Figure
{
    /// <summary>
    /// The attribute of a block that a page needs only once, such as a style or plotly.js. Every output contains its blocks, so that it
    /// works alone; NotebookHost writes equal blocks only once.
    /// </summary>
    public const string Once = "data-once";

    private static readonly ConcurrentDictionary<string, string> Styles = new();

    private static readonly JsonSerializerOptions ForJavaScript = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A style sheet of the assets as an element.</summary>
    public static string Style(string asset) =>
        Styles.GetOrAdd(asset, static name => $"<style {Once}>\n{Palette.Resolve(Assets.Text(name))}\n</style>");

    /// <summary>A value as an argument of <see cref="Script"/>, with names as JavaScript writes them.</summary>
    public static string Json(object value) => ChartHtml.ForScript(JsonSerializer.Serialize(value, ForJavaScript));

    /// <summary>An element that calls a script of the assets, a function, as soon as the figure is in the document.</summary>
    /// <param name="id">The figure's id; the element is the function's first argument.</param>
    /// <param name="asset">The script.</param>
    /// <param name="arguments">The arguments after the first: JavaScript that is safe inside a script element.</param>
    public static string Script(string id, string asset, params IEnumerable<string> arguments) =>
        $"<script>{Assets.Text("when-present.js")}(\"{id}\", root => "
        + $"{Palette.Resolve(Assets.Text(asset))}({string.Join(',', arguments.Prepend("root"))}));</script>";
}
