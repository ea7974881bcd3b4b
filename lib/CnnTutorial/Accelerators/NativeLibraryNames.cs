using System.Runtime.InteropServices;

namespace CnnTutorial;

/// <summary>The file names of libtorch and of TorchSharp's bridge on one platform, in loading order.</summary>
/// <param name="Libtorch">Must be there.</param>
/// <param name="Optional">Loaded if they exist: those of the CUDA build.</param>
/// <param name="Bridge">TorchSharp's own native library.</param>
internal sealed record NativeLibraryNames(IReadOnlyList<string> Libtorch, IReadOnlyList<string> Optional, string Bridge)
{
    /// <summary>The names on this machine.</summary>
    /// <exception cref="NotSupportedException">TorchSharp has no native libraries for this platform.</exception>
    public static NativeLibraryNames ForThisMachine() =>
        (CurrentSystem(), RuntimeInformation.ProcessArchitecture) switch
        {
            ("Linux", Architecture.X64) => new(
                ["libc10.so", "libtorch_cpu.so", "libtorch.so"],
                ["libtorch_cuda.so"],
                "libLibTorchSharp.so"
            ),
            ("Windows", Architecture.X64) => new(["c10.dll", "torch_cpu.dll", "torch.dll"], ["torch_cuda.dll"], "LibTorchSharp.dll"),
            ("macOS", Architecture.Arm64) => new(["libc10.dylib", "libtorch_cpu.dylib", "libtorch.dylib"], [], "libLibTorchSharp.dylib"),
            var (system, architecture) => throw new NotSupportedException(
                $"TorchSharp cannot start: it has no native libraries for {system} on {architecture}; it runs on Linux x64, Windows x64 "
                    + "and macOS arm64 (Apple silicon)."
            ),
        };

    private static string CurrentSystem() =>
        OperatingSystem.IsLinux() ? "Linux"
        : OperatingSystem.IsWindows() ? "Windows"
        : OperatingSystem.IsMacOS() ? "macOS"
        : RuntimeInformation.OSDescription;
}
