namespace Notebooks.Tests;

/// <summary>The course with Jupyter's own runner and this project's kernel.</summary>
[Collection("Jupyter")]
public sealed class NbConvertTests
{
    [Fact]
    public async Task Nbconvert_executes_every_notebook()
    {
        await JupyterFolder.NeedAsync("nbconvert", "jupyter-nbconvert");
        using var folder = new JupyterFolder();
        await folder.InstallKernelAsync();
        var notebooks = Course.Notebooks.Select(path => Path.Combine(folder.Root, "notebooks", Path.GetFileName(path))).ToList();

        using var convert = folder.StartPython(
            "jupyter",
            [
                "nbconvert",
                "--to",
                "notebook",
                "--execute",
                "--ExecutePreprocessor.timeout=900",
                "--output-dir",
                Path.Combine(folder.Root, "out"),
                .. notebooks,
            ]
        );
        var output = convert.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await convert.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await convert.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(convert.ExitCode == 0, $"{await output}\n{errors}");
        Assert.All(notebooks, notebook => Assert.True(File.Exists(Path.Combine(folder.Root, "out", Path.GetFileName(notebook))), notebook));
        Assert.True(File.Exists(Path.Combine(folder.Root, "artifacts", "mnist", "metrics.json")));
    }
}
