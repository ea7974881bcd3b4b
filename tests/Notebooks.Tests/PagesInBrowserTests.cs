using Microsoft.Playwright;

namespace Notebooks.Tests;

/// <summary>The pages of the course in a real browser.</summary>
[Collection(nameof(BundledCourse))]
public sealed class PagesInBrowserTests(BundledCourse course)
{
    /// <summary>How many charts each page draws.</summary>
    private static readonly Dictionary<string, int> Charts = new()
    {
        ["00-introduction"] = 3,
        ["01-setup"] = 0,
        ["02-data"] = 4,
        ["03-model"] = 0,
        ["04-compile"] = 0,
        ["05-train"] = 4,
        ["06-results"] = 8,
        ["07-exercise-fashion-mnist"] = 4,
        ["08-your-own-pictures"] = 6,
    };

    /// <summary>Counts the charts that have marks: bars, lines, or the pixels of a heatmap.</summary>
    private const string Drawn =
        "() => [...document.querySelectorAll('[id^=chart-]')].filter(chart => chart.querySelector('.point path, path.point, .js-line, "
        + ".hm image, .im image')).length";

    [Fact]
    public async Task Every_chart_is_drawn_on_phone_and_desktop_light_and_dark_with_nothing_from_outside()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        foreach (var (width, scheme) in new[] { (1440, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            foreach (var (name, charts) in Charts)
            {
                await LookAsync(browser, name, charts, width, scheme);
            }
        }
    }

    private async Task LookAsync(IBrowser browser, string name, int charts, int width, ColorScheme scheme)
    {
        var page = await browser.PageAsync(
            new()
            {
                ColorScheme = scheme,
                ViewportSize = new() { Width = width, Height = 900 },
            }
        );
        var problems = new List<string>();
        page.PageError += (_, error) => problems.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                problems.Add(message.Text);
            }
        };
        page.Request += (_, request) =>
        {
            if (
                !request.Url.StartsWith("file:", StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal)
            )
            {
                problems.Add($"a request to {request.Url}");
            }
        };

        await page.GotoAsync(new Uri(course.Run.File($"{name}.html")).AbsoluteUri);
        for (var tries = 0; tries < 300 && await page.EvaluateAsync<int>(Drawn) < charts; tries++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        var drawn = await page.EvaluateAsync<int>(Drawn);
        var scroll = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        var title = charts == 0 ? null : await page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('.gtitle')).fill");

        await page.ScreenshotAsync(new() { Path = Chromium.Screenshot($"{name}-{width}-{scheme}"), FullPage = true });
        await page.CloseAsync();

        Assert.Equal(charts, drawn);
        Assert.True(scroll <= 0, $"{name} scrolls sideways by {scroll} px at {width} px");
        Assert.Empty(problems);
        if (title is not null)
        {
            // Light letters on dark, dark letters on light.
            Assert.Equal(scheme == ColorScheme.Dark, int.Parse(title.Split('(', ',')[1]) > 128);
        }
    }
}
