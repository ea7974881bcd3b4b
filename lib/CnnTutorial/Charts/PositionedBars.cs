using XPlot.Plotly;

namespace CnnTutorial;

/// <summary>Bars at chosen places, each with its own foot: many small bar charts in one.</summary>
internal sealed class PositionedBars(double width)
{
    private readonly List<double> _x = [];
    private readonly List<double> _base = [];
    private readonly List<double> _height = [];
    private readonly List<string> _colors = [];
    private readonly List<string> _texts = [];

    public void Add(double x, double foot, double height, string color, string text)
    {
        _x.Add(x);
        _base.Add(foot);
        _height.Add(height);
        _colors.Add(color);
        _texts.Add(text);
    }

    public Bar ToTrace() =>
        new BarWithBase
        {
            x = _x,
            y = _height,
            @base = _base,
            width = width,
            marker = new Marker { color = _colors },
            hovertext = _texts,
            hoverinfo = "text",
        };

    /// <summary>XPlot's bar with more properties of plotly.js; XPlot writes them as they are named.</summary>
    private sealed class BarWithBase : Bar
    {
#pragma warning disable IDE1006, CA1507 // plotly.js's names
        public object? @base { get; init; }

        public double width { get; init; }

        public object? hovertext { get; init; }
#pragma warning restore IDE1006, CA1507
    }
}
