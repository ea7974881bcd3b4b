using Microsoft.Playwright;
using Notebooks.Tests.Drawing;

namespace Notebooks.Tests;

/// <summary>The course, 01 to 06, as a learner does it in Jupyter Notebook: a browser, Shift+Enter, the stop button, Tab.</summary>
[Collection("Jupyter")]
public sealed class JupyterInBrowserTests
{
    private const string Bars =
        "() => [...document.querySelectorAll('[role=progressbar]')].map(bar => parseFloat(bar.getAttribute('aria-valuenow')))";

    /// <summary>Counts the charts that have marks: bars, lines, or the pixels of a heatmap.</summary>
    private const string Drawn =
        "[...document.querySelectorAll('[id^=chart-]')].filter(chart => chart.querySelector('.point path, path.point, .js-line, .hm "
        + "image')).length";

    [Fact]
    public async Task The_course_runs_cell_by_cell_and_stops_restarts_completes_and_explains()
    {
        Chromium.Need();
        await JupyterFolder.NeedAsync("notebook", "jupyter-notebook");
        using var folder = new JupyterFolder();
        await using var server = await JupyterServer.StartAsync(folder);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var files = await browser.PageAsync(
            new()
            {
                ViewportSize = new() { Width = 1200, Height = 1000 },
            }
        );
        await server.OpenFilesAsync(files);
        await SetupAsync(files);
        await RunAsync(files, "02-data", charts: 4, sees: ".cnn-card", scrollTo: "[id^=chart-]:has-text('36 training images')");
        await RunAsync(files, "03-model", charts: 0, sees: ".cnn-table:has-text('235,262')");
        await RunAsync(files, "04-compile", charts: 0, sees: ".output_text");
        await TrainAsync(files);
        await DrawAsync(await RunAsync(files, "06-results", charts: 8, sees: "[id^=chart-]:has-text('The most confident mistakes')"));
    }

    private static async Task<JupyterPage> RunAsync(IPage files, string name, int charts, string sees, string? scrollTo = null)
    {
        var notebook = await JupyterPage.OpenAsync(files, $"{name}.ipynb");
        await notebook.ShiftEnterThroughAsync();
        await notebook.UntilIdleAsync();
        Assert.Empty(await notebook.ErrorsAsync());
        await notebook.UntilAsync($"() => {Drawn} === {charts}");
        Assert.True(await notebook.Page.Locator(sees).Last.IsVisibleAsync(), $"{name} does not show {sees}");
        await notebook.ScreenshotAsync(name, scrollTo ?? sees);
        return notebook;
    }

    /// <summary>The accelerator's card; Tab and Shift+Tab; restart and run all.</summary>
    private static async Task SetupAsync(IPage files)
    {
        var notebook = await RunAsync(files, "01-setup", charts: 0, sees: ".cnn-card");

        await notebook.TypeInNewCellAsync("Accelerator.");
        await notebook.Page.Keyboard.PressAsync("Tab");
        await notebook.Page.WaitForSelectorAsync("#complete");
        Assert.Equal(
            ["Detect", "Require"],
            await notebook.Page.Locator("#complete option").AllInnerTextsAsync() is var all
                ? all.Where(text => text is "Detect" or "Require")
                : []
        );
        await notebook.ScreenshotAsync("01-tab");
        await notebook.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("Accelerator.Detect", await notebook.LastCellAsync());

        await notebook.Page.Keyboard.TypeAsync("(");
        await notebook.Page.Keyboard.PressAsync("Shift+Tab");
        await notebook.Page.WaitForSelectorAsync("#tooltip:visible .tooltiptext pre");
        var help = await notebook.Page.InnerTextAsync("#tooltip");
        Assert.Contains("Accelerator.Detect()", help, StringComparison.Ordinal);
        await notebook.ScreenshotAsync("01-shift-tab");
        await notebook.Page.Keyboard.PressAsync("Escape");
        await notebook.Page.EvaluateAsync(
            "() => { Jupyter.notebook.command_mode(); Jupyter.notebook.delete_cells([Jupyter.notebook.ncells() - 1]); }"
        );

        await notebook.PressAsync("confirm-restart-kernel-and-run-all-cells");
        await notebook.Page.ClickAsync(".modal.in .btn-danger");
        await notebook.UntilAsync("() => document.querySelector('.cnn-card') === null");
        await notebook.UntilAsync("() => document.querySelector('.cnn-card') !== null");
        await notebook.UntilIdleAsync();
        Assert.Empty(await notebook.ErrorsAsync());
    }

    /// <summary>The pad answers to the mouse and to keys, which here are also Jupyter's; and again once the notebook was saved and opened
    /// anew.</summary>
    private static async Task DrawAsync(JupyterPage notebook)
    {
        var cells = await notebook.Page.EvaluateAsync<int>("() => Jupyter.notebook.ncells()");
        var pad = notebook.Page.Locator(".cnn-pad[data-ready]");
        await Handwriting.DrawAsync(pad, Handwriting.Strokes(1));
        Assert.StartsWith("One, ", await Handwriting.AnswerAsync(pad), StringComparison.Ordinal);
        await notebook.ScreenshotAsync("06-pad");
        await pad.Locator("[data-part=paper]").FocusAsync();
        await notebook.Page.Keyboard.PressAsync("Backspace");
        Assert.StartsWith("Draw a digit", await Handwriting.AnswerAsync(pad), StringComparison.Ordinal);
        foreach (var key in (string[])[.. Handwriting.KeysOfOne, "Space", "x", "d", "d"])
        {
            await notebook.Page.Keyboard.PressAsync(key);
        }

        Assert.StartsWith("One, ", await Handwriting.AnswerAsync(pad), StringComparison.Ordinal);
        Assert.Equal(cells, await notebook.Page.EvaluateAsync<int>("() => Jupyter.notebook.ncells()"));

        // Jupyter runs no scripts of a notebook that it was not told to trust: then a line says what to do.
        await notebook.Page.EvaluateAsync("() => Jupyter.notebook.save_notebook()");
        await notebook.Page.ReloadAsync();
        await notebook.Page.Locator(".output:has-text('that you trust this notebook')").First.WaitForAsync();
        await notebook.Page.ClickAsync("#notification_trusted");
        await notebook.Page.ClickAsync(".modal.in .btn-danger");
        // Trusting reloads the page: a locator waits for the new page, a script in the old page would end.
        await pad.WaitForAsync();
        await Handwriting.DrawAsync(pad, Handwriting.Strokes(1));
        Assert.StartsWith("One, ", await Handwriting.AnswerAsync(pad), StringComparison.Ordinal);
    }

    /// <summary>The bar moves, the curve is drawn; stop in the middle keeps what was learned, and the next cell goes on with it.</summary>
    private static async Task TrainAsync(IPage files)
    {
        const string fit = "var history = trainer.Fit";
        var notebook = await JupyterPage.OpenAsync(files, "05-train.ipynb");
        await notebook.ShiftEnterThroughAsync();
        var seen = new HashSet<float>();
        await notebook.UntilAsync("() => document.querySelector('[role=progressbar]') !== null");
        while (await notebook.Page.EvaluateAsync<float[]>(Bars) is [.., var value] && value < 100)
        {
            if (seen.Add(value) && seen.Count == 20)
            {
                await notebook.ScreenshotAsync("05-progress", $".code_cell:has-text('{fit}')");
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.InRange(seen.Count, 5, int.MaxValue);
        await notebook.UntilIdleAsync();
        Assert.Empty(await notebook.ErrorsAsync());
        await notebook.UntilAsync($"() => {Drawn} === 4");
        await notebook.ScreenshotAsync("05-curve", "[id^=chart-]");

        await notebook.RunCellWithAsync(fit);
        await notebook.UntilAsync(
            "() => [...document.querySelectorAll('[role=progressbar]')].some(bar => bar.getAttribute('aria-valuenow') > 15 && "
                + "bar.getAttribute('aria-valuenow') < 90)"
        );
        await notebook.PressAsync("interrupt-kernel");
        await notebook.UntilIdleAsync();
        Assert.Contains("Stopped by you in epoch", await notebook.OutputOfCellWithAsync(fit), StringComparison.Ordinal);
        await notebook.ScreenshotAsync("05-stopped", ".output_error");
        await notebook.RunCellWithAsync("Charts.LearningCurve(history)");
        await notebook.UntilIdleAsync();
        await notebook.RunCellWithAsync("best.Evaluate(validation)");
        await notebook.UntilIdleAsync();
        Assert.Contains("Validation: ", await notebook.OutputOfCellWithAsync("best.Evaluate(validation)"), StringComparison.Ordinal);
    }
}
