using XPlot.Plotly;

namespace CnnTutorial;

/// <summary>A picture in colour. plotly.js can draw it, but XPlot has no class for it; see
/// https://plotly.com/javascript/reference/image/.</summary>
/// <remarks>XPlot writes public properties as they are named, so they carry plotly.js's names.</remarks>
internal sealed class PictureTrace : Trace
{
#pragma warning disable IDE1006, CA1707, CA1822 // plotly.js's names, and properties that are written though they never change
    public string type => "image";

    /// <summary>The picture as a data URI.</summary>
    public required string source { get; init; }

    // Plotly puts a pixel's centre at its coordinate; half a unit moves its corner there.
    public double x0 => 0.5;

    public double y0 => 0.5;

    public double dx => 1;

    public double dy => 1;

    public string hoverinfo => "skip";
#pragma warning restore IDE1006, CA1707, CA1822
}
