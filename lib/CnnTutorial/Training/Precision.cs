using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>With how many digits a network is multiplied out while it trains. The weights themselves are always float32.</summary>
public enum Precision
{
    /// <summary>32 bits: 24 for the digits, 8 for the size. What everything else is compared with.</summary>
    Float32,

    /// <summary>
    /// 16 bits: the same range of sizes, 8 bits for the digits. Layers compute faster where the processor has instructions
    /// for it; loss, gradients of the weights and the optimizer's steps stay float32.
    /// </summary>
    BFloat16,
}

/// <summary>Which precisions a device computes fast.</summary>
internal static class Precisions
{
    /// <exception cref="NotSupportedException">The device would be slower with it.</exception>
    public static void ThrowIfSlow(Precision precision, Device device, bool processorHasBFloat16)
    {
        if (precision == Precision.BFloat16 && device.type == DeviceType.CPU && !processorHasBFloat16)
        {
            throw new NotSupportedException("This processor has no instructions for bfloat16, so that training would get slower with it, not faster. Use Precision.Float32.");
        }
    }

    /// <summary>AVX512_BF16 is bit 5 of EAX in leaf 7.1, AMX-BF16 bit 22 of EDX in leaf 7.0 (Intel's manual, volume 2A, CPUID).</summary>
    public static bool ProcessorHasBFloat16() =>
        X86Base.IsSupported && (((X86Base.CpuId(7, 1).Eax >> 5) & 1) == 1 || ((X86Base.CpuId(7, 0).Edx >> 22) & 1) == 1);
}
