using Microsoft.Playwright;

namespace Support.Browser;

/// <summary>A notebook open in Jupyter Notebook 6, and what a learner does there.</summary>
internal sealed class JupyterPage(IPage page)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public IPage Page => page;

    /// <summary>Opens a notebook by a click in the file browser.</summary>
    public static async Task<JupyterPage> OpenAsync(IPage files, string name)
    {
        var opened = new JupyterPage(await files.RunAndWaitForPopupAsync(() => files.ClickAsync($"a.item_link:has-text('{name}')")));
        await opened.UntilAsync(
            "() => !!(window.Jupyter && Jupyter.notebook && Jupyter.notebook.kernel && Jupyter.notebook.kernel.info_reply.implementation)"
        );
        return opened;
    }

    /// <summary>Presses Shift+Enter from the first cell to the last.</summary>
    public async Task ShiftEnterThroughAsync()
    {
        await page.EvaluateAsync("() => { Jupyter.notebook.select(0); Jupyter.notebook.command_mode(); Jupyter.notebook.focus_cell(); }");
        var cells = await page.EvaluateAsync<int>("() => Jupyter.notebook.ncells()");
        for (var i = 0; i < cells; i++)
        {
            await page.Keyboard.PressAsync("Shift+Enter");
        }
    }

    public async Task<string[]> ErrorsAsync() =>
        await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.output_error')].map(error => error.innerText)");

    public Task UntilIdleAsync() =>
        UntilAsync(
            "() => !document.querySelector('.code_cell.running') && Jupyter.notebook.kernel._msg_callbacks && "
                + "document.querySelector('.kernel_idle_icon') !== null"
        );

    public async Task UntilAsync(string condition)
    {
        var end = DateTime.UtcNow + Patience;
        while (!await page.EvaluateAsync<bool>(condition))
        {
            Assert.True(DateTime.UtcNow < end, $"it did not happen: {condition}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Presses a button of the toolbar.</summary>
    public Task PressAsync(string action) => page.ClickAsync($"button[data-jupyter-action='jupyter-notebook:{action}']");

    /// <summary>Adds a cell at the end and types into it, without running it.</summary>
    public async Task TypeInNewCellAsync(string code)
    {
        await page.EvaluateAsync(
            "() => { Jupyter.notebook.select(Jupyter.notebook.ncells() - 1); Jupyter.notebook.insert_cell_below('code'); "
                + "Jupyter.notebook.select_next(); Jupyter.notebook.scroll_to_bottom(); Jupyter.notebook.edit_mode(); }"
        );
        await page.Keyboard.TypeAsync(code);
    }

    public Task<string> LastCellAsync() =>
        page.EvaluateAsync<string>("() => Jupyter.notebook.get_cell(Jupyter.notebook.ncells() - 1).get_text()");

    /// <summary>Runs the cell whose code contains a text.</summary>
    public async Task RunCellWithAsync(string text)
    {
        await page.EvaluateAsync(
            "text => { const cells = Jupyter.notebook.get_cells(); Jupyter.notebook.select(cells.findIndex(cell => cell.cell_type === "
                + "'code' && cell.get_text().includes(text))); Jupyter.notebook.command_mode(); Jupyter.notebook.focus_cell(); }",
            text
        );
        await page.Keyboard.PressAsync("Control+Enter");
    }

    public Task<string> OutputOfCellWithAsync(string text) =>
        page.EvaluateAsync<string>(
            "text => Jupyter.notebook.get_cells().find(cell => cell.cell_type === 'code' && "
                + "cell.get_text().includes(text)).element.find('.output').text()",
            text
        );

    public async Task ScreenshotAsync(string name, string? scrollTo = null)
    {
        if (scrollTo is not null)
        {
            // Playwright's own scrolling waits until the element rests; a progress bar does not.
            await page.Locator(scrollTo).Last.EvaluateAsync("element => element.scrollIntoView({ block: 'center' })");
        }

        await page.ScreenshotAsync(new() { Path = Chromium.Screenshot($"jupyter-{name}") });
    }
}
