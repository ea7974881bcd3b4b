using System.IO.Compression;
using System.Text;
using System.Text.Json;
using XPlot.Plotly;

namespace CnnTutorial;

/// <summary>Turns an XPlot chart into HTML that draws it with no network, in any host.</summary>
/// <remarks>
/// XPlot's own HTML loads plotly.js from a content delivery network, or not at all. Here each chart carries it,
/// compressed (0.6 MB), so that it still shows after other charts were deleted or the notebook was reopened. The chart that is drawn
/// first unpacks it for all. NotebookHost writes the block once per page.
/// </remarks>
internal static class ChartHtml
{
    private static readonly Lazy<string> Source = new(CompressedSource);

    public static string Render(PlotlyChart chart) => Render(chart, $"chart-{Guid.NewGuid():N}");

    /// <param name="chart">The chart.</param>
    /// <param name="id">The id of the element in which it is drawn.</param>
    public static string Render(PlotlyChart chart, string id)
    {
        var (data, layout) = Split(chart.GetPlottingJS());
        var title = Title(layout);
        return $"<div id=\"{id}\" role=\"img\" aria-label=\"{Html.Encode(title)}\" "
            + $"style=\"width:100%;max-width:{chart.Width}px;height:{chart.Height}px\"></div>\n"
            + Source.Value
            + Figure.Script(id, "load.js", ForScript(data), ForScript(layout));
    }

    public static string PlainText(PlotlyChart chart) => $"[{Title(Split(chart.GetPlottingJS()).Layout)}]";

    /// <summary>Takes the two JSON values out of XPlot's "var data = …; var layout = …;".</summary>
    internal static (string Data, string Layout) Split(string script)
    {
        var data = ValueAfter(script, "var data = ", 0, out var end);
        var layout = ValueAfter(script, "var layout = ", end, out _);
        // XPlot writes "" if there is no layout.
        return (data, layout == "\"\"" ? "{}" : layout);
    }

    private static string ValueAfter(string script, string marker, int from, out int end)
    {
        var start = script.IndexOf(marker, from, StringComparison.Ordinal) + marker.Length;
        var rest = Encoding.UTF8.GetBytes(script[start..]);
        // Not the final block: after the value comes JavaScript, which is not JSON.
        var reader = new Utf8JsonReader(rest, isFinalBlock: false, state: default);
        reader.Read();
        reader.TrySkip();
        var value = Encoding.UTF8.GetString(rest.AsSpan(0, (int)reader.BytesConsumed));
        end = start + value.Length;
        return value;
    }

    private static string Title(string layout)
    {
        using var json = JsonDocument.Parse(layout);
        var title =
            json.RootElement.TryGetProperty("title", out var value)
            && value.ValueKind == JsonValueKind.Object
            && value.TryGetProperty("text", out var text)
                ? text
                : value;
        return title.ValueKind == JsonValueKind.String ? title.GetString()! : "Chart";
    }

    /// <summary>Keeps "&lt;/script&gt;" and "&lt;!--" in data from ending the script: inside JSON, '&lt;' occurs only in strings.</summary>
    internal static string ForScript(string json) => json.Replace("<", "\\u003c", StringComparison.Ordinal);

    private static string CompressedSource()
    {
        using var plotly = new GZipStream(new MemoryStream(Assets.Bytes("plotly-cartesian-2.35.3.min.js.gz")), CompressionMode.Decompress);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            plotly.CopyTo(gzip);
            gzip.Write("\n"u8);
            gzip.Write(Assets.Bytes("chart.js"));
        }

        return $"<script type=\"text/plain\" class=\"plotly-source\" {Figure.Once}>"
            + $"{Convert.ToBase64String(compressed.ToArray())}</script>\n";
    }
}
