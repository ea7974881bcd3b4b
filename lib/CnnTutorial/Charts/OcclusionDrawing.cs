using XPlot.Plotly;

namespace CnnTutorial;

/// <summary>Draws an <see cref="OcclusionMap"/> as parts of a chart in which one unit is one pixel.</summary>
internal static class OcclusionDrawing
{
    /// <summary>The falls as a heatmap: blue falls, orange rises.</summary>
    /// <param name="map">The map.</param>
    /// <param name="left">Where its left edge lies.</param>
    /// <param name="top">Where its upper edge lies.</param>
    /// <param name="end">The change that gets the full colour.</param>
    public static Heatmap ToTrace(this OcclusionMap map, double left, double top, double end)
    {
        var rows = Enumerable.Range(0, map.Image.Rows).ToArray();
        var columns = Enumerable.Range(0, map.Image.Columns).ToArray();
        return new Heatmap
        {
            z = rows.Select(row => columns.Select(column => Math.Round(map[row, column], 3)).ToArray()).ToArray(),
            text = rows.Select(row => columns.Select(column => $"{100 * (map.Confidence - map[row, column]):0} %").ToArray()).ToArray(),
            x0 = left + 0.5,
            dx = 1,
            y0 = top + 0.5,
            dy = 1,
            // A change of less than a hundredth is negligible, so it must not get the full colour.
            zmin = -Math.Max(end, 0.01),
            zmax = Math.Max(end, 0.01),
            zauto = false,
            colorscale = Charts.Diverging,
            showscale = false,
            hoverinfo = "text",
        };
    }

    /// <summary>Where the image's ink begins, as thin lines between pixels.</summary>
    /// <param name="map">The map.</param>
    /// <param name="left">Where its left edge lies.</param>
    /// <param name="top">Where its upper edge lies.</param>
    public static Scatter ToOutline(this OcclusionMap map, double left, double top)
    {
        var (x, y) = (new List<double?>(), new List<double?>());
        for (var row = 0; row <= map.Image.Rows; row++)
        {
            for (var column = 0; column <= map.Image.Columns; column++)
            {
                if (IsInk(map.Image, row, column) != IsInk(map.Image, row - 1, column))
                {
                    Add(column, row, column + 1, row);
                }

                if (IsInk(map.Image, row, column) != IsInk(map.Image, row, column - 1))
                {
                    Add(column, row, column, row + 1);
                }
            }
        }

        return new Scatter
        {
            x = x,
            y = y,
            mode = "lines",
            line = new Line { color = Palette.Faint, width = 1 },
            hoverinfo = "skip",
        };

        void Add(int fromColumn, int fromRow, int toColumn, int toRow)
        {
            // The null keeps two lines apart.
            x.AddRange([left + fromColumn, left + toColumn, null]);
            y.AddRange([top + fromRow, top + toRow, null]);
        }
    }

    private static bool IsInk(ImageSplit image, int row, int column) =>
        image.Channels == 1
        && row >= 0
        && column >= 0
        && row < image.Rows
        && column < image.Columns
        && image.Images[(row * image.Columns) + column] >= 128;
}
