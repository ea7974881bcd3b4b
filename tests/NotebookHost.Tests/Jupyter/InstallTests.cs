using System.Text.Json.Nodes;
using NotebookHost.Tests.Running;

namespace NotebookHost.Tests.Jupyter;

public sealed class InstallTests : ProgramTest
{
    private string Kernel(string name) => Path.Combine(Folder, "share", "jupyter", "kernels", name);

    [Fact]
    public async Task The_kernelspec_is_what_the_notebooks_ask_for_and_starts_a_copy_of_the_program()
    {
        for (var times = 0; times < 2; times++)
        {
            Assert.Equal(0, (await Run("kernel", "install", "--prefix", Folder)).ExitCode);
        }

        var spec = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(Kernel(".net-csharp"), "kernel.json"), TestContext.Current.CancellationToken)
        )!;
        Assert.Equal(
            (".NET (C#)", "C#", "message"),
            ((string?)spec["display_name"], (string?)spec["language"], (string?)spec["interrupt_mode"])
        );
        Assert.StartsWith(Kernel(".net-csharp"), (string?)spec["argv"]![1], StringComparison.Ordinal);
        Assert.Equal(
            ["host", "kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"],
            Directory.GetFileSystemEntries(Kernel(".net-csharp")).Select(Path.GetFileName).Order()
        );
        Assert.Equal([Kernel(".net-csharp")], Directory.GetDirectories(Kernel("")));

        await using var kernel = new KernelClient([.. spec["argv"]!.AsArray().Select(part => (string)part!)]);
        await kernel.WaitUntilReadyAsync();
        Assert.Equal("2", (string?)(await kernel.ExecuteAsync("1 + 1")).Result!["text/plain"]);
    }

    [Fact]
    public async Task Another_programs_kernel_is_left_alone_unless_forced()
    {
        Directory.CreateDirectory(Kernel(".net-csharp"));
        var file = Path.Combine(Kernel(".net-csharp"), "kernel.json");
        const string others = """{"argv":["dotnet-interactive"],"display_name":".NET (C#)","language":"C#"}""";
        await File.WriteAllTextAsync(file, others, TestContext.Current.CancellationToken);

        var (code, _, error) = await Run("kernel", "install", "--prefix", Folder);
        Assert.Equal(2, code);
        Assert.Contains("--name .net-csharp-notebook-host", error, StringComparison.Ordinal);
        Assert.Equal(others, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        Assert.Equal(0, (await Run("kernel", "install", "--prefix", Folder, "--name", ".net-csharp-notebook-host")).ExitCode);
        Assert.Equal(0, (await Run("kernel", "install", "--prefix", Folder, "--force")).ExitCode);
        Assert.Contains(
            "notebook_host",
            await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("letters, digits", "kernel", "install", "--name", "a b")]
    [InlineData("exclude each other", "kernel", "install", "--user", "--prefix", "x")]
    [InlineData("A front end writes it", "kernel", "start", "missing.json")]
    [InlineData("transport ipc", "kernel", "start", "ipc.json")]
    public async Task Wrong_use_exits_with_2_and_one_sentence(string message, params string[] arguments)
    {
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "ipc.json"),
            """{"transport":"ipc","ip":"/tmp/x","shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5}""",
            TestContext.Current.CancellationToken
        );
        var (code, _, error) = await Run(arguments);
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }
}
