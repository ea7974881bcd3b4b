using System.Globalization;
using System.Reflection;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>Shows the charts of XPlot.Plotly when a cell uses that package alone; .NET Interactive shows a tree of their properties. A
/// formatter that a library registers for them later comes first.</summary>
internal static class PlotlyCharts
{
    /// <summary>The version that XPlot 4.1 was written for.</summary>
    private const string Script = "https://cdn.plot.ly/plotly-1.58.5.min.js";

    /// <summary>Registers the formatter.</summary>
    /// <param name="xplot">The assembly XPlot.Plotly.</param>
    public static void Register(Assembly xplot)
    {
        if (xplot.GetType("XPlot.Plotly.PlotlyChart") is { } chart)
        {
            Formatter.Register(chart, (value, writer) => writer.Write(Html(value, chart)), "text/html");
        }
    }

    private static string Html(object chart, Type type)
    {
        string Read(string property) => Convert.ToString(type.GetProperty(property)?.GetValue(chart), CultureInfo.InvariantCulture) ?? "";
        var draw = type.GetMethod("GetPlottingJS", Type.EmptyTypes)?.Invoke(chart, null);
        // With require.js, which Jupyter Notebook has, Plotly would register there and not be found by others.
        return $$"""
            <div id="{{Read("Id")}}" style="width:{{Read("Width")}}px;height:{{Read("Height")}}px"></div>
            <script>(() => {
              const draw = () => { {{draw}} };
              if (window.Plotly) { draw(); return; }
              const script = document.createElement('script'), define = window.define;
              window.define = undefined;
              script.onload = () => { window.define = define; draw(); };
              script.onerror = () => { window.define = define; };
              script.src = '{{Script}}';
              document.head.append(script);
            })();</script>
            """;
    }
}
