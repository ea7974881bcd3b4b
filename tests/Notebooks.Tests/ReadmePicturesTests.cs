using Microsoft.Playwright;
using Notebooks.Tests.Drawing;

namespace Notebooks.Tests;

/// <summary>
/// The two pictures in the README. <c>README_PICTURES=1 dotnet test --project tests/Notebooks.Tests --filter-class
/// '*ReadmePicturesTests'</c>
/// makes them anew in docs/images, from a run of the course on all of MNIST, three epochs long; without the variable they are made
/// from the run on the bundled sample, for artifacts/screenshots.
/// </summary>
[Collection(nameof(BundledCourse))]
public sealed class ReadmePicturesTests(BundledCourse course)
{
    private static readonly bool ForReadme = Environment.GetEnvironmentVariable("README_PICTURES") == "1";

    /// <summary>What a README may ask a reader to load for one picture.</summary>
    private const int MostBytes = 300_000;

    private static readonly BrowserNewPageOptions Screen = new()
    {
        ViewportSize = new() { Width = 1440, Height = 880 },
        ColorScheme = ColorScheme.Light,
    };

    [Fact]
    public async Task Of_a_notebook_in_Jupyter_and_of_the_site()
    {
        Chromium.Need();
        Assert.SkipWhen(ForReadme && Course.FullData is null, "The full data sets are not beside the repository (../shared/datasets).");
        await JupyterFolder.NeedAsync("notebook", "jupyter-notebook");
        using var folder = new JupyterFolder { Data = ForReadme ? Course.FullData : null };
        var run = ForReadme ? await Course.RunAsync(Path.Combine(folder.Root, "run"), folder.Data, "--set", "epochs=3") : course.Run;
        Assert.True(run.ExitCode == 0, run.ToString());
        Directory.CreateSymbolicLink(folder.Artifacts, run.Folder);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        await TakeSiteAsync(await browser.NewPageAsync(Screen), run.File("06-results.html"));
        await using var server = await JupyterServer.StartAsync(folder);
        var files = await browser.NewPageAsync(Screen);
        await server.OpenFilesAsync(files);
        await TakeNotebookAsync(await JupyterPage.OpenAsync(files, "06-results.ipynb"));
    }

    /// <summary>The page of the results, where the reader has drawn a digit.</summary>
    private static async Task TakeSiteAsync(IPage page, string file)
    {
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        var pad = page.Locator(".cnn-pad[data-ready]");
        await Handwriting.DrawAsync(pad, Handwriting.Strokes(5));
        Assert.Contains(ForReadme ? "Five, " : " %", await Handwriting.AnswerAsync(pad), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Heading, new() { Name = "Draw your own digit" }).EvaluateAsync("heading => heading.scrollIntoView()");
        await SaveAsync(page, "site");
    }

    /// <summary>The notebook of the results, with its grid of predictions.</summary>
    private static async Task TakeNotebookAsync(JupyterPage notebook)
    {
        await notebook.ShiftEnterThroughAsync();
        await notebook.UntilIdleAsync();
        Assert.Empty(await notebook.ErrorsAsync());
        var cell = notebook.Page.Locator(".code_cell:has-text('Charts.PredictionGrid')").First;
        await cell.Locator("[id^=chart-] .point path").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await cell.EvaluateAsync("cell => cell.scrollIntoView()");
        await SaveAsync(notebook.Page, "notebook");
    }

    private static async Task SaveAsync(IPage page, string name)
    {
        var file = ForReadme ? Path.Combine(Course.Root, "docs", "images", $"{name}.png") : Chromium.Screenshot($"readme-{name}");
        await page.ScreenshotAsync(new() { Path = file });
        Assert.InRange(new FileInfo(file).Length, 1, MostBytes);
    }
}
