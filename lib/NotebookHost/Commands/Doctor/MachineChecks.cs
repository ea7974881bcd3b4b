using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using NotebookHost.Jupyter;
using Shared;

namespace NotebookHost.Commands.Doctor;

/// <summary>The SDK, the runtime, the system, the disk and the front ends' kernels.</summary>
internal static class MachineChecks
{
    private const long NeededBytes = 4L << 30;

    public static IEnumerable<Finding> All(string? root)
    {
        yield return Sdk(root);
        yield return new Finding("Runtime", Verdict.Ok, RuntimeInformation.FrameworkDescription);
        yield return new Finding(
            "System",
            Verdict.Ok,
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} processors"
        );
        yield return Disk(root ?? Environment.CurrentDirectory);
        yield return Kernels();
    }

    private static Finding Sdk(string? root)
    {
        const string remedy = "install the .NET 10 SDK: https://dotnet.microsoft.com/download";
        var versions = (CommandOutput.Of("dotnet", "--list-sdks") ?? "")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')[0])
            .ToList();
        if (versions.Count == 0)
        {
            return new Finding(".NET SDK", Verdict.Missing, "none found", remedy);
        }

        var wanted = WantedSdk(root);
        var enough = wanted is null || versions.Exists(version => Parse(version) >= Parse(wanted));
        var detail = string.Join(", ", versions) + (wanted is null ? "" : $" (global.json asks for {wanted} or newer)");
        return new Finding(".NET SDK", enough ? Verdict.Ok : Verdict.Missing, detail, enough ? null : remedy);
    }

    private static string? WantedSdk(string? root)
    {
        var file = root is null ? null : Path.Combine(root, "global.json");
        return file is not null && File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file))?["sdk"]?["version"]?.ToString() : null;
    }

    private static Version Parse(string version) => Version.TryParse(version.Split('-')[0], out var parsed) ? parsed : new Version(0, 0);

    private static Finding Disk(string folder)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return new Finding(
            "Free disk",
            free >= NeededBytes ? Verdict.Ok : Verdict.Optional,
            $"{free / (double)(1L << 30):0.0} GiB at {folder}",
            free >= NeededBytes ? null : "packages, libtorch and data take about 4 GiB: make room, or set NUGET_PACKAGES to a larger disk"
        );
    }

    private static Finding Kernels()
    {
        var home = KnownFolder.Of(Environment.SpecialFolder.UserProfile);
        string[] places =
        [
            KernelSpec.UserFolder,
            Path.Combine(home, ".local/share/jupyter/kernels"),
            "/usr/local/share/jupyter/kernels",
            "/usr/share/jupyter/kernels",
            Path.Combine(home, "Library/Jupyter/kernels"),
            Path.Combine(KnownFolder.Of(Environment.SpecialFolder.ApplicationData), "jupyter", "kernels"),
            .. Environment.GetEnvironmentVariable("JUPYTER_PATH")?.Split(Path.PathSeparator).Select(path => Path.Combine(path, "kernels"))
                ?? [],
        ];
        var found = places.Distinct().Select(place => Path.Combine(place, ".net-csharp", "kernel.json")).Where(File.Exists).ToList();
        const string remedy = "dotnet run --project lib/NotebookHost kernel install";
        if (
            found.Select(file => (File: file, Fault: KernelSpec.Fault(file))).FirstOrDefault(kernel => kernel.Fault is not null) is
            { Fault: { } fault } faulty
        )
        {
            return new Finding("Jupyter kernel", Verdict.Optional, $"{faulty.File}: {fault}", remedy);
        }

        return found.Count > 0
            ? new Finding("Jupyter kernel", Verdict.Ok, string.Join(", ", found))
            : new Finding(
                "Jupyter kernel",
                Verdict.Optional,
                "no kernelspec .net-csharp; needed only to open the notebooks in Jupyter (VS Code's Polyglot Notebooks and this program "
                    + "do without)",
                remedy
            );
    }
}
