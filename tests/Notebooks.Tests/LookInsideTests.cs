using System.IO.Compression;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Notebooks.Tests;

/// <summary>Learning rates in notebook 05 and what the network sees in notebook 06, from the run on the bundled sample.</summary>
[Collection(nameof(BundledCourse))]
public sealed partial class LookInsideTests(BundledCourse course)
{
    private const int Pixels = 784;

    /// <summary>The point that is furthest from all others, so that the mouse can mean no other: where it lies on the screen, and its
    /// number in its trace.</summary>
    private const string Loneliest = """
        chart => {
            const all = [...chart.querySelectorAll('.scatterlayer .trace')].flatMap((trace, curve) =>
                [...trace.querySelectorAll('.point')].map((point, at) => {
                    const box = point.getBoundingClientRect();
                    return { x: box.x + box.width / 2, y: box.y + box.height / 2, curve, at };
                }));
            const nearest = one =>
                Math.min(...all.map(other => other === one ? Infinity : Math.hypot(one.x - other.x, one.y - other.y)));
            const { x, y, curve, at } = all.map(one => ({ one, apart: nearest(one) })).reduce((a, b) => b.apart > a.apart ? b : a).one;
            return [x, y, curve, at];
        }
        """;

    private const string Painted =
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data].filter((_, i) => i % 4 === 0)";

    [Fact]
    public void The_four_learning_rates_do_what_the_answer_says()
    {
        var legend = LegendEntry()
            .Matches(course.Run.Outputs("05-train.ipynb"))
            .ToDictionary(match => match.Groups["rate"].Value, match => double.Parse(match.Groups["percent"].Value));
        TestContext.Current.SendDiagnosticMessage(string.Join(", ", legend.Select(run => $"{run.Key}: {run.Value} %")));
        Assert.Equal(["0.1", "0.01", "0.001", "0.0001"], legend.Keys);
        // It stays at guessing or learns badly: which of the two, the seed and the processor decide.
        Assert.InRange(legend["0.1"], 5, legend["0.001"] - 10);
        Assert.InRange(legend["0.001"], 70, 100);
        Assert.InRange(legend["0.0001"], 0, legend["0.001"] - 10);
    }

    [Fact]
    public void What_the_network_sees_is_counted_and_measured()
    {
        var outputs = course.Run.Outputs("06-results.ipynb");
        var silent = SilentFilters().Match(outputs);
        Assert.InRange(int.Parse(silent.Groups["silent"].Value), 0, 35);
        Assert.Equal("1,000", silent.Groups["images"].Value);
        Assert.InRange(int.Parse(Variance().Match(outputs).Groups["percent"].Value), 10, 90);
        foreach (
            var title in (string[])
                [
                    "Block 1: its kernels and feature maps of image 0 (",
                    "Block 2: its feature maps of image 0 (",
                    "Block 2: the kernels of filter ",
                    "Which pixels the answer depends on",
                    "Test digits by what fc1 makes of them",
                ]
        )
        {
            Assert.Contains($"role=\"img\" aria-label=\"{title}", outputs, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task A_point_shows_its_own_image_to_the_mouse_and_to_the_keyboard(int width, ColorScheme scheme)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await browser.PageAsync(
            new()
            {
                ColorScheme = scheme,
                ViewportSize = new() { Width = width, Height = 900 },
            }
        );
        var problems = new List<string>();
        page.PageError += (_, error) => problems.Add(error);
        await page.GotoAsync(new Uri(course.Run.File("06-results.html")).AbsoluteUri);
        var scatter = page.Locator(".cnn-images[data-ready]");
        await scatter.WaitForAsync();
        await page.Context.SetOfflineAsync(true);
        var (tip, canvas, number) = (scatter.Locator("[data-part=tip]"), scatter.Locator("canvas"), scatter.Locator("input"));
        Assert.False(await tip.IsVisibleAsync());

        var chart = scatter.Locator("[id^=chart-]");
        await chart.ScrollIntoViewIfNeededAsync();
        var point = await chart.EvaluateAsync<double[]>(Loneliest);
        await page.Mouse.MoveAsync((float)point[0], (float)point[1]);
        await tip.WaitForAsync();
        var (images, labels) = (Bundled("t10k-images-idx3-ubyte.gz", 16), Bundled("t10k-labels-idx1-ubyte.gz", 8));
        // The traces are the classes in their order, and their points the images in theirs.
        var hovered = Enumerable.Range(0, labels.Length).Where(i => labels[i] == (int)point[2]).ElementAt((int)point[3]);
        await ShowsAsync(hovered);
        await scatter.ScreenshotAsync(new() { Path = Chromium.Screenshot($"image-scatter-{width}-{scheme}") });
        await page.Mouse.MoveAsync(1, 1);
        await tip.WaitForAsync(new() { State = WaitForSelectorState.Hidden });

        await number.FocusAsync();
        await page.Keyboard.TypeAsync("17");
        await tip.WaitForAsync();
        await ShowsAsync(17);
        await page.Keyboard.PressAsync("ArrowUp");
        await ShowsAsync(18);
        Assert.StartsWith(Name(labels[18]), await scatter.Locator("[role=status]").TextContentAsync(), StringComparison.Ordinal);
        await number.FillAsync("1000");
        Assert.Equal("There are images 0 to 999.", await scatter.Locator("[role=status]").TextContentAsync());
        Assert.False(await tip.IsVisibleAsync());
        await scatter.Locator("summary").ClickAsync();
        Assert.Equal(10, await scatter.Locator("tbody tr").CountAsync());

        var result = await page.Locator("main").RunAxe();
        var serious = result
            .Violations.Where(violation =>
                violation.Impact is "serious" or "critical"
                && violation.Nodes.Any(node =>
                    node.Html.Contains("cnn-images", StringComparison.Ordinal) || node.Html.Contains("chart-", StringComparison.Ordinal)
                )
            )
            .ToList();
        var own = await scatter.RunAxe();
        Assert.True(
            serious.Count + own.Violations.Length == 0,
            string.Join(
                '\n',
                serious
                    .Concat(own.Violations)
                    .Select(violation =>
                        $"{violation.Id}: {violation.Help}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}"
                    )
            )
        );
        Assert.Empty(problems);

        async Task ShowsAsync(int image)
        {
            await scatter.Locator($"figcaption:has-text('Image {image}: {Name(labels[image])}')").WaitForAsync();
            var painted = await canvas.EvaluateAsync<double[]>(Painted);
            var expected = images.Skip(image * Pixels).Take(Pixels).Select(pixel => 255 - (pixel * 239 / 255.0)).ToArray();
            // Sixteen shades: half a step is 8 of 255.
            Assert.InRange(painted.Zip(expected, (mine, its) => Math.Abs(mine - its)).Max(), 0, 9);
            var (frame, box) = ((await scatter.BoundingBoxAsync())!, (await tip.BoundingBoxAsync())!);
            Assert.InRange(box.X, frame.X - 1, frame.X + frame.Width - box.Width + 1);
        }
    }

    private static string Name(int label) =>
        new[] { "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine" }[label];

    private static byte[] Bundled(string name, int header)
    {
        using var file = new GZipStream(
            File.OpenRead(Path.Combine(Course.Root, "lib", "CnnTutorial", "Datasets", "Bundled", "opencv-digits", name)),
            CompressionMode.Decompress
        );
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray()[header..];
    }

    [GeneratedRegex(@"""name"":""(?<rate>0\.\d+): (?<percent>[\d.]+) % right""")]
    private static partial Regex LegendEntry();

    [GeneratedRegex(@"(?<silent>\d+) of 36 filters give zero everywhere, in each of (?<images>[\d,]+) test images\.")]
    private static partial Regex SilentFilters();

    [GeneratedRegex(@"The two axes hold (?<percent>\d+) % of the variance\.")]
    private static partial Regex Variance();
}
