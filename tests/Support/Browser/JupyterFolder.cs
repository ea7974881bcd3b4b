using System.Diagnostics;

namespace Support.Browser;

/// <summary>A copy of the notebooks beside the repository's library, and the kernel installed for it alone: what a front end needs, and may
/// write into.</summary>
public sealed class JupyterFolder : IDisposable
{
    private const string Python = "/usr/bin/python3";

    public JupyterFolder()
    {
        Directory.CreateDirectory(Path.Combine(Root, "notebooks"));
        Directory.CreateDirectory(Path.Combine(Root, "home"));
        foreach (var file in Directory.GetFiles(Path.Combine(Course.Root, "notebooks")))
        {
            File.Copy(file, Path.Combine(Root, "notebooks", Path.GetFileName(file)));
        }

        foreach (var file in Directory.GetFiles(Course.Root, "Directory.*.props"))
        {
            File.Copy(file, Path.Combine(Root, Path.GetFileName(file)));
        }

        Directory.CreateSymbolicLink(Path.Combine(Root, "lib"), Path.Combine(Course.Root, "lib"));
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("cnn-tutorial-jupyter-").FullName;

    /// <summary>The folder of the full data sets; null for the bundled sample.</summary>
    public string? Data { get; init; }

    /// <summary>Where results go and come from.</summary>
    public string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>Skips the test where Debian's package with this Python module is not there.</summary>
    internal static async Task NeedAsync(string module, string package)
    {
        var there = false;
        if (File.Exists(Python))
        {
            using var process = TestProcess.Start(
                new ProcessStartInfo(Python, ["-c", $"import {module}"]) { RedirectStandardError = true }
            );
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            there = process.ExitCode == 0;
        }

        Assert.SkipUnless(there, $"Debian's {package} is not installed.");
    }

    /// <summary>Makes the kernel known to the programs that <see cref="StartPython"/> starts.</summary>
    public async Task InstallKernelAsync()
    {
        using var install = TestProcess.Start(
            new ProcessStartInfo(
                "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "NotebookHost.dll"), "kernel", "install", "--prefix", Root]
            )
            {
                RedirectStandardOutput = true,
            }
        )!;
        await install.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, install.ExitCode);
    }

    /// <summary>Starts a Python module as a program; the course is offline, with its results in this folder.</summary>
    public Process StartPython(string module, params string[] arguments) => StartPython(["-m", module, .. arguments]);

    /// <summary>Executes notebooks with Jupyter's own runner, all of whose cells must succeed.</summary>
    /// <param name="notebooks">Their files.</param>
    /// <param name="kernel">The kernel that runs them; null for the one that each names.</param>
    /// <returns>The folder with the executed notebooks.</returns>
    public async Task<string> NbConvertAsync(IEnumerable<string> notebooks, string? kernel = null)
    {
        var results = Path.Combine(Root, "out");
        using var convert = StartPython(
            "jupyter",
            [
                "nbconvert",
                "--to",
                "notebook",
                "--execute",
                "--ExecutePreprocessor.timeout=900",
                .. kernel is null ? [] : (string[])[$"--ExecutePreprocessor.kernel_name={kernel}"],
                "--output-dir",
                results,
                .. notebooks,
            ]
        );
        var (code, output, errors) = await TestProcess.EndAsync(convert);
        Assert.True(code == 0, $"{output}\n{errors}");
        return results;
    }

    /// <summary>The same for Python's own arguments.</summary>
    public Process StartPython(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Python, arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = Path.Combine(Root, "home");
        start.Environment["JUPYTER_PATH"] = Path.Combine(Root, "share", "jupyter");
        // Debian's JupyterHub needs modules of Debian's Node.js, and another Node.js on the machine does not look where they are.
        start.Environment["NODE_PATH"] = "/usr/share/nodejs";
        Course.SetUp(start, Artifacts, Data);
        return TestProcess.Start(start);
    }

    public void Dispose()
    {
        // The link is deleted first, because what it leads to belongs to the repository.
        Directory.Delete(Path.Combine(Root, "lib"));
        Directory.Delete(Root, recursive: true);
    }
}
