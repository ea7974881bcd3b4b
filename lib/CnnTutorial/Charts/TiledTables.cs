using TorchSharp;
using XPlot.Plotly;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Many small tables of numbers as one heatmap, all drawn equally large: zero is white, blue is positive, orange
/// negative.</summary>
internal sealed class TiledTables
{
    private readonly float[] _values;
    private readonly int _count;
    private readonly int _rows;
    private readonly int _columns;

    /// <param name="tables"><c>[tables, rows, columns]</c>.</param>
    public TiledTables(Tensor tables)
    {
        using var scope = NewDisposeScope();
        (_count, _rows, _columns) = ((int)tables.shape[0], (int)tables.shape[1], (int)tables.shape[2]);
        _values = tables.detach().cpu().to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    /// <summary>The heatmap, with table i at place i of a grid in reading order.</summary>
    /// <param name="perRow">Tables per row of the grid.</param>
    /// <param name="corner">Where the upper left corner of the table at a place of the grid lies, across and down.</param>
    /// <param name="side">The width and height of a table.</param>
    /// <param name="hover">What plotly.js shows for a number, such as <c>weight %{z}</c>.</param>
    public Heatmap ToTrace(int perRow, Func<int, int, (double Left, double Top)> corner, double side, string hover)
    {
        var lines = (_count + perRow - 1) / perRow;
        var end = Math.Max(_values.Max(Math.Abs), 1e-9f);
        // Three digits of the largest number: the eye sees no more, and each further digit makes the output a tenth larger.
        var digits = Math.Clamp(2 - (int)Math.Floor(Math.Log10(end)), 0, 12);
        // Plotly takes the edges of rows and columns; between two tables lies an empty row or column.
        var across = Enumerable.Range(0, perRow).SelectMany(place => Edges(corner(place, 0).Left, side, _columns)).ToArray();
        var down = Enumerable.Range(0, lines).SelectMany(place => Edges(corner(0, place).Top, side, _rows)).ToArray();
        var z = new double?[down.Length - 1][];
        for (var y = 0; y < z.Length; y++)
        {
            z[y] = new double?[across.Length - 1];
            for (var x = 0; x < z[y].Length; x++)
            {
                var (table, row, column) = ((y / (_rows + 1) * perRow) + (x / (_columns + 1)), y % (_rows + 1), x % (_columns + 1));
                z[y][x] =
                    table < _count && row < _rows && column < _columns
                        ? Math.Round(_values[(((table * _rows) + row) * _columns) + column], digits)
                        : null;
            }
        }

        return new HeatmapWithTemplate
        {
            x = across,
            y = down,
            z = z,
            zmin = -end,
            zmax = end,
            zauto = false,
            colorscale = Charts.Diverging,
            showscale = false,
            hovertemplate = $"{hover}<extra></extra>",
            hoverongaps = false,
        };
    }

    private static IEnumerable<double> Edges(double start, double side, int count) =>
        Enumerable.Range(0, count + 1).Select(i => start + (side * i / count));

    /// <summary>XPlot's heatmap with more properties of plotly.js; XPlot writes them as they are named.</summary>
    private sealed class HeatmapWithTemplate : Heatmap
    {
#pragma warning disable IDE1006 // plotly.js's names
        public string? hovertemplate { get; init; }

        public bool hoverongaps { get; init; }
#pragma warning restore IDE1006
    }
}
