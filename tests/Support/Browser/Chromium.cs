using Microsoft.Playwright;

namespace Support.Browser;

/// <summary>The system's browser; a test that needs it is skipped where there is none.</summary>
internal static class Chromium
{
    private static readonly string? Program = new[] { "/usr/bin/chromium", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

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

    /// <summary>Where pictures of pages are kept for people to look at.</summary>
    public static string Screenshot(string name) =>
        Path.Combine(Directory.CreateDirectory(Path.Combine(Course.Root, "artifacts", "screenshots")).FullName, $"{name}.png");
}
