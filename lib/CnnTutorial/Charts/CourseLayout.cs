using XPlot.Plotly;

namespace CnnTutorial;

/// <summary>XPlot's layout, extended so that a chart keeps its proportions at any width.</summary>
/// <remarks>XPlot writes public properties as they are named, so they carry plotly.js's names.</remarks>
internal sealed class CourseLayout : Layout.Layout
{
#pragma warning disable IDE1006, CA1707 // plotly.js's names
    /// <summary>Read by chart.js: the size in screen pixels for which the letter sizes were chosen; with a height, the chart keeps its
    /// proportions.</summary>
    public object? meta { get; init; }
#pragma warning restore IDE1006, CA1707

    /// <summary>A layout without axes: a picture in which one unit is one pixel of the images shown, y downwards.</summary>
    /// <param name="title">Above the picture; also what a screen reader says.</param>
    /// <param name="columns">The picture's width in units.</param>
    /// <param name="rows">The picture's height in units.</param>
    /// <param name="width">The chart's width in screen pixels where there is room.</param>
    public static CourseLayout Picture(string title, double columns, double rows, int width)
    {
        const int top = 44;
        const int side = 8;
        var height = (int)Math.Round(((width - (2 * side)) * rows / columns) + top + side);
        return new CourseLayout
        {
            title = title,
            meta = new { designWidth = width, designHeight = height },
            width = width,
            height = height,
            margin = new Margin
            {
                l = side,
                r = side,
                t = top,
                b = side,
            },
            xaxis = new Xaxis
            {
                showticklabels = false,
                showgrid = false,
                zeroline = false,
                ticks = "",
                range = new[] { 0, columns },
                fixedrange = true,
            },
            yaxis = new Yaxis
            {
                showticklabels = false,
                showgrid = false,
                zeroline = false,
                ticks = "",
                range = new[] { rows, 0 },
                fixedrange = true,
            },
            showlegend = false,
            hovermode = "closest",
        };
    }
}
