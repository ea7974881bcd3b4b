using Microsoft.Playwright;

namespace Notebooks.Tests.Drawing;

/// <summary>A page with two drawing pads and a picture pad that show their layers, made from layers.ipynb; and what TorchSharp's layers
/// put out.</summary>
public sealed class LayersPage : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cnn-tutorial-layers-").FullName;

    internal CourseRun Run { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Run = await Course.RunAsync(_folder, data: null, Path.Combine(Course.Root, "tests", "Notebooks.Tests", "Drawing", "layers.ipynb"));
        Assert.True(Run.ExitCode == 0, Run.ToString());
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A file that the notebook wrote.</summary>
    public byte[] File(string name) => System.IO.File.ReadAllBytes(Path.Combine(_folder, "mnist", name));

    /// <summary>Opens the page from its file, offline, and waits for the pads.</summary>
    internal async Task<IPage> OpenAsync(IBrowser browser, BrowserNewPageOptions? options = null)
    {
        var page = await browser.PageAsync(
            options
                ?? new()
                {
                    ViewportSize = new() { Width = 1440, Height = 1300 },
                }
        );
        await page.Context.SetOfflineAsync(true);
        await page.GotoAsync(new Uri(Run.File("layers.html")).AbsoluteUri);
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.cnn-pad[data-ready]').length === 3");
        return page;
    }
}
