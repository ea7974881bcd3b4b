namespace CnnTutorial;

/// <summary>One step of a <see cref="PortableNetwork"/>: what a browser must know to compute it. Shapes are channels, rows, columns, or one
/// length.</summary>
/// <param name="Kind"><c>convolution</c>, <c>relu</c>, <c>maxPool</c> or <c>linear</c>.</param>
/// <param name="Input">The shape of what comes in.</param>
/// <param name="Output">The shape of what goes out.</param>
internal sealed record PortableLayer(string Kind, int[] Input, int[] Output)
{
    /// <summary>What the network calls it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Rows and columns of the window.</summary>
    public int[] Kernel { get; init; } = [];

    /// <summary>Rows and columns from one position of the window to the next.</summary>
    public int[] Stride { get; init; } = [];

    /// <summary>Rows of padding above the image and columns to its left; how many there are below and to the right follows from the
    /// output.</summary>
    public int[] Padding { get; init; } = [];

    /// <summary>Where this layer's weights begin among the network's.</summary>
    public int Weights { get; init; }

    /// <summary>Where its scales begin among the network's fine numbers, one for each filter or output; its biases, as many, come after
    /// them.</summary>
    public int Scales { get; init; }
}
