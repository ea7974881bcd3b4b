using System.Text.Json;
using Microsoft.Playwright;

namespace Notebooks.Tests.Drawing;

/// <summary>A page with several drawing pads, made by NotebookHost from pads.ipynb, and TorchSharp's answers for the images that the pads
/// are asked about.</summary>
public sealed class PadPage(BundledCourse course) : IAsyncLifetime
{
    /// <summary>The pads of the page, from the top.</summary>
    public const int Course = 0,
        CourseAgain = 1,
        ThreeBlocks = 2,
        Odd = 3,
        Wide = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("cnn-tutorial-pads-").FullName;

    internal CourseRun Run { get; private set; } = null!;

    /// <summary>The images, 784 bytes each, in base64.</summary>
    public string Images { get; private set; } = "";

    /// <summary>For each pad the probabilities of all images, one after the other.</summary>
    public IReadOnlyList<float[]> Expected { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var mnist = Directory.CreateDirectory(Path.Combine(_folder, "mnist")).FullName;
        File.Copy(Path.Combine(course.Run.Folder, "mnist", "model.safetensors"), Path.Combine(mnist, "model.safetensors"));
        Run = await Support.Course.RunAsync(
            _folder,
            FullData.Folder,
            Path.Combine(Support.Course.Root, "tests", "Notebooks.Tests", "Drawing", "pads.ipynb")
        );
        Assert.True(Run.ExitCode == 0, Run.ToString());
        using var json = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(mnist, "pads.json"), TestContext.Current.CancellationToken)
        );
        Images = json.RootElement.GetProperty("images").GetString()!;
        Expected = json.RootElement.GetProperty("expected").Deserialize<float[][]>()!;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens the page from its file and waits for the pads.</summary>
    internal async Task<IPage> OpenAsync(IBrowser browser, BrowserNewPageOptions? options = null)
    {
        var page = await browser.PageAsync(
            options
                ?? new()
                {
                    ViewportSize = new() { Width = 1000, Height = 900 },
                }
        );
        page.PageError += (_, error) => throw new InvalidOperationException(error);
        await page.GotoAsync(new Uri(Run.File("pads.html")).AbsoluteUri);
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.cnn-pad[data-ready]').length === 5");
        return page;
    }

    internal static ILocator Pad(IPage page, int pad) => page.Locator(".cnn-pad").Nth(pad);
}
