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

        var results = await folder.NbConvertAsync(notebooks);

        Assert.All(notebooks, notebook => Assert.True(File.Exists(Path.Combine(results, Path.GetFileName(notebook))), notebook));
        Assert.True(File.Exists(Path.Combine(folder.Root, "artifacts", "mnist", "metrics.json")));
    }
}
