using TorchSharp;
using XPlot.Plotly;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <content>Charts of what happens inside a network.</content>
public static partial class Charts
{
    private static readonly double[] Digits = [1, 2, 5];

    /// <summary>
    /// A layer's maps in a grid, numbered from 0, all on one scale: white is zero, blue positive, orange negative. If the kernels are
    /// given too, each map's kernel stands to its left. The kernels have a scale of their own.
    /// </summary>
    /// <param name="maps"><c>[maps, rows, columns]</c>.</param>
    /// <param name="title">Above the chart.</param>
    /// <param name="kernels">A kernel for each map, <c>[maps, 1, rows, columns]</c> or without the dimension of one; null for maps
    /// alone.</param>
    /// <param name="columns">Maps per row.</param>
    /// <exception cref="ArgumentException">A tensor has another shape; the message says which.</exception>
    public static PlotlyChart FeatureMaps(Tensor maps, string title, Tensor? kernels = null, int columns = 6)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (maps.dim() != 3 || maps.numel() == 0)
        {
            throw new ArgumentException(
                $"The maps have the shape [{string.Join(", ", maps.shape)}], and a picture needs [maps, rows, columns].",
                nameof(maps)
            );
        }

        if (
            kernels is not null
            && (kernels.shape[0] != maps.shape[0] || (kernels.dim() != 3 && (kernels.dim() != 4 || kernels.shape[1] != 1)))
        )
        {
            throw new ArgumentException(
                $"The kernels have the shape [{string.Join(", ", kernels.shape)}]; beside {maps.shape[0]} maps there is room for one "
                    + $"kernel each, [{maps.shape[0]}, 1, rows, columns]. A filter with several channels has a kernel for each of them: "
                    + "show those of one filter, as in kernels[0].",
                nameof(kernels)
            );
        }

        const int side = 28;
        const int gap = 4;
        // The number stands above the map, or above the kernel if there is one.
        var (label, kernelSide, kernelWidth) = kernels is null ? (6, 0, 0) : (0, 17, 19);
        var count = (int)maps.shape[0];
        columns = Math.Min(columns, count);
        var (width, height) = (kernelWidth + side + gap, label + side + gap);
        (double Left, double Top) Kernel(int column, int row) => ((column * width) + (gap / 2.0), (row * height) + 1 + side - kernelSide);
        (double Left, double Top) Map(int column, int row) => ((column * width) + (gap / 2.0) + kernelWidth, (row * height) + 1 + label);

        var traces = new List<Trace> { new TiledTables(maps).ToTrace(columns, Map, side, "%{z}") };
        if (kernels is not null)
        {
            using var flat = kernels.reshape(count, kernels.shape[^2], kernels.shape[^1]);
            traces.Add(new TiledTables(flat).ToTrace(columns, Kernel, kernelSide, "weight %{z}"));
        }

        var layout = CourseLayout.Picture(
            title,
            columns * width,
            (count + columns - 1) / columns * height,
            Math.Min(760, 60 + (columns * 2 * width))
        );
        var places = Enumerable.Range(0, count).Select(i => (Column: i % columns, Row: i / columns)).ToList();
        // A frame, since the edge of white cannot be seen on a white page.
        layout.shapes = places
            .Select(place => Box(Map(place.Column, place.Row), side))
            .Concat(places.Where(_ => kernels is not null).Select(place => Box(Kernel(place.Column, place.Row), kernelSide)))
            .ToList();
        layout.annotations = places
            .Select(place =>
                kernels is null ? Middle(Map(place.Column, place.Row), side) : Middle(Kernel(place.Column, place.Row), kernelSide)
            )
            .Select((middle, i) => Text($"{i}", middle.X, middle.Y, 13))
            .ToList();
        return Plot(traces, layout);
    }

    /// <summary>
    /// Images, each beside a map of the pixels that the answer depends on: blue where covering them lowers the probability of the answer,
    /// orange where it raises it. All are on one scale.
    /// </summary>
    /// <param name="maps">At least one.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="title">Above the chart.</param>
    /// <exception cref="ArgumentException">There is no map.</exception>
    public static PlotlyChart Occlusion(
        IReadOnlyList<OcclusionMap> maps,
        IReadOnlyList<string> classNames,
        string title = "Which pixels the answer depends on"
    )
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(classNames);
        if (maps.Count == 0)
        {
            throw new ArgumentException("There is no occlusion map to show; make one of an image with OcclusionMap.Of.", nameof(maps));
        }

        const int gap = 3;
        const int head = 7;
        const int foot = 5;
        var (rows, columns) = (maps.Max(map => map.Image.Rows), maps.Max(map => map.Image.Columns));
        var (width, height) = ((2 * (columns + gap)) + gap, head + rows + foot);
        var perRow = Math.Min(2, maps.Count);
        var images = new TiledImages(perRow * width, (maps.Count + perRow - 1) / perRow * height);
        var end = maps.Max(map => map.LargestChange);
        var traces = new List<Trace>();
        var annotations = new List<Annotation>();
        var frames = new List<Shape>();
        for (var i = 0; i < maps.Count; i++)
        {
            var map = maps[i];
            var (left, top) = ((i % perRow * width) + gap, (i / perRow * height) + head);
            images.Place(map.Image, 0, left, top);
            var beside = left + columns + gap;
            traces.Add(map.ToTrace(beside, top, end));
            traces.Add(map.ToOutline(beside, top));
            frames.Add(Box((left, top), map.Image.Columns, map.Image.Rows));
            frames.Add(Box((beside, top), map.Image.Columns, map.Image.Rows));
            annotations.Add(
                Text(
                    $"{classNames[map.Prediction]} {100 * map.Confidence:0}% ({classNames[map.Label]})",
                    left + columns + (gap / 2.0),
                    top - (head / 2.0),
                    14,
                    map.Prediction == map.Label ? "@right" : "@wrong"
                )
            );
            annotations.Add(
                Text(
                    $"falls to {100 * (map.Confidence - map.LargestFall):0}% at most",
                    beside + (columns / 2.0),
                    top + rows + (foot / 2.0),
                    12
                )
            );
        }

        var layout = CourseLayout.Picture(title, perRow * width, (maps.Count + perRow - 1) / perRow * height, perRow * 380);
        layout.annotations = annotations;
        layout.shapes = frames;
        return Plot([images.ToTrace(), .. traces], layout);
    }

    /// <summary>The losses of several trainings step by step, smoothed, on a logarithmic axis; a training whose loss grows leaves the
    /// picture at the top.</summary>
    /// <param name="runs">A name, and the loss of each step, as <see cref="BatchLosses"/> keeps them.</param>
    /// <param name="title">Above the chart.</param>
    /// <param name="window">How many steps are averaged for a point.</param>
    public static PlotlyChart CompareLosses(
        IReadOnlyList<(string Name, IReadOnlyList<double> Losses)> runs,
        string title = "Loss, step by step",
        int window = 5
    )
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        var curves = runs.Select(run => Smooth(run.Losses, window)).ToList();
        var shown = curves.SelectMany(curve => curve).OfType<double>().Where(loss => loss > 0).DefaultIfEmpty(1).ToList();
        // Twice the largest first loss: above that there is nothing to compare.
        var top = 2 * runs.Where(run => run.Losses.Count > 0).Select(run => run.Losses[0]).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        var layout = Plain(title, "Step", $"Loss (logarithmic, mean of {window} steps)", 460);
        layout.yaxis.type = "log";
        layout.yaxis.range = new[] { Math.Log10(0.8 * shown.Min()), Math.Log10(top) };
        // Plotly would write the 0.2 between 0.1 and 1 as a small 2.
        var ticks = Enumerable.Range(-5, 9).SelectMany(power => Digits.Select(digit => digit * Math.Pow(10, power))).ToArray();
        layout.yaxis.tickvals = ticks;
        layout.yaxis.ticktext = ticks.Select(tick => $"{tick:0.#####}").ToArray();
        layout.legend = new Legend { orientation = "h", y = -0.2 };
        return Plot(
            runs.Select(
                (run, i) =>
                    new Scatter
                    {
                        x = Enumerable.Range(1, curves[i].Length).ToArray(),
                        y = curves[i],
                        name = run.Name,
                        mode = "lines",
                        line = new Line { color = Several[i % Several.Length] },
                    }
            ),
            layout
        );
    }

    /// <summary>A layout for points in a plane; a finger that moves over it scrolls the page.</summary>
    internal static CourseLayout Plane(string title, string xTitle, string yTitle)
    {
        var layout = Plain(title, xTitle, yTitle, 640);
        (layout.xaxis.fixedrange, layout.yaxis.fixedrange) = (true, true);
        layout.hovermode = "closest";
        layout.legend = new Legend { orientation = "h", y = -0.14 };
        return layout;
    }

    /// <summary>The mean of the last steps at each step; null, a gap, if one of them is not finite.</summary>
    private static double?[] Smooth(IReadOnlyList<double> values, int window) =>
        [
            .. values
                .Select((_, i) => values.Skip(Math.Max(0, i + 1 - window)).Take(Math.Min(window, i + 1)).Average())
                .Select(mean => double.IsFinite(mean) ? Math.Round(mean, 5) : default(double?)),
        ];

    /// <summary>Where the number of a square stands: above its middle.</summary>
    private static (double X, double Y) Middle((double Left, double Top) corner, double side) => (corner.Left + (side / 2), corner.Top - 4);

    private static Shape Box((double Left, double Top) corner, double width, double? height = null) =>
        new()
        {
            type = "rect",
            x0 = corner.Left,
            x1 = corner.Left + width,
            y0 = corner.Top,
            y1 = corner.Top + (height ?? width),
            line = new Line { color = Palette.Grey, width = 1 },
        };
}
