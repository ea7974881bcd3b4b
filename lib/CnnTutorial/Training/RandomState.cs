using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>The state of TorchSharp's random numbers on the CPU. <c>get_rng_state</c> and <c>set_rng_state</c> keep no reference to the
/// generator during the call, see <see cref="ScalarArithmetic"/>.</summary>
internal static class RandomState
{
    /// <summary>A copy of the state.</summary>
    public static Tensor Get()
    {
        using var generator = Generator.Default;
        return generator.get_state();
    }

    /// <summary>Goes on from a state.</summary>
    public static void Set(Tensor state)
    {
        using var generator = Generator.Default;
        generator.set_state(state);
    }
}
