using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Saves TorchSharp's global settings while a check runs, and restores them: a check must not change the training after
/// it.</summary>
internal sealed class TorchGlobals : IDisposable
{
    private readonly Tensor _random = RandomState.Get().DetachFromDisposeScope();
    private readonly ScalarType _type = get_default_dtype();
    private readonly Device _device = get_default_device();
    private readonly int _threads = get_num_threads();

    public TorchGlobals()
    {
        // Checks run on the CPU, whatever the notebook trains on: their data is tiny, and on the CPU results repeat exactly.
        set_default_device(CPU);
        set_default_dtype(ScalarType.Float32);
        // Their tensors are so small that threads spend their time waiting for each other.
        set_num_threads(1);
    }

    public void Dispose()
    {
        set_num_threads(_threads);
        set_default_device(_device);
        set_default_dtype(_type);
        RandomState.Set(_random);
        _random.Dispose();
    }
}
