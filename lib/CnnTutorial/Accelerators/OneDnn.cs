using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace CnnTutorial;

/// <summary>Switches off oneDNN, libtorch's library for convolutions, on processors on which it computes wrongly.</summary>
/// <remarks>
/// Some virtual machines hide the sizes of the processor's caches. There the oneDNN 3.7.1 inside libtorch 2.10 leaves the padding of its
/// blocked layouts as it finds it: the course's second convolution (24 maps in, 36 out) gives wrong numbers or NaN for images that are not
/// channels-last. Without oneDNN libtorch uses its own, slower code, whose results are right. It is no longer needed when
/// <c>OneDnnTests</c> passes without the call of <see cref="SwitchOffWhereWrong"/> on such a machine
/// (<c>lscpu</c> shows no caches there).
/// </remarks>
internal static class OneDnn
{
    /// <summary>Whether the processor tells nothing about its caches, neither in Intel's way nor in AMD's.</summary>
    public static bool CachesAreHidden { get; } = X86Base.X64.IsSupported && !TellsCaches(0x4) && !TellsCaches(unchecked((int)0x8000001D));

    /// <summary>To be called once libtorch is loaded.</summary>
    /// <param name="libtorch">The path of libtorch's part for the CPU.</param>
    public static unsafe void SwitchOffWhereWrong(string libtorch)
    {
        // TorchSharp has no call for it; these are at::globalContext() and at::Context::setUserEnabledMkldnn(bool).
        if (
            OperatingSystem.IsLinux()
            && CachesAreHidden
            && NativeLibrary.TryLoad(libtorch, out var library)
            && NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out var context)
            && NativeLibrary.TryGetExport(library, "_ZN2at7Context20setUserEnabledMkldnnEb", out var enable)
        )
        {
            ((delegate* unmanaged<nint, byte, void>)enable)(((delegate* unmanaged<nint>)context)(), 0);
        }
    }

    private static bool TellsCaches(int leaf)
    {
        var highest = X86Base.CpuId(leaf & unchecked((int)0x80000000), 0).Eax;
        return (uint)leaf <= (uint)highest && (X86Base.CpuId(leaf, 0).Eax & 0x1F) != 0;
    }
}
