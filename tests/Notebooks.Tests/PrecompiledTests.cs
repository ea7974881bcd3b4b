using System.Diagnostics;
using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace Notebooks.Tests;

/// <summary>When NotebookHost is built, the C# compiler that it uses is compiled to machine code, so that sessions start sooner.</summary>
public sealed class PrecompiledTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Copy => Path.Combine(_folder.Path, "copy");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_compiler_of_this_build_has_machine_code()
    {
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(Course.Root, "lib", "Precompiled", "bin", "compiler")),
            "The SDK's package Crossgen2 could not be had when NotebookHost was built."
        );
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Microsoft.CodeAnalysis.CSharp.dll")));
        Assert.NotEqual(0, file.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size);
    }

    [Fact]
    public async Task Where_the_SDKs_packages_cannot_be_had_the_compiler_is_used_as_it_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links to folders need an administrator on Windows.");
        await CourseCopy.MakeAsync(Copy, "*.props", "*.targets", "*.json", "lib/*.csproj");

        // A machine without internet that has every package but the one.
        var had = Directory.CreateDirectory(Path.Combine(_folder.Path, "packages")).FullName;
        var source = Directory.CreateDirectory(Path.Combine(_folder.Path, "source")).FullName;
        foreach (
            var package in Directory
                .EnumerateDirectories(CourseCopy.Packages)
                .Where(one => !one.Contains("crossgen2", StringComparison.Ordinal))
        )
        {
            Directory.CreateSymbolicLink(Path.Combine(had, Path.GetFileName(package)), package);
        }

        var start = new ProcessStartInfo(
            "dotnet",
            ["build", Path.Combine(Copy, "lib", "NotebookHost"), "-t:ResolveAssemblyReferences", "-getItem:ReferenceCopyLocalPaths"]
        );
        (start.Environment["NUGET_PACKAGES"], start.Environment["RestoreSources"]) = (had, source);
        start.Environment.Remove("LockedRestore");
        var (code, output, error) = await TestProcess.RunAsync(start);
        Assert.True(code == 0, output + error);
        Assert.True(File.Exists(Path.Combine(Copy, "lib", "Precompiled", "bin", "tried")), output + error);
        var compiler = Assert.Single(
            JsonDocument.Parse(output).RootElement.GetProperty("Items").GetProperty("ReferenceCopyLocalPaths").EnumerateArray(),
            item => item.GetProperty("Filename").GetString() == "Microsoft.CodeAnalysis.CSharp"
        );
        Assert.StartsWith(had, compiler.GetProperty("Identity").GetString(), StringComparison.Ordinal);
    }
}
