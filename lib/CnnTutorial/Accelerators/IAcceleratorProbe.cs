using TorchSharp;

namespace CnnTutorial;

/// <summary>What can be found out about a machine's devices. Behind an interface, so that every combination is tested on machines without a
/// GPU.</summary>
internal interface IAcceleratorProbe
{
    /// <summary>Whether the operating system has an NVIDIA driver.</summary>
    bool HasNvidiaDriver { get; }

    /// <summary>Whether the CUDA build of libtorch lies in lib/bin.</summary>
    bool HasCudaBuild { get; }

    /// <summary>Why the build fell back from CUDA to the CPU, as a clause; null if it did not.</summary>
    string? CudaFallback { get; }

    /// <summary>Whether this is a Mac with Apple silicon.</summary>
    bool IsAppleSilicon { get; }

    /// <summary>Whether a CUDA build of libtorch exists for this operating system.</summary>
    bool CudaBuildExists { get; }

    /// <summary>Multiplies two small matrices on the device and checks the result.</summary>
    /// <returns>Null if it worked, else what went wrong, in one clause.</returns>
    string? Try(DeviceType type);

    /// <summary>The device's name, such as "NVIDIA GeForce RTX 4070" or "AMD Ryzen 7".</summary>
    string NameOf(DeviceType type);
}
