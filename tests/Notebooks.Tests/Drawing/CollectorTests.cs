using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace Notebooks.Tests.Drawing;

/// <summary>The pad that collects, on the page of notebook 08; and the notebook with what was drawn.</summary>
[Collection(nameof(BundledCourse))]
public sealed class CollectorTests(BundledCourse course)
{
    private const string Notebook = "08-your-own-pictures.ipynb";

    [Fact]
    public async Task What_is_drawn_becomes_text_with_which_the_notebook_goes_on()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var (page, pad) = await OpenAsync(browser);
        await pad.Locator("[data-part=next]").ClickAsync();
        Assert.Contains("The paper is empty", await MessageAsync(pad), StringComparison.Ordinal);
        for (var i = 0; i < 6; i++)
        {
            foreach (var digit in new[] { 0, 1, 7 })
            {
                await pad.Locator("[data-part=name]").FillAsync($"digit {digit}");
                await Handwriting.DrawAsync(pad, Handwriting.Strokes(digit));
                await pad.Locator("[data-part=next]").ClickAsync();
            }
        }

        await pad.ScreenshotAsync(new() { Path = Chromium.Screenshot("collector") });
        await pad.GetByRole(AriaRole.Button, new() { Name = "Remove drawing 1," }).ClickAsync();
        var text = await pad.Locator("[data-part=text]").InputValueAsync();
        var lines = text.Split('\n');
        Assert.Equal(17, lines.Length);
        Assert.All(
            lines,
            line =>
            {
                var parts = line.Split('\t');
                Assert.Matches("^digit [017]$", parts[0]);
                AssertCentred([.. Convert.FromBase64String(parts[1]).SelectMany(two => new[] { (two >> 4) / 15.0, (two & 15) / 15.0 })]);
            }
        );
        // By keyboard: a class is chosen, and the focus stays on it.
        await pad.GetByRole(AriaRole.Button, new() { Name = "star: 0" }).PressAsync("Enter");
        Assert.Equal("star: 0", await page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        await pad.Locator("[data-part=copy]").ClickAsync();
        Assert.Contains("17 drawings", await MessageAsync(pad), StringComparison.Ordinal);
        await page.CloseAsync();
        await RunWithAsync(text);
    }

    /// <summary>A seven near a corner of a sheet that is not evenly lit.</summary>
    private const string Photo = """
        ([paper, ink]) => {
            const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
            [canvas.width, canvas.height] = [900, 1200];
            const light = context.createLinearGradient(0, 0, 900, 1200);
            light.addColorStop(0, `rgb(${paper},${paper},${paper})`);
            light.addColorStop(1, `rgb(${paper + 25},${paper + 25},${paper + 15})`);
            context.fillStyle = light;
            context.fillRect(0, 0, 900, 1200);
            context.strokeStyle = `rgb(${ink},${ink},${ink + 30})`;
            [context.lineWidth, context.lineCap] = [34, 'round'];
            context.stroke(new Path2D('M 120 200 L 380 190 L 240 520'));
            return canvas.toDataURL('image/png').split(',')[1];
        }
        """;

    [Theory]
    [InlineData(200, 40)]
    [InlineData(25, 220)]
    public async Task A_photo_is_centred_like_a_drawing_and_what_is_none_is_named(int paper, int ink)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var (page, pad) = await OpenAsync(browser);
        using var folder = new TemporaryFolder();
        // As large as the other buttons, for fingers.
        Assert.InRange((await pad.Locator("[data-part=file]").BoundingBoxAsync())!.Height, 44, 60);
        var none = Path.Combine(folder.Path, "none.png");
        await File.WriteAllTextAsync(none, "no picture", TestContext.Current.CancellationToken);
        await pad.Locator("[data-part=file]").SetInputFilesAsync(none);
        await Assertions.Expect(pad.Locator("[data-part=message]")).ToContainTextAsync("none.png is no picture");
        var photo = Path.Combine(folder.Path, "seven.png");
        var bytes = Convert.FromBase64String(await page.EvaluateAsync<string>(Photo, new[] { paper, ink }));
        await File.WriteAllBytesAsync(photo, bytes, TestContext.Current.CancellationToken);
        await pad.Locator("[data-part=file]").SetInputFilesAsync(photo);
        await Assertions.Expect(pad.Locator("[data-part=message]")).ToContainTextAsync("how a network sees seven.png");
        AssertCentred(await pad.EvaluateAsync<double[]>("pad => pad.look()"));
        await pad.ScreenshotAsync(new() { Path = Chromium.Screenshot($"collector-photo-{paper}") });
        await pad.Locator("[data-part=next]").ClickAsync();
        Assert.StartsWith("heart\t", await pad.Locator("[data-part=text]").InputValueAsync(), StringComparison.Ordinal);
    }

    /// <summary>As in MNIST's test images: scaled into 20 × 20 pixels, the centre of mass within half a pixel of 14, counted from
    /// 0.</summary>
    private static void AssertCentred(double[] pixels)
    {
        Assert.Equal(28 * 28, pixels.Length);
        var mass = pixels.Sum();
        Assert.InRange(mass, 20, 400);
        Assert.InRange(pixels.Select((value, i) => value * (i / 28)).Sum() / mass, 13.4, 14.6);
        Assert.InRange(pixels.Select((value, i) => value * (i % 28)).Sum() / mass, 13.4, 14.6);
        var inked = Enumerable.Range(0, pixels.Length).Where(i => pixels[i] > 0).ToList();
        var size = Math.Max(inked.Max(i => i / 28) - inked.Min(i => i / 28), inked.Max(i => i % 28) - inked.Min(i => i % 28)) + 1;
        Assert.InRange(size, 18, 21);
    }

    private static Task<string> MessageAsync(ILocator pad) => pad.Locator("[data-part=message]").InnerTextAsync();

    private async Task<(IPage Page, ILocator Pad)> OpenAsync(IBrowser browser)
    {
        var page = await browser.PageAsync();
        page.PageError += (_, error) => throw new InvalidOperationException(error);
        await page.GotoAsync(new Uri(course.Run.File(Path.ChangeExtension(Notebook, "html"))).AbsoluteUri);
        var pad = page.Locator(".cnn-collector[data-ready]");
        await pad.ScrollIntoViewIfNeededAsync();
        return (page, pad);
    }

    private static async Task RunWithAsync(string text)
    {
        using var folder = new JupyterFolder();
        var file = Path.Combine(folder.Root, "notebooks", Notebook);
        var notebook = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        var cell = notebook["cells"]!.AsArray().Single(cell => (string)cell!["id"]! == "own-paste")!;
        cell["source"] = $"var drawn = \"\"\"\n{text}\n\"\"\";";
        await File.WriteAllTextAsync(file, notebook.ToJsonString(), TestContext.Current.CancellationToken);
        var run = await Course.RunAsync(folder.Artifacts, data: null, "--set", "ownEpochs=5", file);
        Assert.True(run.ExitCode == 0, run.ToString());
        var outputs = run.Outputs(Notebook);
        Assert.Contains("My drawings: 13 + 4 images of 28×28", outputs, StringComparison.Ordinal);
        Assert.Contains("digit 7", outputs, StringComparison.Ordinal);
        Assert.Contains("cnn-pad", outputs, StringComparison.Ordinal);
    }
}
