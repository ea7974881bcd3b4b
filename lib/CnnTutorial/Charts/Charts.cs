using Microsoft.Data.Analysis;
using TorchSharp;
using XPlot.Plotly;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>The course's charts. Each is an XPlot chart, so a learner may change its layout or make a similar one.</summary>
public static partial class Charts
{
    /// <summary>For several curves in one chart.</summary>
    private static readonly string[] Several = [Palette.Blue, Palette.Orange, Palette.Green, Palette.Purple, Palette.Pink, Palette.Grey];

    /// <summary>How many images there are of each class.</summary>
    /// <param name="balance">A column "Class" with names, and a column of counts for each split.</param>
    /// <param name="title">Above the chart.</param>
    public static PlotlyChart ClassBalance(DataFrame balance, string title = "Images of each class")
    {
        ArgumentNullException.ThrowIfNull(balance);
        var names = balance["Class"].Cast<object>().Select(name => name.ToString()).ToArray();
        var traces = balance
            .Columns.Where(column => column.Name != "Class")
            .Select(
                (column, i) =>
                    (Trace)
                        new Bar
                        {
                            x = names,
                            y = column.Cast<object>().Select(Convert.ToInt64).ToArray(),
                            name = column.Name,
                            marker = new Marker { color = Several[i % Several.Length] },
                        }
            );
        return Plot(traces, Plain(title, "", "Images", 420));
    }

    /// <summary>How often values occur, in bins of equal width; the counts on a logarithmic axis, since most pixels are 0
    /// (paper).</summary>
    /// <param name="values">Any tensor of numbers.</param>
    /// <param name="title">Above the chart.</param>
    /// <param name="axis">Below the chart: what the values are.</param>
    /// <param name="bins">The number of bins.</param>
    public static PlotlyChart Histogram(Tensor values, string title, string axis, int bins = 32)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        using var scope = NewDisposeScope();
        var numbers = values.detach().cpu().to(ScalarType.Float32).contiguous().data<float>().ToArray();
        var (low, high) = (numbers.Min(), numbers.Max());
        var step = high > low ? (high - low) / bins : 1;
        var counts = new long[bins];
        foreach (var number in numbers)
        {
            // The highest value belongs in the last bin, not in one of its own.
            counts[Math.Clamp((int)((number - low) / step), 0, bins - 1)]++;
        }

        var layout = Plain(title, axis, "Pixels (logarithmic)", 360);
        layout.yaxis.type = "log";
        layout.bargap = 0.05;
        return Plot(
            [
                new Bar
                {
                    x = counts.Select((_, i) => low + ((i + 0.5) * step)).ToArray(),
                    y = counts,
                    marker = new Marker { color = Palette.Blue },
                },
            ],
            layout
        );
    }

    /// <summary>Accuracy in percent on the left axis and loss on the right, epoch by epoch.</summary>
    /// <param name="history">What <see cref="Trainer.Fit(ImageSplit, ImageSplit?, int, int, int?, string?, Callback[])"/> returned.</param>
    /// <param name="title">Above the chart.</param>
    public static PlotlyChart LearningCurve(History history, string title = "Learning curve")
    {
        ArgumentNullException.ThrowIfNull(history);
        var traces = new List<Trace>
        {
            Curve(history, "Accuracy, training", Palette.Blue, "solid", epoch => 100 * epoch.Train.Accuracy),
            Curve(history, "Loss, training", Palette.Orange, "solid", epoch => epoch.Train.Loss, "y2"),
        };
        if (history.Epochs.Any(epoch => epoch.Validation is not null))
        {
            traces.Insert(1, Curve(history, "Accuracy, validation", Palette.Blue, "dash", epoch => 100 * epoch.Validation?.Accuracy));
            traces.Add(Curve(history, "Loss, validation", Palette.Orange, "dash", epoch => epoch.Validation?.Loss, "y2"));
        }

        return Plot(traces, TwoAxes(title, history.Epochs.Count));
    }

    /// <summary>Several trainings in one figure, a colour for each: validation accuracy (solid) above and validation loss (dotted)
    /// below.</summary>
    /// <param name="runs">A name and a history for each; for a training without validation, its training figures are shown.</param>
    public static PlotlyChart CompareLearning(params (string Name, History History)[] runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var accuracies = runs.Select(
            (run, i) =>
                Curve(
                    run.History,
                    run.Name,
                    Several[i % Several.Length],
                    "solid",
                    epoch => 100 * (epoch.Validation ?? epoch.Train).Accuracy
                )
        );
        var losses = runs.Select(
            (run, i) =>
                Curve(run.History, run.Name, Several[i % Several.Length], "dot", epoch => (epoch.Validation ?? epoch.Train).Loss, "y2")
        );
        var layout = TwoAxes("Learning curves compared", runs.Max(run => run.History.Epochs.Count));
        // One above the other: several runs in one area would cover each other.
        layout.height = 560;
        layout.xaxis.anchor = "y2";
        layout.yaxis.domain = new[] { 0.54, 1 };
        layout.yaxis2 = new Yaxis
        {
            title = "Loss",
            domain = new[] { 0, 0.46 },
            rangemode = "tozero",
        };
        layout.legend.y = -0.18;
        return Plot([.. accuracies.Select(InLegend(true)), .. losses.Select(InLegend(false))], layout);

        // A click on its name in the legend hides both curves of a run.
        static Func<Scatter, Trace> InLegend(bool isNamed) =>
            curve =>
            {
                (curve.legendgroup, curve.showlegend) = (curve.name, isNamed);
                return curve;
            };
    }

    /// <summary>How often images of one class (a row) were taken for another (a column). Colour is logarithmic, so that rare mistakes
    /// show.</summary>
    /// <param name="matrix">The counts.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="title">Above the chart.</param>
    public static PlotlyChart Confusion(ConfusionMatrix matrix, IReadOnlyList<string> classNames, string title = "Confusion matrix")
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(classNames);
        var classes = Enumerable.Range(0, matrix.Classes).ToList();
        var shades = classes.Select(actual => classes.Select(predicted => Math.Log10(1 + matrix[actual, predicted])).ToArray()).ToArray();
        var darkest = shades.Max(row => row.Max());
        var layout = Plain(title, "Predicted", "Actual", 620, meta: new { designWidth = 760 });
        layout.yaxis.autorange = "reversed";
        layout.annotations = classes.SelectMany(actual =>
            classes.Select(predicted =>
                Text(
                    $"{matrix[actual, predicted]}",
                    predicted,
                    actual,
                    12,
                    shades[actual][predicted] > 0.55 * darkest ? Palette.Paper : Palette.Ink
                )
            )
        );
        return Plot(
            [
                new Heatmap
                {
                    x = classNames,
                    y = classNames,
                    z = shades,
                    text = classes
                        .Select(actual =>
                            classes
                                .Select(predicted =>
                                    $"{matrix[actual, predicted]} × {classNames[actual]} taken for {classNames[predicted]}"
                                )
                                .ToArray()
                        )
                        .ToArray(),
                    hoverinfo = "text",
                    showscale = false,
                    colorscale = new object[]
                    {
                        new object[] { 0, Palette.Few },
                        new object[] { 0.5, Palette.Some },
                        new object[] { 1, Palette.Many },
                    },
                },
            ],
            layout
        );
    }

    /// <summary>With more epochs, the curves have no markers and not every epoch a number, since they would cover each other.</summary>
    private const int MostMarkedEpochs = 20;

    private static Scatter Curve(
        History history,
        string name,
        string color,
        string dash,
        Func<EpochResult, double?> value,
        string axis = "y"
    ) =>
        new()
        {
            x = history.Epochs.Select(epoch => epoch.Epoch).ToArray(),
            y = history.Epochs.Select(value).ToArray(),
            name = name,
            mode = history.Epochs.Count > MostMarkedEpochs ? "lines" : "lines+markers",
            line = new Line { color = color, dash = dash },
            yaxis = axis,
        };

    private static CourseLayout TwoAxes(string title, int epochs)
    {
        var layout = Plain(title, "Epoch", "Accuracy in %", 440);
        if (epochs <= MostMarkedEpochs)
        {
            layout.xaxis.dtick = 1;
        }

        layout.yaxis2 = new Yaxis
        {
            title = "Loss",
            side = "right",
            overlaying = "y",
            showgrid = false,
            rangemode = "tozero",
        };
        layout.legend = new Legend { orientation = "h", y = -0.25 };
        return layout;
    }

    private static CourseLayout Plain(string title, string xTitle, string yTitle, int height, object? meta = null) =>
        new()
        {
            title = title,
            meta = meta,
            width = 760,
            height = height,
            margin = new Margin
            {
                l = 60,
                r = 60,
                t = 50,
                b = 60,
            },
            xaxis = new Xaxis { title = xTitle },
            yaxis = new Yaxis { title = yTitle },
        };

    internal static PlotlyChart Plot(IEnumerable<Trace> traces, CourseLayout layout)
    {
        var chart = Chart.Plot(traces, layout);
        chart.WithWidth((int)layout.width);
        chart.WithHeight((int)layout.height);
        return chart;
    }
}
