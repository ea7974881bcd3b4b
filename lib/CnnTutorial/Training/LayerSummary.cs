namespace CnnTutorial;

/// <summary>One line of a <see cref="ModelSummary"/>.</summary>
/// <param name="Name">The name that the network gives it.</param>
/// <param name="Kind">The kind of layer, such as Conv2d.</param>
/// <param name="OutputShape">The shape for a batch of one, or null if the network does not run the layer.</param>
/// <param name="Parameters">The number of weights and biases.</param>
public sealed record LayerSummary(string Name, string Kind, IReadOnlyList<long>? OutputShape, long Parameters)
{
    internal string ShapeText => OutputShape is null ? "(not used)" : $"[N, {string.Join(", ", OutputShape.Skip(1))}]";
}
