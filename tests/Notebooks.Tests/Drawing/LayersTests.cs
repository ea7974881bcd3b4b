using System.Text.Json;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NotebookHost.Documents;

namespace Notebooks.Tests.Drawing;

/// <summary>The maps of every layer below a drawing pad, and the way back from any of their pixels to the drawing.</summary>
public sealed class LayersTests(LayersPage layers) : IClassFixture<LayersPage>
{
    private const int Trained = 0,
        Odd = 1,
        Colour = 2;

    /// <summary>The largest difference to what TorchSharp's layers put out for some images; and the largest value seen.</summary>
    private const string Compare = """
        (pad, [images, expected]) => {
            const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
            const pixels = bytes(images), values = new Float32Array(bytes(expected).buffer), length = pad.look().length;
            let at = 0, largest = 0, size = 0;
            for (let i = 0; i < pixels.length / length; i++) {
                pad.predict(Float32Array.from(pixels.subarray(length * i, length * (i + 1)), value => value / 255));
                // Of each image the notebook kept every 23rd number, beginning at another one each time.
                let place = 0;
                for (const layer of pad.layers()) {
                    for (const value of layer) {
                        if (place++ % 23 !== i % 100 % 23) continue;
                        largest = Math.max(largest, Math.abs(value - values[at]));
                        size = Math.max(size, Math.abs(values[at++]));
                    }
                }
            }
            if (at !== values.length) throw new Error(at + ' numbers instead of ' + values.length);
            return [largest, size];
        }
        """;

    [Theory]
    [InlineData(Trained, "course")]
    [InlineData(Odd, "odd")]
    [InlineData(Colour, "colour")]
    public Task Every_layer_is_that_of_TorchSharp_for_all_images(int pad, string name) =>
        WithPageAsync(
            null,
            async page =>
            {
                var (images, expected) = (layers.File($"layers-{name}-images.bin"), layers.File($"layers-{name}.bin"));
                var found = await Pad(page, pad)
                    .EvaluateAsync<double[]>(Compare, new[] { Convert.ToBase64String(images), Convert.ToBase64String(expected) });
                var (largest, size) = (found[0], found[1]);
                TestContext.Current.SendDiagnosticMessage($"{name}: largest difference {largest:0.0e+0}, largest value {size:0.0}.");
                Assert.True(size > 0.5, "the layers are nearly silent");
                Assert.InRange(largest, 0, 1e-4);
            }
        );

    [Fact]
    public Task The_maps_change_while_the_hand_draws() =>
        WithPageAsync(
            null,
            async page =>
            {
                var pad = Pad(page, Trained);
                Assert.Equal(
                    ["block1_conv1", "block1_pool", "block2_conv1", "block2_pool", "fc1", "predictions"],
                    await pad.Locator(".sheets figcaption code").AllInnerTextsAsync()
                );
                var before = await MapsAsync(pad);
                await Handwriting.DrawAsync(pad, Handwriting.Strokes(4).Take(1));
                var half = await MapsAsync(pad);
                await page.Mouse.MoveAsync(0, 0);
                await Handwriting.DrawAsync(pad, Handwriting.Strokes(4).Skip(1));
                var whole = await MapsAsync(pad);
                for (var i = 0; i < 7; i++)
                {
                    Assert.NotEqual(before[i], half[i]);
                    Assert.NotEqual(half[i], whole[i]);
                }
            }
        );

    [Fact]
    public Task From_a_class_the_way_leads_back_layer_by_layer_to_the_drawing() =>
        WithPageAsync(
            null,
            async page =>
            {
                var pad = Pad(page, Trained);
                await Handwriting.DrawAsync(pad, Handwriting.Strokes(7));
                await pad.Locator("[data-part=bars] li").Nth(7).ClickAsync();
                var why = pad.Locator("[data-part=why]");
                Assert.StartsWith("predictions, Seven: ", await why.InnerTextAsync(), StringComparison.Ordinal);
                foreach (
                    var (stage, title, words) in new[]
                    {
                        (5, "fc1, unit ", "adds up all 1,764 numbers before it"),
                        (4, "block2_pool, map ", "Pooling keeps the largest number of this window"),
                        (3, "block2_conv1, map ", "3 × 3 pixels of each of the 24 maps before it"),
                        (2, "block1_pool, map ", "Pooling keeps the largest number"),
                        (1, "block1_conv1, map ", "looked at these 3 × 3 pixels"),
                        (0, "Row ", "This is the drawing itself"),
                    }
                )
                {
                    await why.Locator("button[data-go*='stage']").First.ClickAsync();
                    Assert.Equal(stage, await pad.EvaluateAsync<int>("pad => pad.chosen().stage"));
                    var text = await why.InnerTextAsync();
                    Assert.StartsWith(title, text, StringComparison.Ordinal);
                    Assert.Contains(words, text, StringComparison.Ordinal);
                }

                await why.Locator("button[data-go*=back]").ClickAsync();
                Assert.Equal(1, await pad.EvaluateAsync<int>("pad => pad.chosen().stage"));
            }
        );

    [Fact]
    public Task What_it_says_of_a_pixel_adds_up_to_it() =>
        WithPageAsync(
            null,
            async page =>
            {
                foreach (var number in new[] { Trained, Odd, Colour })
                {
                    var pad = Pad(page, number);
                    if (number != Colour)
                    {
                        await Handwriting.DrawAsync(pad, Handwriting.Strokes(2));
                    }

                    var sums = 0;
                    foreach (var sheet in await pad.Locator(".sheets .sheet").AllAsync())
                    {
                        var box = (await sheet.BoundingBoxAsync())!;
                        foreach (var share in (float[])[0.2f, 0.51f, 0.8f])
                        {
                            await sheet.ClickAsync(
                                new()
                                {
                                    Position = new() { X = box.Width * share, Y = box.Height * share },
                                }
                            );
                            var text = await pad.Locator("[data-part=why]").InnerTextAsync();
                            var line = text.Split('\n').SingleOrDefault(line => line.Contains(" = ", StringComparison.Ordinal));
                            if (line is null)
                            {
                                continue;
                            }

                            sums++;
                            // The way a reader would check it, with the two decimals that are shown.
                            var (terms, total) = (line.Split(" = ")[0], line.Split(" = ")[1].Split(". ")[0].TrimEnd('.'));
                            var sum = terms.Replace("− ", "+ −", StringComparison.Ordinal).Split('+').Sum(term => Number(term));
                            Assert.Equal(sum, Number(total), 0.045);
                            var value = Number(text.Split('\n')[0].Split(": ")[^1]);
                            Assert.Equal(
                                line.Contains("ReLU", StringComparison.Ordinal) ? Math.Max(0, Number(total)) : Number(total),
                                value,
                                0.006
                            );
                        }
                    }

                    Assert.InRange(sums, 5, 20);
                }

                static double Number(string text) =>
                    double.Parse(
                        text.Trim()
                            .Replace("− ", "-", StringComparison.Ordinal)
                            .Replace('−', '-')
                            .Replace(" ", "", StringComparison.Ordinal),
                        System.Globalization.CultureInfo.InvariantCulture
                    );
            }
        );

    [Fact]
    public Task It_is_used_with_the_keyboard_alone() =>
        WithPageAsync(
            null,
            async page =>
            {
                var pad = Pad(page, Trained);
                await Handwriting.DrawAsync(pad, Handwriting.Strokes(3));
                await pad.Locator(".sheets .sheet").Nth(2).FocusAsync();
                foreach (var key in (string[])["PageDown", "PageDown", "ArrowRight", "ArrowDown"])
                {
                    await page.Keyboard.PressAsync(key);
                }

                Assert.Equal(
                    """{"stage":3,"map":2,"y":8,"x":8}""",
                    await pad.EvaluateAsync<string>(
                        "pad => { const { stage, map, y, x } = pad.chosen(); return JSON.stringify({ stage, map, y, x }); }"
                    )
                );
                await pad.Locator("[data-part=layer-spoken]:has-text('block2_conv1, map 2, row 8, column 8')")
                    .WaitForAsync(new() { State = WaitForSelectorState.Attached });
                for (var stage = 2; stage >= 0; stage--)
                {
                    await page.Keyboard.PressAsync("Enter");
                    Assert.Equal(stage, await pad.EvaluateAsync<int>("pad => pad.chosen().stage"));
                    Assert.True(
                        await pad.EvaluateAsync<bool>(
                            $"pad => document.activeElement === pad.querySelector('[data-stage=\"{stage}\"] .sheet')"
                        )
                    );
                }
            }
        );

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public Task Axe_finds_nothing_and_it_fits_a_phone(int width, ColorScheme scheme) =>
        WithPageAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = 1300 },
                ColorScheme = scheme,
            },
            async page =>
            {
                var pad = Pad(page, Trained);
                await Handwriting.DrawAsync(pad, Handwriting.Strokes(5));
                foreach (var stage in (int[])[5, 3, 1])
                {
                    await pad.Locator(".sheets .sheet")
                        .Nth(stage - 1)
                        .ClickAsync(
                            new()
                            {
                                Position = new() { X = 60, Y = 20 },
                            }
                        );
                    var result = await pad.RunAxe();
                    Assert.NotEmpty(result.Passes);
                    Assert.True(
                        result.Violations.Length == 0,
                        string.Join('\n', result.Violations.Select(one => $"{one.Id}: {one.Help}: {one.Nodes.FirstOrDefault()?.Html}"))
                    );
                    Assert.True(
                        await page.EvaluateAsync<bool>(
                            "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
                        ),
                        "the page scrolls sideways"
                    );
                    await page.ScreenshotAsync(
                        new() { Path = Chromium.Screenshot($"layers-{width}-{scheme}-{stage}".ToLowerInvariant()), FullPage = width < 500 }
                    );
                }
            }
        );

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public Task A_picture_in_colour_is_chosen_dropped_or_refused_and_each_channel_explained(int width, ColorScheme scheme) =>
        WithPageAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = 1300 },
                ColorScheme = scheme,
            },
            async page =>
            {
                var pad = Pad(page, Colour);
                await pad.GetByRole(AriaRole.Button, new() { Name = "Picture 2," }).PressAsync("Enter");
                var chosen = await MapsAsync(pad);
                await pad.Locator(".sheets .sheet")
                    .Nth(1)
                    .ClickAsync(
                        new()
                        {
                            Position = new() { X = 30, Y = 30 },
                        }
                    );
                var why = await pad.Locator("[data-part=why]").InnerTextAsync();
                foreach (var words in (string[])["conv1, map 0, row 1", "of each of the 3 channels", "red", "green", "blue"])
                {
                    Assert.Contains(words, why, StringComparison.Ordinal);
                }

                var result = await pad.RunAxe();
                Assert.True(result.Violations.Length == 0, string.Join('\n', result.Violations.Select(one => $"{one.Id}: {one.Help}")));
                Assert.True(
                    await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
                    "the page scrolls sideways"
                );
                await pad.ScreenshotAsync(new() { Path = Chromium.Screenshot($"layers-colour-{width}-{scheme}".ToLowerInvariant()) });
                using var folder = new TemporaryFolder();
                var (none, red) = (Path.Combine(folder.Path, "none.png"), Path.Combine(folder.Path, "red.png"));
                await File.WriteAllTextAsync(none, "no picture", TestContext.Current.CancellationToken);
                await pad.Locator("[data-part=file]").SetInputFilesAsync(none);
                await Assertions.Expect(pad.Locator("[data-part=message]")).ToContainTextAsync("none.png is no picture");
                // A wide picture, red in the middle square and blue beside it.
                var bytes = await page.EvaluateAsync<string>(
                    """
                    () => {
                        const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
                        [canvas.width, canvas.height] = [300, 100];
                        context.fillStyle = '#00f';
                        context.fillRect(0, 0, 300, 100);
                        context.fillStyle = '#f00';
                        context.fillRect(100, 0, 100, 100);
                        return canvas.toDataURL('image/png').split(',')[1];
                    }
                    """
                );
                await File.WriteAllBytesAsync(red, Convert.FromBase64String(bytes), TestContext.Current.CancellationToken);
                await pad.Locator("[data-part=file]").SetInputFilesAsync(red);
                await Assertions.Expect(pad.Locator("[data-part=spoken]")).ToContainTextAsync("red.png: ");
                var seen = await pad.EvaluateAsync<double[]>("pad => pad.look()");
                Assert.Equal(3 * 32 * 32, seen.Length);
                // The border pixels may mix with what is beside them.
                Assert.Equal([1, 0, 0], Enumerable.Range(0, 3).Select(channel => seen[(channel * 1024) + (16 * 32) + 16]));
                Assert.All((await MapsAsync(pad)).Zip(chosen), maps => Assert.NotEqual(maps.First, maps.Second));
            }
        );

    [Fact]
    public Task A_walk_of_ten_digits() =>
        WithPageAsync(
            null,
            async page =>
            {
                var pad = Pad(page, Trained);
                var seen = new HashSet<string>();
                for (var digit = 0; digit < 10; digit++)
                {
                    await Handwriting.DrawAsync(pad, Handwriting.Strokes(digit));
                    await page.ScreenshotAsync(new() { Path = Chromium.Screenshot($"layers-walk-{digit}") });
                    seen.Add(string.Concat(await MapsAsync(pad)));
                    await pad.GetByRole(AriaRole.Button, new() { Name = "Clear the paper" }).ClickAsync();
                    await page.Mouse.MoveAsync(0, 0);
                }

                Assert.Equal(10, seen.Count);
            }
        );

    [Fact]
    public void Its_output_weighs_less_than_a_megabyte_and_a_half()
    {
        var sizes = NotebookDocument
            .Load(layers.Run.File("layers.ipynb"))
            .Cells.SelectMany(cell => cell.Outputs)
            .Select(output => JsonSerializer.Serialize(output!["data"]?["text/html"]))
            .Where(html => html.Contains("cnn-pad", StringComparison.Ordinal))
            .Select(html => html.Length)
            .ToList();
        TestContext.Current.SendDiagnosticMessage($"Outputs: {string.Join(", ", sizes)} bytes.");
        Assert.Equal(3, sizes.Count);
        Assert.All(sizes, size => Assert.InRange(size, 10_000, 1_500_000));
    }

    private static ILocator Pad(IPage page, int pad) => page.Locator(".cnn-pad").Nth(pad);

    /// <summary>The pictures of all sheets, what the network sees first.</summary>
    private static Task<string[]> MapsAsync(ILocator pad) =>
        pad.EvaluateAsync<string[]>(
            "pad => [...pad.querySelectorAll('[data-stage] canvas:first-child')].map(canvas => canvas.toDataURL())"
        );

    private async Task WithPageAsync(BrowserNewPageOptions? options, Func<IPage, Task> use)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await layers.OpenAsync(browser, options);
        var problems = new List<string>();
        page.PageError += (_, error) => problems.Add(error);
        page.Request += (_, request) => problems.Add($"a request to {request.Url}");
        await use(page);
        Assert.Empty(problems);
    }
}
