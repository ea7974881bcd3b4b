using System.Text;
using System.Text.RegularExpressions;
using Shared;

namespace NotebookHost.Commands.Doctor;

/// <summary>What this course needs besides a notebook engine: libtorch, a GPU driver, data.</summary>
internal static partial class CourseChecks
{
    /// <summary>The version of libstdc++ that TorchSharp 0.107.0's native library needs (GCC 13).</summary>
    private static readonly Version NeededGlibcxx = new(3, 4, 32);

    public static IEnumerable<Finding> All(string? root)
    {
        if (OperatingSystem.IsLinux())
        {
            yield return StandardLibrary();
        }

        yield return Gpu();
        if (root is null)
        {
            yield return new Finding(
                "Repository",
                Verdict.Missing,
                "no folder 'notebooks' beside 'lib' here or above",
                "change to the course's folder"
            );
            yield break;
        }

        yield return Library(root);
        yield return Data("mnist", root, []);
        yield return Data("fashion-mnist", root, DatasetPlaces.PackagedFashionMnist);
    }

    private static Finding StandardLibrary()
    {
        string[] folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/usr/lib"];
        var file = folders.Select(folder => Path.Combine(folder, "libstdc++.so.6")).FirstOrDefault(File.Exists);
        if (file is null)
        {
            return new Finding("libstdc++", Verdict.Missing, "not found", "sudo apt-get install libstdc++6");
        }

        var newest = Glibcxx()
            .Matches(Encoding.Latin1.GetString(File.ReadAllBytes(file)))
            .Select(match => Version.Parse(match.Groups[1].Value))
            .Max();
        return newest >= NeededGlibcxx
            ? new Finding("libstdc++", Verdict.Ok, $"GLIBCXX_{newest}, TorchSharp needs {NeededGlibcxx}")
            : new Finding(
                "libstdc++",
                Verdict.Ok,
                $"GLIBCXX_{newest}, TorchSharp needs {NeededGlibcxx}; the course's library works around that on this system"
            );
    }

    private static Finding Gpu()
    {
        const string none = "no NVIDIA driver: the course computes on the CPU, or on Apple's GPU where there is one";
        if (
            CommandOutput.Of("nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader") is { } cards
            && cards.Trim().Length > 0
        )
        {
            return new Finding("GPU", Verdict.Ok, cards.Trim().Replace("\n", "; ", StringComparison.Ordinal));
        }

        return File.Exists("/proc/driver/nvidia/version")
            ? new Finding(
                "GPU",
                Verdict.Optional,
                "an NVIDIA driver is loaded, but nvidia-smi does not answer",
                "run nvidia-smi and fix what it reports"
            )
            : new Finding("GPU", Verdict.Optional, none);
    }

    private static Finding Library(string root)
    {
        var bin = Path.Combine(root, "lib", "bin");
        const string remedy = "dotnet build lib/CnnTutorial (the first cell of notebook 01 does it too)";
        if (!File.Exists(Path.Combine(bin, "CnnTutorial.dll")))
        {
            return new Finding("Course library", Verdict.Optional, "not built yet", remedy);
        }

        var natives = Directory.GetFiles(bin, "*torch*").Select(Path.GetFileName).ToList();
        bool Has(string part) => natives.Exists(name => name!.Contains(part, StringComparison.Ordinal));
        return Has("torch_cuda") ? new Finding("Course library", Verdict.Ok, "built, with libtorch for CUDA")
            : Has("torch_cpu") ? new Finding("Course library", Verdict.Ok, "built, with libtorch for the CPU")
            : new Finding("Course library", Verdict.Missing, "built, but libtorch is not beside it", remedy);
    }

    /// <summary>Looks where the library looks, in the same order.</summary>
    private static Finding Data(string name, string root, string[] packaged)
    {
        string? Missing(string folder) => DatasetPlaces.FileNames.FirstOrDefault(file => DatasetPlaces.Find(folder, file) is null);
        if (DatasetPlaces.DataFolder(Environment.GetEnvironmentVariable, () => root) is { } own)
        {
            var folder = Path.Combine(own, name);
            return Missing(folder) is not { } missing
                ? new Finding($"Data: {name}", Verdict.Ok, folder)
                : new Finding(
                    $"Data: {name}",
                    Verdict.Missing,
                    $"{DatasetPlaces.DataVariable} is {own}, and "
                        + $"{(Directory.Exists(folder) ? $"{folder} has no {missing}.gz" : $"that has no folder {name}")}",
                    $"correct or unset {DatasetPlaces.DataVariable}"
                );
        }

        var cache = DatasetPlaces.CacheFolder(Environment.GetEnvironmentVariable);
        string[] places = [.. cache is null ? [] : new[] { Path.Combine(cache, name) }, .. packaged];
        return Array.Find(places, place => Missing(place) is null) is { } found
            ? new Finding($"Data: {name}", Verdict.Ok, found)
            : new Finding(
                $"Data: {name}",
                Verdict.Optional,
                "not on this machine yet: it is downloaded when first used; without internet a sample in the library is used"
            );
    }

    [GeneratedRegex(@"GLIBCXX_(\d+\.\d+\.\d+)")]
    private static partial Regex Glibcxx();
}
