namespace CnnTutorial;

/// <summary>What one layer computes from an image: a stack of feature maps, or a row of numbers.</summary>
/// <param name="Name">The layer, such as "Convolution".</param>
/// <param name="Detail">Its settings, such as "24 filters 3×3"; may be empty.</param>
/// <param name="Channels">The number of maps; of a row of numbers, how many.</param>
/// <param name="Rows">The height of a map in pixels; 0 for a row of numbers.</param>
/// <param name="Columns">The width of a map in pixels; 0 for a row of numbers.</param>
/// <param name="Parameters">The weights and biases of the layer.</param>
internal sealed record NetworkStage(string Name, string Detail, int Channels, int Rows, int Columns, long Parameters)
{
    public bool IsRow => Rows == 0;

    public string Shape => IsRow ? $"{Channels:N0}" : $"{Channels} × {Rows} × {Columns}";

    public int Count => IsRow ? Channels : Channels * Rows * Columns;
}
