using System.Diagnostics;
using System.Text.Json;

namespace Notebooks.Tests;

/// <summary>A machine with an NVIDIA driver whose package source does not have the CUDA build of libtorch, or not the whole of it. No GPU
/// is needed: the property <c>HasNvidiaDriver</c> says that there is one.</summary>
public sealed class CudaFallbackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Library => Path.Combine(_folder.Path, "copy", "lib", "CnnTutorial");

    private string Source => Directory.CreateDirectory(Path.Combine(_folder.Path, "source")).FullName;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_build_that_chose_CUDA_by_itself_takes_the_CPU_where_the_source_does_not_have_it()
    {
        await CopyAsync();
        var (code, log) = await RestoreAsync("-p:HasNvidiaDriver=true");
        Assert.True(code == 0, log);
        Assert.Contains("The library is built for the CPU: the package source has no TorchSharp-cuda-linux", log, StringComparison.Ordinal);
        Assert.DoesNotContain("NU1101", log, StringComparison.Ordinal);
        var (backend, reason) = await ChoiceAsync();
        Assert.Equal("cpu", backend);
        Assert.StartsWith("the package source has no TorchSharp-cuda-linux", reason, StringComparison.Ordinal);
        Assert.Contains(
            "libtorch-cpu-linux-x64",
            await File.ReadAllTextAsync(Path.Combine(Library, "obj", "project.assets.json"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_package_that_was_cut_off_counts_as_not_had()
    {
        await CopyAsync();
        var (version, _) = await PropertiesAsync("TorchSharpVersion", "TorchBackend");
        await File.WriteAllBytesAsync(
            Path.Combine(Source, $"TorchSharp-cuda-linux.{version}.nupkg"),
            [0x50, 0x4B, 3, 4, .. new byte[5000]],
            TestContext.Current.CancellationToken
        );
        var (code, log) = await RestoreAsync("-p:HasNvidiaDriver=true");
        Assert.True(code == 0, log);
        Assert.Equal(("cpu", $"TorchSharp-cuda-linux {version}, 3 GB, could not be downloaded whole"), await ChoiceAsync());
    }

    [Fact]
    public async Task Who_asked_for_CUDA_is_told_in_one_sentence_that_it_is_not_there()
    {
        await CopyAsync();
        var (code, log) = await RestoreAsync("-p:TorchBackend=cuda");
        Assert.Equal(1, code);
        var errors = log.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)).Distinct().ToList();
        Assert.Contains(
            "TorchBackend is cuda, but the package source has no TorchSharp-cuda-linux",
            Assert.Single(errors),
            StringComparison.Ordinal
        );
        Assert.Contains("-p:TorchBackend=cpu", errors[0], StringComparison.Ordinal);
    }

    /// <summary>The library's project, without its sources, in a folder of its own.</summary>
    private async Task CopyAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux's build chooses CUDA by itself.");
        Assert.SkipWhen(
            Directory.Exists(Path.Combine(CourseCopy.Packages, "torchsharp-cuda-linux")),
            "The CUDA package is on this machine, so it can be had."
        );
        await CourseCopy.MakeAsync(Path.Combine(_folder.Path, "copy"), "*.props", "*.json", "lib/CnnTutorial/*.csproj");
    }

    /// <summary>Restores it from the packages that this machine has, and the source of this test.</summary>
    private Task<(int Code, string Log)> RestoreAsync(string property) =>
        DotnetAsync("restore", Library, property, $"-p:RestoreSources={CourseCopy.Packages}%3B{Source}");

    private Task<(string Backend, string Reason)> ChoiceAsync() => PropertiesAsync("TorchBackend", "CudaFallback");

    private async Task<(string First, string Second)> PropertiesAsync(string first, string second)
    {
        var (_, log) = await DotnetAsync("msbuild", Library, "-p:HasNvidiaDriver=true", $"-getProperty:{first}", $"-getProperty:{second}");
        var properties = JsonDocument.Parse(log).RootElement.GetProperty("Properties");
        return (properties.GetProperty(first).GetString()!, properties.GetProperty(second).GetString()!);
    }

    private static async Task<(int Code, string Log)> DotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments);
        start.Environment.Remove("TorchBackend");
        start.Environment.Remove("LockedRestore");
        var (code, output, error) = await TestProcess.RunAsync(start);
        return (code, output + error);
    }
}
