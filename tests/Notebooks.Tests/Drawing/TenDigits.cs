using Microsoft.Playwright;

namespace Notebooks.Tests.Drawing;

/// <summary>A person who opens the page of the results and draws the ten digits, one after the other; with a picture of each.</summary>
internal static class TenDigits
{
    /// <summary>Draws on the page's pad, on a wide and light screen and on a dark phone.</summary>
    /// <param name="file">An exported page with a pad whose network learned from all of MNIST.</param>
    public static async Task DrawAsync(string file)
    {
        if (!Chromium.IsThere)
        {
            return;
        }

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        foreach (var (width, scheme) in new[] { (1440, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            var page = await browser.PageAsync(
                new()
                {
                    ViewportSize = new() { Width = width, Height = 900 },
                    ColorScheme = scheme,
                }
            );
            await page.GotoAsync(new Uri(file).AbsoluteUri);
            var pad = page.Locator(".cnn-pad[data-ready]");
            var answers = new List<string>();
            for (var digit = 0; digit < 10; digit++)
            {
                await Handwriting.DrawAsync(pad, Handwriting.Strokes(digit));
                answers.Add(await Handwriting.AnswerAsync(pad));
                await pad.ScreenshotAsync(new() { Path = Chromium.Screenshot($"pad-{digit}-{width}-{scheme}") });
                await pad.Locator("[data-part=clear]").ClickAsync();
            }

            TestContext.Current.SendDiagnosticMessage($"Ten digits drawn at {width} px: {string.Join("; ", answers)}.");
            Assert.InRange(
                answers.Index().Count(answer => answer.Item.StartsWith(Handwriting.Names[answer.Index], StringComparison.Ordinal)),
                9,
                10
            );

            // A drawing that is not a digit gets an answer too; the notebook asks about it.
            await Handwriting.DrawAsync(
                pad,
                [
                    [(0.5, 0.1), (0.74, 0.84), (0.11, 0.38), (0.89, 0.38), (0.26, 0.84), (0.5, 0.1)],
                ]
            );
            TestContext.Current.SendDiagnosticMessage($"A star: {await Handwriting.AnswerAsync(pad)}.");
            await pad.ScreenshotAsync(new() { Path = Chromium.Screenshot($"pad-star-{width}-{scheme}") });
            await page.CloseAsync();
        }
    }
}
