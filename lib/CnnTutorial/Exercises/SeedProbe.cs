using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Finds out whether code sets TorchSharp's random numbers to a fixed start: it then ends in the same state, whatever the state
/// in which it began.</summary>
internal sealed class SeedProbe
{
    private readonly List<byte[]> _states = [];

    /// <summary>Whether two runs ended in the same state.</summary>
    public bool Reseeds => _states.Count > 1 && _states[^1].AsSpan().SequenceEqual(_states[^2]);

    /// <summary>Before a run: begins in a state that no other run begins in.</summary>
    public void Begin() => manual_seed(1_000_003 + _states.Count);

    /// <summary>After a run.</summary>
    public void End()
    {
        using var state = RandomState.Get();
        _states.Add(state.bytes.ToArray());
    }
}
