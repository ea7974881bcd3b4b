using Microsoft.Playwright;

namespace Support.Browser;

/// <summary>The system's browser; a test that needs it is skipped where there is none.</summary>
internal static class Chromium
{
    private static readonly string? Program = new[] { "/usr/bin/chromium", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    /// <summary>Milliseconds that a test waits for what a page is to show.</summary>
    public const float Patience = 180_000;

    public static bool IsThere => Program is not null;

    public static void Need() => Assert.SkipUnless(IsThere, "Chromium is not installed (package chromium).");

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        Need();
        return playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = Program,
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            }
        );
    }

    /// <summary>A page that waits longer than the browser's driver does, which gives up after 30 seconds: other tests may have the
    /// machine.</summary>
    public static async Task<IPage> PageAsync(this IBrowser browser, BrowserNewPageOptions? options = null)
    {
        var page = await browser.NewPageAsync(options);
        page.SetDefaultTimeout(Patience);
        return page;
    }

    /// <summary>Where pictures of pages are kept for people to look at.</summary>
    public static string Screenshot(string name) =>
        Path.Combine(Directory.CreateDirectory(Path.Combine(Course.Root, "artifacts", "screenshots")).FullName, $"{name}.png");
}
