using Microsoft.Playwright;

namespace Notebooks.Tests.Site;

/// <summary>A browser for the pages of the course's run, which notes what a page must not do: fail, complain, or ask for anything outside
/// itself.</summary>
internal sealed class SitePages : IAsyncDisposable
{
    private readonly CourseRun _run;
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private SitePages(CourseRun run, IPlaywright playwright, IBrowser browser)
    {
        _run = run;
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>The files of the index and of the notebooks' pages.</summary>
    public static IReadOnlyList<string> Names { get; } =
    ["index.html", .. Course.Notebooks.Select(notebook => Path.GetFileNameWithoutExtension(notebook) + ".html")];

    /// <summary>The files of all pages.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Names, "glossary.html"];

    /// <summary>What pages did that they must not do.</summary>
    public List<string> Problems { get; } = [];

    public static async Task<SitePages> OpenAsync(CourseRun run)
    {
        var playwright = await Playwright.CreateAsync();
        try
        {
            return new SitePages(run, playwright, await Chromium.LaunchAsync(playwright));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    public string Address(string name) => new Uri(_run.File(name)).AbsoluteUri;

    /// <summary>A window of its own, with an empty storage.</summary>
    public async Task<IPage> WindowAsync(int width = 1440, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await _browser.PageAsync(
            new()
            {
                ColorScheme = scheme,
                ViewportSize = new() { Width = width, Height = 900 },
            }
        );
        page.PageError += (_, error) => Problems.Add($"{page.Url}: {error}");
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                Problems.Add($"{page.Url}: {message.Text}");
            }
        };
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url).Scheme is not ("file" or "data" or "blob"))
            {
                Problems.Add($"{page.Url}: a request to {request.Url}");
            }
        };
        return page;
    }

    /// <summary>Opens a page and waits until it is ready to be used.</summary>
    public async Task GoAsync(IPage page, string name)
    {
        await page.GotoAsync(Address(name));
        await SettleAsync(page);
    }

    /// <summary>Waits until the charts are drawn and the page is painted: before that, Chromium takes no keys.</summary>
    public static async Task SettleAsync(IPage page)
    {
        await page.WaitForFunctionAsync(
            "() => [...document.querySelectorAll('[id^=chart-]')].every(chart => chart.querySelector('.main-svg'))"
        );
        await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
