using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Finds the facts of the machine that the program runs on.</summary>
internal sealed class MachineProbe : IAcceleratorProbe
{
    public bool HasNvidiaDriver =>
        OperatingSystem.IsWindows()
            ? File.Exists(Path.Combine(Environment.SystemDirectory, "nvcuda.dll"))
            : OperatingSystem.IsLinux() && (File.Exists("/proc/driver/nvidia/version") || File.Exists("/dev/nvidiactl"));

    public bool HasCudaBuild =>
        File.Exists(Path.Combine(CourseFolders.NativeLibraries, OperatingSystem.IsWindows() ? "torch_cuda.dll" : "libtorch_cuda.so"));

    public string? CudaFallback =>
        typeof(MachineProbe)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(fact => fact.Key == nameof(CudaFallback))
            ?.Value;

    public bool CudaBuildExists => !OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public bool IsAppleSilicon => OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public string? Try(DeviceType type)
    {
        try
        {
            if (!TryInitializeDeviceType(type))
            {
                return "libtorch does not see it";
            }

            using var scope = NewDisposeScope();
            // Small whole numbers: exact in every float format, so the check may demand equality.
            Tensor Filled(float number) => tensor(Enumerable.Repeat(number, 64).ToArray(), [8, 8], device: new Device(type));
            var product = Filled(2).matmul(Filled(3));
            return product.cpu().sum().item<float>() == 8 * 8 * 8 * 6 ? null : "it computed a wrong product";
        }
        catch (Exception e) when (e is ExternalException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            return e.Message.Split('\n')[0];
        }
    }

    public string NameOf(DeviceType type) =>
        type switch
        {
            DeviceType.CUDA => FirstLine("/proc/driver/nvidia/gpus", "information", "Model:") ?? "NVIDIA GPU",
            DeviceType.MPS => "Apple GPU (Metal)",
            _ => ProcessorName(),
        };

    private static string ProcessorName()
    {
        var name =
            OperatingSystem.IsWindows() ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            : File.Exists("/proc/cpuinfo") ? After("model name", File.ReadLines("/proc/cpuinfo"))
            : null;
        return $"{name ?? $"{RuntimeInformation.ProcessArchitecture} processor"}, {Environment.ProcessorCount} logical cores";
    }

    private static string? FirstLine(string root, string file, string key) =>
        Directory.Exists(root)
            ? Directory
                .EnumerateFiles(root, file, SearchOption.AllDirectories)
                .Select(path => After(key, File.ReadLines(path)))
                .FirstOrDefault(name => name is not null)
            : null;

    private static string? After(string key, IEnumerable<string> lines) =>
        lines.FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}
