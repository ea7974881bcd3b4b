using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>The order in which an epoch goes through its images.</summary>
/// <param name="seed">With it, the order depends on seed and epoch only; null takes TorchSharp's own random numbers.</param>
/// <param name="epoch">The number of the epoch, from 0.</param>
internal sealed class ShuffledOrder(int? seed, int epoch) : IDisposable
{
    // libtorch's CPU generator uses only the low 32 bits of a seed, so seed and epoch are mixed into those.
    private readonly Generator? _generator = seed is { } number
        ? new Generator(unchecked(((uint)number * 0x9E3779B1u) + (uint)epoch))
        : null;

    /// <summary>The numbers 0 to <paramref name="count"/> − 1 in a random order, as int64. The caller must free them; no scope
    /// does.</summary>
    public Tensor Of(int count, Device device)
    {
        using var scope = NewDisposeScope();
        // Drawn on the CPU also for a GPU, so that a seed means the same order on each machine.
        return randperm(count, dtype: ScalarType.Int64, generator: _generator).to(device).DetachFromDisposeScope();
    }

    public void Dispose() => _generator?.Dispose();
}
