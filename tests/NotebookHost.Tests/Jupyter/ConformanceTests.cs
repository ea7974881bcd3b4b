using System.Diagnostics;
using NotebookHost.Tests.Running;

namespace NotebookHost.Tests.Jupyter;

/// <summary>Jupyter's own suite for kernels, against the kernel as it is installed.</summary>
public sealed class ConformanceTests : ProgramTest
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task Jupyter_kernel_test_passes_whole()
    {
        Assert.SkipUnless(
            File.Exists(Python) && (await RunPython("-c", "import jupyter_kernel_test")).ExitCode == 0,
            "Debian's python3-jupyter-kernel-test is not installed."
        );
        Assert.Equal(0, (await Run("kernel", "install", "--prefix", Folder)).ExitCode);
        var (code, report) = await RunPython(Path.Combine(AppContext.BaseDirectory, "Jupyter", "conformance.py"));
        Assert.True(code == 0, report);
        Assert.DoesNotContain("skipped", report, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Report)> RunPython(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["JUPYTER_PATH"] = Path.Combine(Folder, "share", "jupyter");
        // Connection files go here, and nothing of the user's own is read.
        start.Environment["HOME"] = Folder;
        start.Environment["DOTNET_CLI_HOME"] = Folder;
        using var process = TestProcess.Start(start);
        var (exitCode, output, error) = await End(process);
        return (exitCode, output + error);
    }
}
