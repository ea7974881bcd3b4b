namespace CnnTutorial;

/// <summary>
/// A picture of a convolutional network, drawn from its numbers: give the image's shape, then one layer after the
/// other; every size and every count of parameters is computed.
/// </summary>
public sealed class NetworkDiagram : IHtmlDisplay
{
    private readonly List<NetworkStage> _stages;

    /// <summary>Begins with the image.</summary>
    /// <param name="channels">1 for grey, 3 for colour.</param>
    /// <param name="rows">The height in pixels.</param>
    /// <param name="columns">The width in pixels.</param>
    public NetworkDiagram(int channels, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        _stages = [new NetworkStage("Image", "", channels, rows, columns, 0)];
    }

    /// <summary>The weights and biases of all layers.</summary>
    public long Parameters => _stages.Sum(stage => stage.Parameters);

    /// <summary>How many numbers come out at the end.</summary>
    public int Outputs => Last.Count;

    private NetworkStage Last => _stages[^1];

    /// <summary>A convolution: each filter gives one feature map of ⌊(size − kernel + 2·padding)/stride⌋ + 1 pixels.</summary>
    /// <param name="filters">The number of filters.</param>
    /// <param name="kernelSize">The side of the square window in pixels.</param>
    /// <param name="padding">Pixels of zero around the image.</param>
    /// <param name="stride">Pixels from one position of the window to the next.</param>
    /// <exception cref="InvalidOperationException">The kernel does not fit, or what comes before is a row of numbers.</exception>
    public NetworkDiagram Convolution(int filters, int kernelSize, int padding = 0, int stride = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        var weights = (long)filters * ((kernelSize * kernelSize * Last.Channels) + 1);
        var settings = (padding > 0 ? $", padding {padding}" : "") + (stride > 1 ? $", stride {stride}" : "");
        return Slide(
            "Convolution",
            $"{filters} filters {kernelSize}×{kernelSize}{settings}",
            filters,
            kernelSize,
            padding,
            stride,
            weights
        );
    }

    /// <summary>Max-pooling: of each square only the largest number is kept.</summary>
    /// <param name="size">The side of the square in pixels, and the stride.</param>
    /// <exception cref="InvalidOperationException">The square does not fit, or what comes before is a row of numbers.</exception>
    public NetworkDiagram MaxPool(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return Slide("Max-pooling", $"{size}×{size}", Last.Channels, size, 0, size, 0);
    }

    /// <summary>All numbers in one row.</summary>
    public NetworkDiagram Flatten()
    {
        _stages.Add(new NetworkStage("Flatten", "", Last.Count, 0, 0, 0));
        return this;
    }

    /// <summary>A dense layer: each output weighs every input.</summary>
    /// <param name="outputs">The number of outputs.</param>
    /// <exception cref="InvalidOperationException">What comes before is not a row of numbers.</exception>
    public NetworkDiagram Dense(int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (!Last.IsRow)
        {
            throw new InvalidOperationException(
                $"A dense layer needs a row of numbers, but '{Last.Name}' gives {Last.Shape}. Call Flatten() before Dense({outputs})."
            );
        }

        _stages.Add(new NetworkStage("Dense", $"{outputs} outputs", outputs, 0, 0, (long)outputs * (Last.Channels + 1)));
        return this;
    }

    /// <inheritdoc/>
    public string ToHtml() => NetworkDiagramSvg.Render(_stages, ToString());

    /// <inheritdoc/>
    public override string ToString() => string.Join(" → ", _stages.Select(stage => $"{stage.Name} {stage.Shape}"));

    private NetworkDiagram Slide(string name, string detail, int channels, int size, int padding, int stride, long parameters)
    {
        if (Last.IsRow)
        {
            throw new InvalidOperationException(
                $"'{name}' needs an image, but '{Last.Name}' gives a row of {Last.Channels:N0} numbers. Put it before Flatten()."
            );
        }

        if (size > Math.Min(Last.Rows, Last.Columns) + (2 * padding))
        {
            throw new InvalidOperationException(
                $"'{name}' with a window of {size}×{size} does not fit: its input is {Last.Rows}×{Last.Columns}, padding {padding}. "
                    + "Take a smaller window or more padding."
            );
        }

        int Length(int before) => ((before - size + (2 * padding)) / stride) + 1;
        _stages.Add(new NetworkStage(name, detail, channels, Length(Last.Rows), Length(Last.Columns), parameters));
        return this;
    }
}
