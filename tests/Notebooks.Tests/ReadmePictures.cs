using Microsoft.Playwright;
using Notebooks.Tests.Drawing;

namespace Notebooks.Tests;

/// <summary>
/// Makes the two pictures in the README from a run of the course on all of MNIST, three epochs long. Not a test: it runs only when it is asked for, by
/// <c>dotnet test --project tests/Notebooks.Tests --filter-class '*ReadmePictures' --explicit only</c>.
/// </summary>
[Collection("Jupyter")]
public sealed class ReadmePictures
{
    /// <summary>What a README may ask a reader to load for one picture.</summary>
    private const int MostBytes = 300_000;

    private static readonly BrowserNewPageOptions Screen = new() { ViewportSize = new() { Width = 1440, Height = 880 }, ColorScheme = ColorScheme.Light };

    [Fact(Explicit = true)]
    public async Task Of_a_notebook_in_Jupyter_and_of_the_site()
    {
        Assert.SkipWhen(Course.FullData is null, "The full data sets are not beside the repository (../shared/datasets).");
        await JupyterFolder.NeedAsync("notebook", "jupyter-notebook");
        using var folder = new JupyterFolder { Data = Course.FullData };
        var run = await Course.RunAsync(folder.Artifacts, folder.Data, "--set", "epochs=3");
        Assert.True(run.ExitCode == 0, run.ToString());
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
        Assert.StartsWith("Five, ", await Handwriting.AnswerAsync(pad), StringComparison.Ordinal);
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
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(Course.Root, "docs", "images")).FullName, $"{name}.png");
        await page.ScreenshotAsync(new() { Path = file });
        Assert.InRange(new FileInfo(file).Length, 1, MostBytes);
    }
}
