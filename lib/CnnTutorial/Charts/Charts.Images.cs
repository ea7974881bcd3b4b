using XPlot.Plotly;

namespace CnnTutorial;

/// <content>Charts that show images.</content>
public static partial class Charts
{
    /// <summary>Images in a grid, each with its class's name, dark on light.</summary>
    /// <param name="split">Where the images are.</param>
    /// <param name="indexes">Which to show, in reading order.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="columns">Images per row.</param>
    /// <param name="title">Above the grid.</param>
    public static PlotlyChart ImageGrid(
        ImageSplit split,
        IReadOnlyList<int> indexes,
        IReadOnlyList<string> classNames,
        int columns = 6,
        string title = "Images and their labels"
    )
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(indexes);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        const int gap = 4;
        const int label = 7;
        var (tileWidth, tileHeight) = (split.Columns + gap, split.Rows + label);
        var rows = (indexes.Count + columns - 1) / columns;
        var tiles = new TiledImages(columns * tileWidth, rows * tileHeight);
        var annotations = new List<Annotation>();
        for (var i = 0; i < indexes.Count; i++)
        {
            var (left, top) = (((i % columns) * tileWidth) + (gap / 2), (i / columns) * tileHeight);
            tiles.Place(split, indexes[i], left, top + label);
            annotations.Add(Text(classNames[split.Labels[indexes[i]]], left + (split.Columns / 2.0), top + (label / 2.0), 14));
        }

        var layout = CourseLayout.Picture(title, columns * tileWidth, rows * tileHeight, 720);
        layout.annotations = annotations;
        return Plot([tiles.ToTrace()], layout);
    }

    /// <summary>
    /// Images with the network's predictions: ten bars for the probabilities, and a title such as "Seven 98% (Seven)". The title is the
    /// prediction, its probability, and in brackets the label; blue if right, red if wrong.
    /// </summary>
    /// <param name="split">Where the images are.</param>
    /// <param name="predictions">The network's predictions for the same images.</param>
    /// <param name="indexes">Which to show, in reading order.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="columns">Images per row.</param>
    /// <param name="title">Above the grid.</param>
    public static PlotlyChart PredictionGrid(
        ImageSplit split,
        Predictions predictions,
        IReadOnlyList<int> indexes,
        IReadOnlyList<string> classNames,
        int columns = 3,
        string title = "Predictions: blue is right, red is wrong"
    )
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(indexes);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        const int gap = 3;
        const int head = 7;
        const int foot = 5;
        var barWidth = 3.0;
        var (tileWidth, tileHeight) = (split.Columns + (int)(predictions.Classes * barWidth) + (3 * gap), head + split.Rows + foot);
        var rows = (indexes.Count + columns - 1) / columns;
        var tiles = new TiledImages(columns * tileWidth, rows * tileHeight);
        var bars = new PositionedBars(barWidth * 0.8);
        var annotations = new List<Annotation>();
        for (var i = 0; i < indexes.Count; i++)
        {
            var index = indexes[i];
            var (left, top) = (((i % columns) * tileWidth) + gap, ((i / columns) * tileHeight) + head);
            tiles.Place(split, index, left, top);
            var right = predictions.Labels[index] == split.Labels[index];
            annotations.Add(
                Text(
                    $"{classNames[predictions.Labels[index]]} {100 * predictions.Confidence(index):0}% ({classNames[split.Labels[index]]})",
                    left + ((tileWidth - (2 * gap)) / 2.0),
                    top - (head / 2.0),
                    13,
                    right ? "@right" : "@wrong"
                )
            );

            var probabilities = predictions.Of(index);
            for (var label = 0; label < probabilities.Length; label++)
            {
                var x = left + split.Columns + gap + ((label + 0.5) * barWidth);
                bars.Add(
                    x,
                    top + split.Rows,
                    -probabilities[label] * split.Rows,
                    label == split.Labels[index] ? Palette.Blue
                        : label == predictions.Labels[index] ? Palette.Red
                        : Palette.Grey,
                    $"{classNames[label]}: {100 * probabilities[label]:0.0}%"
                );
                annotations.Add(Text($"{label}", x, top + split.Rows + 2, 9));
            }
        }

        var layout = CourseLayout.Picture(title, columns * tileWidth, rows * tileHeight, 860);
        layout.annotations = annotations;
        layout.barmode = "overlay";
        return Plot([tiles.ToTrace(), bars.ToTrace()], layout);
    }

    private static Annotation Text(string text, double x, double y, double size, string? color = null) =>
        new()
        {
            text = System.Net.WebUtility.HtmlEncode(text),
            x = x,
            y = y,
            showarrow = false,
            font = color is null ? new Font { size = size } : new Font { size = size, color = color },
        };
}
