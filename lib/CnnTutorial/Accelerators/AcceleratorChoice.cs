using TorchSharp;

namespace CnnTutorial;

/// <summary>Which device is best, and why a better one is not used: the decision only; the probe finds the facts.</summary>
/// <param name="Type">The chosen device.</param>
/// <param name="Reason">Why, in one or two plain sentences.</param>
/// <param name="Command">The command that would change the choice, or null.</param>
internal sealed record AcceleratorChoice(DeviceType Type, string Reason, string? Command)
{
    public const string CudaBuildCommand = "dotnet build lib/CnnTutorial -p:TorchBackend=cuda";

    /// <summary>The best device that really works: CUDA, then Apple's MPS, then the CPU.</summary>
    public static AcceleratorChoice Best(IAcceleratorProbe probe)
    {
        var cuda = Check(DeviceType.CUDA, probe);
        if (cuda.Works)
        {
            return new(DeviceType.CUDA, "The NVIDIA GPU passed its trial computation.", null);
        }

        if (probe.IsAppleSilicon)
        {
            var mps = Check(DeviceType.MPS, probe);
            return mps.Works
                ? new(DeviceType.MPS, "Apple's GPU passed its trial computation.", null)
                : new(DeviceType.CPU, mps.Reason, mps.Command);
        }

        return new(DeviceType.CPU, cuda.Reason, cuda.Command);
    }

    /// <summary>Whether one device can be used, and if not, why and what would change that.</summary>
    public static (bool Works, string Reason, string? Command) Check(DeviceType type, IAcceleratorProbe probe)
    {
        return type switch
        {
            DeviceType.CPU => (true, "The CPU is always there.", null),
            DeviceType.CUDA when !probe.CudaBuildExists => (
                false,
                "No NVIDIA GPU can be used: libtorch has no CUDA build for this operating system.",
                null
            ),
            DeviceType.CUDA when !probe.HasNvidiaDriver && probe.HasCudaBuild => (
                false,
                "No NVIDIA GPU can be used: the CUDA build of libtorch is here, but the system has no NVIDIA driver. If there is an "
                    + "NVIDIA GPU in it, install its driver.",
                null
            ),
            DeviceType.CUDA when !probe.HasNvidiaDriver => (false, "No NVIDIA GPU was found: the system has no NVIDIA driver.", null),
            DeviceType.CUDA when !probe.HasCudaBuild && probe.CudaFallback is { } reason => (
                false,
                $"There is an NVIDIA driver, but the library was built for the CPU, since {reason}. To use the GPU, build it again "
                    + "from a package source that has the CUDA package (nuget.org has it), then restart the notebook.",
                CudaBuildCommand
            ),
            DeviceType.CUDA when !probe.HasCudaBuild => (
                false,
                "There is an NVIDIA driver, but the library was built with the CPU build of libtorch. Build it again for the GPU, then "
                    + "restart the notebook.",
                CudaBuildCommand
            ),
            DeviceType.MPS when !probe.IsAppleSilicon => (false, "Apple's GPU can be used only on a Mac with Apple silicon.", null),
            DeviceType.CUDA or DeviceType.MPS when probe.Try(type) is { } failure => (
                false,
                $"{(type == DeviceType.CUDA ? "The NVIDIA GPU" : "Apple's GPU")} is there, but failed its trial computation: "
                    + $"{failure.TrimEnd('.')}.",
                null
            ),
            DeviceType.CUDA or DeviceType.MPS => (true, "It passed its trial computation.", null),
            _ => (false, $"This course knows CPU, CUDA and MPS, not {type}.", null),
        };
    }
}
