using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Notebooks.Tests;

/// <summary>The two configurations for a rented machine, as far as they can be tried where there are no containers.</summary>
public sealed partial class DevContainerTests
{
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    /// <summary>The properties that the configurations use, of those at https://containers.dev/implementors/json_reference/: a tool ignores
    /// any other name, and does not say so.</summary>
    private static readonly Dictionary<string, JsonValueKind> Properties = new()
    {
        ["name"] = JsonValueKind.String,
        ["image"] = JsonValueKind.String,
        ["containerEnv"] = JsonValueKind.Object,
        ["runArgs"] = JsonValueKind.Array,
        ["hostRequirements"] = JsonValueKind.Object,
        ["postCreateCommand"] = JsonValueKind.String,
        ["waitFor"] = JsonValueKind.String,
        ["customizations"] = JsonValueKind.Object,
    };

    [Theory]
    [InlineData("cpu")]
    [InlineData("gpu")]
    public void It_says_what_the_specification_knows(string name)
    {
        var configuration = Load(name);
        Assert.All(
            configuration.EnumerateObject(),
            property => Assert.Equal(Properties.GetValueOrDefault(property.Name), property.Value.ValueKind)
        );
        var machine = configuration.GetProperty("hostRequirements");
        Assert.All(
            machine.EnumerateObject().Select(property => property.Name),
            property => Assert.Contains(property, (string[])["cpus", "memory", "storage", "gpu"])
        );
        Assert.All((string[])["memory", "storage"], property => Assert.Matches(@"^\d+gb$", machine.GetProperty(property).GetString()));
        Assert.Equal("postCreateCommand", configuration.GetProperty("waitFor").GetString());
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("gpu")]
    public void Its_image_has_the_SDK_that_global_json_asks_for(string name)
    {
        using var global = JsonDocument.Parse(File.ReadAllText(Path.Combine(Course.Root, "global.json")));
        var wanted = Version.Parse(global.RootElement.GetProperty("sdk").GetProperty("version").GetString()!);
        Assert.StartsWith(
            $"mcr.microsoft.com/devcontainers/dotnet:{wanted.ToString(2)}-",
            Load(name).GetProperty("image").GetString(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("gpu")]
    public void Its_extensions_are_those_of_the_README(string name)
    {
        var known = MarketplaceItem()
            .Matches(File.ReadAllText(Path.Combine(Course.Root, "README.md")))
            .Select(match => match.Groups["id"].Value)
            .ToList();
        var extensions = Load(name)
            .GetProperty("customizations")
            .GetProperty("vscode")
            .GetProperty("extensions")
            .EnumerateArray()
            .Select(id => id.GetString()!)
            .ToList();
        Assert.NotEmpty(extensions);
        Assert.All(extensions, id => Assert.Contains(id, known));
    }

    [Theory]
    [InlineData("cpu", "libtorch-cpu-linux-x64")]
    [InlineData("gpu", "TorchSharp-cuda-linux")]
    public async Task Its_backend_is_the_one_that_the_build_then_takes(string name, string package)
    {
        var backend = Load(name).GetProperty("containerEnv").GetProperty("TorchBackend").GetString()!;
        var start = new ProcessStartInfo(
            "dotnet",
            ["msbuild", Path.Combine(Course.Root, "lib", "CnnTutorial", "CnnTutorial.csproj"), "-getItem:PackageReference"]
        );
        start.Environment["TorchBackend"] = backend;
        var (code, output) = await RunAsync(start);
        Assert.Equal(0, code);
        Assert.Contains($"\"Identity\": \"{package}\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_one_asks_for_a_GPU_and_gets_it()
    {
        var (cpu, gpu) = (Load("cpu"), Load("gpu"));
        Assert.True(gpu.GetProperty("hostRequirements").GetProperty("gpu").GetBoolean());
        Assert.Equal(["--gpus", "all"], gpu.GetProperty("runArgs").EnumerateArray().Select(part => part.GetString()));
        Assert.False(cpu.GetProperty("hostRequirements").TryGetProperty("gpu", out _));
        Assert.False(cpu.TryGetProperty("runArgs", out _));
        Assert.Equal(cpu.GetProperty("postCreateCommand").GetString(), gpu.GetProperty("postCreateCommand").GetString());
    }

    [Fact]
    public async Task What_it_does_at_first_makes_kernel_and_library_in_a_fresh_copy()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The container's shell is Linux's.");
        var copy = Directory.CreateTempSubdirectory("cnn-tutorial-container-").FullName;
        try
        {
            await CourseCopy.MakeAsync(copy);
            var configuration = Load("cpu");
            var start = new ProcessStartInfo("bash", ["-c", configuration.GetProperty("postCreateCommand").GetString()!])
            {
                WorkingDirectory = copy,
            };
            start.Environment["JUPYTER_DATA_DIR"] = Path.Combine(copy, "jupyter");
            foreach (var variable in configuration.GetProperty("containerEnv").EnumerateObject())
            {
                start.Environment[variable.Name] = variable.Value.GetString();
            }

            var (code, output) = await RunAsync(start);

            Assert.True(code == 0, output);
            Assert.True(File.Exists(Path.Combine(copy, "jupyter", "kernels", ".net-csharp", "kernel.json")), output);
            Assert.True(File.Exists(Path.Combine(copy, "lib", "bin", "CnnTutorial.dll")), output);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static JsonElement Load(string name)
    {
        using var document = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Course.Root, ".devcontainer", name, "devcontainer.json")),
            WithComments
        );
        return document.RootElement.Clone();
    }

    private static async Task<(int Code, string Output)> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        using var process = TestProcess.Start(start);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }

    [GeneratedRegex("marketplace\\.visualstudio\\.com/items\\?itemName=(?<id>[A-Za-z0-9.-]+)")]
    private static partial Regex MarketplaceItem();
}
