using System.Text.Json;
using Microsoft.Playwright;

namespace Notebooks.Tests;

/// <summary>The figures of the introduction.</summary>
[Collection(nameof(BundledCourse))]
public sealed class IntroductionTests(BundledCourse course)
{
    private const string Every = """
        () => {
            const root = document.querySelector('.cnn-scan'), part = name => root.querySelector(`[data-part="${name}"]`);
            const set = (name, value) => { part(name).value = value; part(name).dispatchEvent(new Event('input')); };
            const numbers = name => [...part(name).querySelectorAll('text')].map(text => Number(text.textContent.replace('−', '-')));
            const all = [];
            for (const weights of ['vertical', 'horizontal']) for (let I = 3; I <= 10; I++)
                for (let K = 1; K <= 7; K++) for (let S = 1; S <= 4; S++) for (let P = 0; P <= 3; P++) {
                set('weights', weights); set('image', I); set('kernel', K); set('stride', S); set('padding', P);
                const last = [...part('output').querySelectorAll('[data-at]')].pop();
                if (last) last.dispatchEvent(new MouseEvent('click', { bubbles: true }));
                all.push({ I, K, S, P, O: Number((part('formula').querySelector('b') || { textContent: '0' }).textContent),
                    note: part('note').textContent,
                    input: numbers('input'), kernel: numbers('kernel-grid'), output: numbers('output'), play: !part('play').disabled });
            }
            return JSON.stringify(all);
        }
        """;

    [Fact]
    public void Its_diagram_shows_the_very_network_of_notebook_three()
    {
        var page = File.ReadAllText(course.Run.File("00-introduction.html"));
        var model = File.ReadAllText(course.Run.File("03-model.html"));
        Assert.All(
            ["240", "7,812", "225,920", "1,290"],
            (Action<string>)(
                count =>
                {
                    Assert.Contains($">{count} parameters</text>", page, StringComparison.Ordinal);
                    Assert.Contains($">{count}</td>", model, StringComparison.Ordinal);
                }
            )
        );
        Assert.Contains("235,262 adjustable numbers", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_table_agrees_with_the_layers_in_every_row()
    {
        var page = File.ReadAllText(course.Run.File("00-introduction.html"));
        var start = page.IndexOf(">MaxPool2d</th>", StringComparison.Ordinal);
        var table = page[start..page.IndexOf("</table>", start, StringComparison.Ordinal)];
        var rows = table
            .Split("<tr>")
            .Skip(1)
            .Select(row => row.Split("<td class=\"number\">").Skip(1).Select(cell => int.Parse(cell.Split('<')[0])).ToArray())
            .ToList();
        Assert.Equal(12, rows.Count);
        Assert.All(rows, row => Assert.Equal((row[5], row[5]), (row[6], row[7])));
        Assert.Contains(rows, row => row[4] > 0);
    }

    [Fact]
    public async Task The_convolution_figure_computes_what_a_convolution_computes_for_every_setting()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await OpenAsync(browser);
        var all = JsonDocument.Parse(await page.EvaluateAsync<string>(Every)).RootElement.EnumerateArray().ToList();
        Assert.Equal(2 * 8 * 7 * 4 * 4, all.Count);
        Assert.All(
            all,
            one =>
            {
                int Number(string name) => one.GetProperty(name).GetInt32();
                double[] Numbers(string name) => [.. one.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
                var (image, kernel, stride, padding) = (Number("I"), Number("K"), Number("S"), Number("P"));
                if (kernel > image + (2 * padding))
                {
                    Assert.StartsWith(
                        $"Impossible: a kernel of {kernel} × {kernel} does not fit",
                        one.GetProperty("note").GetString(),
                        StringComparison.Ordinal
                    );
                    Assert.False(one.GetProperty("play").GetBoolean());
                    Assert.Empty(Numbers("output"));
                    return;
                }

                Assert.Equal(((image - kernel + (2 * padding)) / stride) + 1, Number("O"));
                Assert.Equal(Convolve(Numbers("input"), Numbers("kernel"), kernel, stride, image + (2 * padding)), Numbers("output"));
            }
        );
    }

    [Fact]
    public async Task The_convolution_figure_steps_plays_and_names_what_is_impossible()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await OpenAsync(browser);
        ILocator Part(string name) => page.Locator($".cnn-scan [data-part={name}]");
        Task<int> FilledAsync() =>
            page.EvaluateAsync<int>(
                "() => [...document.querySelectorAll('[data-part=output] text')].filter(text => text.textContent).length"
            );

        Assert.Equal("O = ⌊(6 − 3 + 2·0) / 1⌋ + 1 = ⌊3 / 1⌋ + 1 = 4", await Part("formula").TextContentAsync());
        await Part("next").ClickAsync();
        await Part("next").ClickAsync();
        await Part("back").ClickAsync();
        Assert.Equal(2, await FilledAsync());
        await Part("play").ClickAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('[data-part=next]').disabled");
        Assert.Equal(16, await FilledAsync());
        Assert.Equal("Play", await Part("play").TextContentAsync());

        await Part("stride").FillAsync("2");
        Assert.Contains(
            "The last row and column of the image are never looked at.",
            await Part("note").TextContentAsync(),
            StringComparison.Ordinal
        );
        await SaveAsync(page, "remainder");
        await Part("padding").FillAsync("1");
        Assert.Contains("Only padding is left out.", await Part("note").TextContentAsync(), StringComparison.Ordinal);
        await Part("padding").FillAsync("0");
        await Part("kernel").FillAsync("7");
        Assert.Contains(
            "Take a kernel of at most 6, a larger image, or a padding of at least 1.",
            await Part("note").TextContentAsync(),
            StringComparison.Ordinal
        );
        Assert.True(await Part("play").IsDisabledAsync());
        await SaveAsync(page, "impossible");
    }

    private async Task<IPage> OpenAsync(IBrowser browser)
    {
        var page = await browser.PageAsync(
            new()
            {
                ColorScheme = ColorScheme.Dark,
                ViewportSize = new() { Width = 390, Height = 900 },
            }
        );
        await page.GotoAsync(new Uri(course.Run.File("00-introduction.html")).AbsoluteUri);
        await page.Locator(".cnn-scan[data-ready]").WaitForAsync();
        return page;
    }

    private static Task<byte[]> SaveAsync(IPage page, string name) =>
        page.Locator(".cnn-scan")
            .ScreenshotAsync(new() { Path = Path.Combine(Course.Root, "artifacts", "screenshots", $"convolution-{name}.png") });

    private static double[] Convolve(double[] input, double[] weights, int kernel, int stride, int size)
    {
        var length = ((size - kernel) / stride) + 1;
        var output = new double[length * length];
        for (var at = 0; at < output.Length; at++)
        {
            for (var weight = 0; weight < weights.Length; weight++)
            {
                var (row, column) = ((at / length * stride) + (weight / kernel), (at % length * stride) + (weight % kernel));
                output[at] += weights[weight] * input[(row * size) + column];
            }
        }

        return output;
    }
}
