using System.IO.Compression;
using XPlot.Plotly;

namespace CnnTutorial;

/// <summary>
/// Images as points of a chart, coloured by class. A point shows its image when the mouse rests on it, when a finger taps it, or when
/// its number is typed. The images travel in the output, so it works in every notebook program, in an exported page, and offline.
/// </summary>
public sealed class ImageScatter : IHtmlDisplay
{
    // Readable on white and on black; the symbols help readers who cannot tell all colours apart.
    private static readonly string[] Colors =
    [
        Palette.Blue,
        Palette.Orange,
        Palette.Green,
        Palette.Red,
        Palette.Purple,
        Palette.Brown,
        Palette.Pink,
        Palette.Grey,
        Palette.Olive,
        Palette.Cyan,
    ];
    private static readonly string[] Symbols = ["circle", "square", "diamond", "triangle-up", "x"];

    private readonly ImageSplit _split;
    private readonly PrincipalComponents _components;
    private readonly IReadOnlyList<string> _classNames;
    private readonly Predictions? _predictions;
    private readonly string _title;

    /// <summary>Puts each image at its place on the first two axes.</summary>
    /// <param name="split">The images and the labels that colour them.</param>
    /// <param name="components">A point for each image, on two axes or more.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="predictions">The network's predictions for the same images, in the same order, shown beside the image; null to show
    /// none.</param>
    /// <param name="title">Above the chart.</param>
    /// <exception cref="ArgumentException">The numbers of images, points and predictions do not match; the message says how.</exception>
    public ImageScatter(
        ImageSplit split,
        PrincipalComponents components,
        IReadOnlyList<string> classNames,
        Predictions? predictions = null,
        string title = "Images as the network sees them"
    )
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(components);
        ArgumentNullException.ThrowIfNull(classNames);
        if (components.Points.Count != split.Count)
        {
            throw new ArgumentException(
                $"There are {components.Points.Count:N0} points and {split.Count:N0} images; make the points of these images.",
                nameof(components)
            );
        }

        if (components.Explained.Count < 2)
        {
            throw new ArgumentException(
                "The points have one axis, and a picture needs two; ask PrincipalComponents.Of for axes: 2.",
                nameof(components)
            );
        }

        if (predictions is not null && predictions.Count < split.Count)
        {
            throw new ArgumentException(
                $"There are {predictions.Count:N0} predictions and {split.Count:N0} images; predict these images.",
                nameof(predictions)
            );
        }

        (_split, _components, _classNames, _predictions, _title) = (split, components, classNames, predictions, title);
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        var id = $"images-{Guid.NewGuid():N}";
        // A trace for each class, so that the legend can hide one; the script finds the image of a point in these lists.
        var members = Enumerable
            .Range(0, _split.Count)
            .GroupBy(image => _split.Labels[image])
            .OrderBy(group => group.Key)
            .Select(group => group.ToArray())
            .ToList();
        var settings = Figure.Json(
            new
            {
                _split.Rows,
                _split.Columns,
                Names = _classNames,
                Members = members,
                Labels = _split.Labels.Select(label => (int)label),
                Answers = _predictions?.Labels.Take(_split.Count),
                Places = _components.Points.Select(point => Rounded(point[0], point[1])),
                Images = Packed(_split.ToGrey().Images),
            }
        );
        return ImageScatterHtml.Of(id, _title, _split.Count, ChartHtml.Render(ToChart(members), $"chart-{id}"), Table(members))
            + Figure.Script(id, "image-scatter.js", settings);
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{_title}: {_split.Count:N0} points. It needs a notebook program or page that shows HTML.]";

    private PlotlyChart ToChart(List<int[]> members)
    {
        var layout = Charts.Plane(_title, AxisTitle(0), AxisTitle(1));
        var traces = members.Select(images =>
            (Trace)
                new Scatter
                {
                    x = images.Select(image => Math.Round(_components.Points[image][0], 3)).ToArray(),
                    y = images.Select(image => Math.Round(_components.Points[image][1], 3)).ToArray(),
                    name = NameOf(_split.Labels[images[0]]),
                    mode = "markers",
                    // Not "skip": the script needs the hover events, and shows the image itself.
                    hoverinfo = "none",
                    marker = new Marker
                    {
                        color = Colors[_split.Labels[images[0]] % Colors.Length],
                        symbol = Symbols[_split.Labels[images[0]] % Symbols.Length],
                        size = 6,
                        opacity = 0.8,
                    },
                }
        );
        return Charts.Plot(traces, layout);
    }

    /// <summary>The picture in numbers: where the classes lie, and which class is nearest to each.</summary>
    private string Table(List<int[]> members)
    {
        var middles = members
            .Select(images =>
                (X: images.Average(image => _components.Points[image][0]), Y: images.Average(image => _components.Points[image][1]))
            )
            .ToList();
        return Html.Table(
            "The middle of each class",
            ["Class", "Images", "Axis 1", "Axis 2", "Nearest class"],
            [
                .. members.Select(
                    (images, i) =>
                        (IReadOnlyList<string>)
                            [
                                NameOf(_split.Labels[images[0]]),
                                $"{images.Length:N0}",
                                $"{middles[i].X:0.0}",
                                $"{middles[i].Y:0.0}",
                                Enumerable
                                    .Range(0, members.Count)
                                    .Where(other => other != i)
                                    .OrderBy(other =>
                                        Math.Pow(middles[i].X - middles[other].X, 2) + Math.Pow(middles[i].Y - middles[other].Y, 2)
                                    )
                                    .Select(other => NameOf(_split.Labels[members[other][0]]))
                                    .FirstOrDefault(""),
                            ]
                ),
            ]
        );
    }

    private string AxisTitle(int axis) => $"Axis {axis + 1}: {100 * _components.Explained[axis]:0} % of the variance";

    private string NameOf(int label) => label < _classNames.Count ? _classNames[label] : $"{label}";

    private static double[] Rounded(params double[] place) => [.. place.Select(value => Math.Round(value, 3))];

    /// <summary>Two pixels per byte, 16 shades of grey, compressed: a tenth of the bytes, and the eye sees no difference.</summary>
    private static string Packed(byte[] pixels)
    {
        var halves = new byte[(pixels.Length + 1) / 2];
        for (var i = 0; i < pixels.Length; i++)
        {
            halves[i / 2] |= (byte)((pixels[i] + 8) / 17 << (i % 2 * 4));
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(halves);
        }

        return Convert.ToBase64String(packed.ToArray());
    }
}
