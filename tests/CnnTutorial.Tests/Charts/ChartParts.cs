using System.Text.Json;
using XPlot.Plotly;

namespace CnnTutorial.Tests.Charts;

/// <summary>What plotly.js would get to draw.</summary>
internal static class ChartParts
{
    public static (JsonElement Data, JsonElement Layout) Of(PlotlyChart chart)
    {
        var (data, layout) = ChartHtml.Split(chart.GetPlottingJS());
        return (JsonDocument.Parse(data).RootElement, JsonDocument.Parse(layout).RootElement);
    }
}
