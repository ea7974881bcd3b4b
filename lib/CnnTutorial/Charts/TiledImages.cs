using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using XPlot.Plotly;

namespace CnnTutorial;

/// <summary>Many small images as one trace: drawn at once, where a chart for each would take seconds.</summary>
internal sealed class TiledImages(int columns, int rows)
{
    /// <summary>Null leaves a gap in which the page shows.</summary>
    private readonly int?[][] _pixels = [.. Enumerable.Range(0, rows).Select(_ => new int?[columns])];

    private Rgba32[]? _colours;

    /// <summary>Places an image with its upper left corner at a position.</summary>
    public void Place(ImageSplit split, int image, int left, int top)
    {
        var pixels = split.Image(image);
        if (split.Channels == 3)
        {
            _colours ??= new Rgba32[columns * rows];
            var plane = split.Rows * split.Columns;
            for (var i = 0; i < plane; i++)
            {
                _colours[((top + (i / split.Columns)) * columns) + left + (i % split.Columns)] = new Rgba32(
                    pixels[i],
                    pixels[plane + i],
                    pixels[(2 * plane) + i]
                );
            }

            return;
        }

        for (var row = 0; row < split.Rows; row++)
        {
            for (var column = 0; column < split.Columns; column++)
            {
                _pixels[top + row][left + column] = pixels[(row * split.Columns) + column];
            }
        }
    }

    /// <summary>Grey images dark on light, as ink on paper, whatever the page's theme; images in colour as they are.</summary>
    public Trace ToTrace() =>
        _colours is not null
            ? ToPicture(_colours)
            : new Heatmap
            {
                z = _pixels,
                // Plotly puts a pixel's centre at its coordinate; half a unit moves its corner there.
                x0 = 0.5,
                dx = 1,
                y0 = 0.5,
                dy = 1,
                zmin = 0,
                zmax = 255,
                zauto = false,
                colorscale = new object[] { new object[] { 0, Palette.Paper }, new object[] { 1, Palette.Ink } },
                showscale = false,
                hoverinfo = "skip",
            };

    private PictureTrace ToPicture(Rgba32[] colours)
    {
        using var picture = Image.LoadPixelData(colours, columns, rows);
        return new PictureTrace { source = picture.ToBase64String(SixLabors.ImageSharp.Formats.Png.PngFormat.Instance) };
    }
}
