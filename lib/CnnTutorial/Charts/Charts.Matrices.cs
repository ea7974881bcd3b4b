using TorchSharp;
using XPlot.Plotly;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <content>Charts of small tables of numbers: kernels, feature maps, pooled images.</content>
public static partial class Charts
{
    /// <summary>
    /// Tables of numbers side by side, each a picture of the same size: white is zero, dark is large; if any number is negative, blue is
    /// positive and orange negative. Tables of at most 7 × 7 also have their numbers written in.
    /// </summary>
    /// <param name="matrices">A name and a tensor of shape [rows, columns] for each; dimensions of one are ignored.</param>
    /// <param name="title">Above the chart.</param>
    /// <param name="sameScale">True if a colour means the same number in all of them; false if each has its own scale.</param>
    /// <param name="columns">Tables per row.</param>
    /// <exception cref="ArgumentException">A tensor does not have two dimensions.</exception>
    public static PlotlyChart Matrices(
        IReadOnlyList<(string Name, Tensor Values)> matrices,
        string title,
        bool sameScale = true,
        int columns = 4
    )
    {
        ArgumentNullException.ThrowIfNull(matrices);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        const int side = 28;
        const int gap = 4;
        const int label = 5;
        const int written = 7;
        columns = Math.Min(columns, Math.Max(1, matrices.Count));
        var numbers = matrices.Select(Numbers).ToList();
        var all = numbers.SelectMany(rows => rows).SelectMany(row => row).ToList();
        var traces = new List<Trace>();
        var annotations = new List<Annotation>();
        var frames = new List<Shape>();
        for (var i = 0; i < numbers.Count; i++)
        {
            var rows = numbers[i];
            var (left, top) = (((i % columns) * (side + gap)) + (gap / 2.0), ((i / columns) * (side + gap + label)) + label);
            var (dx, dy) = ((double)side / rows[0].Length, (double)side / rows.Length);
            var scale = sameScale ? all : [.. rows.SelectMany(row => row)];
            // The scale must not have the length 0, even in a table of only zeros.
            var (signed, end) = (scale.Min() < 0, Math.Max(scale.Max(Math.Abs), 1e-9));
            traces.Add(
                new Heatmap
                {
                    z = rows,
                    x0 = left + (dx / 2),
                    dx = dx,
                    y0 = top + (dy / 2),
                    dy = dy,
                    zmin = signed ? -end : 0,
                    zmax = end,
                    zauto = false,
                    colorscale = signed ? Diverging : Ink,
                    showscale = false,
                    hoverinfo = "z",
                }
            );
            // A frame, since the edge of white cannot be seen on a white page.
            frames.Add(
                new Shape
                {
                    type = "rect",
                    x0 = left,
                    x1 = left + side,
                    y0 = top,
                    y1 = top + side,
                    line = new Line { color = Palette.Grey, width = 1 },
                }
            );
            annotations.Add(Text(matrices[i].Name, left + (side / 2.0), top - (label / 2.0), 14));
            if (rows.Length <= written && rows[0].Length <= written)
            {
                annotations.AddRange(
                    rows.SelectMany(
                        (row, y) =>
                            row.Select(
                                (value, x) =>
                                    Text(
                                        Short(value),
                                        left + ((x + 0.5) * dx),
                                        top + ((y + 0.5) * dy),
                                        15,
                                        Math.Abs(value) > (signed ? 0.7 : 0.45) * end ? Palette.Paper : Palette.Ink
                                    )
                            )
                    )
                );
            }
        }

        var lines = (matrices.Count + columns - 1) / columns;
        var layout = CourseLayout.Picture(title, columns * (side + gap), lines * (side + gap + label), Math.Min(760, 60 + (200 * columns)));
        layout.annotations = annotations;
        layout.shapes = frames;
        return Plot(traces, layout);
    }

    private static readonly object[] Ink = [new object[] { 0, Palette.Paper }, new object[] { 1, Palette.Ink }];
    internal static readonly object[] Diverging =
    [
        new object[] { 0, Palette.Low },
        new object[] { 0.5, Palette.Paper },
        new object[] { 1, Palette.High },
    ];

    private static double[][] Numbers((string Name, Tensor Values) matrix)
    {
        using var scope = NewDisposeScope();
        var values = matrix.Values.detach().cpu().to(ScalarType.Float64);
        var shape = values.shape.Where(length => length != 1).ToArray();
        // A table of one row or one column keeps its dimension of one.
        shape = values.dim() == 2 ? values.shape : shape;
        if (shape.Length != 2)
        {
            throw new ArgumentException(
                $"'{matrix.Name}' has the shape [{string.Join(", ", matrix.Values.shape)}]; a picture needs rows and columns. Take one "
                    + "image and one channel of it, as in images[0, 0]."
            );
        }

        var flat = values.contiguous().data<double>().ToArray();
        return [.. flat.Chunk((int)shape[1])];
    }

    private static string Short(double value) => value == Math.Round(value) ? $"{value:0}" : $"{value:0.##}";
}
