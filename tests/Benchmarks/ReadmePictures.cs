using Microsoft.Playwright;

namespace Benchmarks;

/// <summary>Makes the two pictures in the README anew, in docs/images, from three epochs of the course on all of MNIST.</summary>
internal static class ReadmePictures
{
    /// <summary>The most that a README should load for one picture.</summary>
    private const int MostBytes = 300_000;

    private static readonly BrowserNewPageOptions Screen = new()
    {
        ViewportSize = new() { Width = 1440, Height = 880 },
        ColorScheme = ColorScheme.Light,
    };

    public static async Task<int> RunAsync()
    {
        if (FullData.Folder is not { } data)
        {
            Console.Error.WriteLine($"readme-pictures: {FullData.Missing}");
            return 2;
        }

        using var folder = new JupyterFolder { Data = data };
        var run = await Course.RunAsync(Path.Combine(folder.Root, "run"), data, "--set", "epochs=3");
        if (run.ExitCode != 0)
        {
            Console.Error.WriteLine(run);
            return 1;
        }

        Directory.CreateSymbolicLink(folder.Artifacts, run.Folder);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        await TakeSiteAsync(await browser.NewPageAsync(Screen), run.File("06-results.html"));
        await using var server = await JupyterServer.StartAsync(folder);
        var files = await browser.NewPageAsync(Screen);
        await server.OpenFilesAsync(files);
        await TakeNotebookAsync(await JupyterPage.OpenAsync(files, "06-results.ipynb"));
        return 0;
    }

    /// <summary>The page of the results, where the reader has drawn a digit.</summary>
    private static async Task TakeSiteAsync(IPage page, string file)
    {
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        var pad = page.Locator(".cnn-pad[data-ready]");
        await Handwriting.DrawAsync(pad, Handwriting.Strokes(5));
        Console.WriteLine($"The pad says: {await Handwriting.AnswerAsync(pad)}");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Draw your own digit" }).EvaluateAsync("heading => heading.scrollIntoView()");
        await SaveAsync(page, "site");
    }

    /// <summary>The notebook of the results, with its grid of predictions.</summary>
    private static async Task TakeNotebookAsync(JupyterPage notebook)
    {
        await notebook.ShiftEnterThroughAsync();
        await notebook.UntilIdleAsync();
        if (await notebook.ErrorsAsync() is { Length: > 0 } errors)
        {
            throw new InvalidOperationException(string.Join('\n', errors));
        }

        var cell = notebook.Page.Locator(".code_cell:has-text('Charts.PredictionGrid')").First;
        await cell.Locator("[id^=chart-] .point path").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await cell.EvaluateAsync("cell => cell.scrollIntoView()");
        await SaveAsync(notebook.Page, "notebook");
    }

    private static async Task SaveAsync(IPage page, string name)
    {
        var file = Path.Combine(Course.Root, "docs", "images", $"{name}.png");
        await page.ScreenshotAsync(new() { Path = file });
        var bytes = new FileInfo(file).Length;
        Console.WriteLine(
            $"{file}: {bytes:N0} bytes{(bytes > MostBytes ? $", more than the {MostBytes:N0} that a README should load" : "")}"
        );
    }
}
