using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Notebooks.Tests.Drawing;

/// <summary>The drawing pad as it is used: mouse, finger, keyboard; in an exported page that was opened from its file, offline.</summary>
[Collection(nameof(BundledCourse))]
public sealed class DrawingTests(PadPage pads) : IClassFixture<PadPage>
{
    private const string Empty = "Draw a digit, and the bars move.";

    [Fact]
    public async Task The_bars_move_while_the_hand_draws_and_undo_and_clear_take_back()
    {
        await WithPageAsync(
            null,
            async page =>
            {
                var (pad, other) = (PadPage.Pad(page, PadPage.Course), PadPage.Pad(page, PadPage.CourseAgain));
                var four = Handwriting.Strokes(4);
                Assert.Equal(Empty, await Handwriting.AnswerAsync(pad));
                await Handwriting.DrawAsync(pad, four.Take(1));
                var first = await Handwriting.AnswerAsync(pad);
                Assert.DoesNotContain(Empty, first, StringComparison.Ordinal);
                var bars = await pad.Locator("li").AllInnerTextsAsync();

                await page.Mouse.MoveAsync(0, 0);
                await Handwriting.DrawAsync(pad, four.Skip(1));
                Assert.StartsWith("Four, ", await Handwriting.AnswerAsync(pad), StringComparison.Ordinal);
                Assert.NotEqual(bars, await pad.Locator("li").AllInnerTextsAsync());
                Assert.StartsWith("Four", await pad.Locator("li.first").InnerTextAsync(), StringComparison.Ordinal);
                await pad.Locator("[data-part=spoken]:has-text('It says: Four, ')")
                    .WaitForAsync(new() { State = WaitForSelectorState.Attached });

                await pad.GetByRole(AriaRole.Button, new() { Name = "Undo the last stroke" }).ClickAsync();
                Assert.Equal(first, await Handwriting.AnswerAsync(pad));
                await pad.GetByRole(AriaRole.Button, new() { Name = "Clear the paper" }).ClickAsync();
                Assert.Equal(Empty, await Handwriting.AnswerAsync(pad));
                Assert.Equal(0, (await LookAsync(pad)).Sum());

                // The other pad of the same network, on the same page, has not changed.
                Assert.Equal(Empty, await Handwriting.AnswerAsync(other));
                await Handwriting.DrawAsync(other, Handwriting.Strokes(1));
                Assert.StartsWith("One, ", await Handwriting.AnswerAsync(other), StringComparison.Ordinal);
                Assert.Equal(Empty, await Handwriting.AnswerAsync(pad));
            }
        );
    }

    [Fact]
    public async Task They_move_before_the_button_is_let_go()
    {
        await WithPageAsync(
            null,
            async page =>
            {
                var pad = PadPage.Pad(page, PadPage.Course);
                var box = (await pad.Locator("[data-part=paper]").BoundingBoxAsync())!;
                var stroke = Handwriting
                    .Strokes(3)[0]
                    .Where((_, i) => i % 5 == 0)
                    .Select(point => (X: (float)(box.X + (point.X * box.Width)), Y: (float)(box.Y + (point.Y * box.Height))))
                    .ToList();
                await page.Mouse.MoveAsync(stroke[0].X, stroke[0].Y);
                await page.Mouse.DownAsync();
                var bars = new HashSet<string>();
                foreach (var (x, y) in stroke)
                {
                    await page.Mouse.MoveAsync(x, y);
                    Assert.NotEqual(Empty, await Handwriting.AnswerAsync(pad));
                    bars.Add(
                        await pad.EvaluateAsync<string>("pad => [...pad.querySelectorAll('li i')].map(bar => bar.style.width).join()")
                    );
                }

                Assert.InRange(bars.Count, stroke.Count - 2, stroke.Count);
                await page.Mouse.UpAsync();
            }
        );
    }

    [Fact]
    public async Task It_can_be_drawn_on_with_the_keyboard_alone()
    {
        await WithPageAsync(
            null,
            async page =>
            {
                var pad = PadPage.Pad(page, PadPage.Course);
                await pad.Locator("[data-part=paper]").FocusAsync();
                foreach (var key in Handwriting.KeysOfOne)
                {
                    await page.Keyboard.PressAsync(key);
                }

                await pad.Locator("[data-part=spoken]:has-text('Pen down. It says: One, ')")
                    .WaitForAsync(new() { State = WaitForSelectorState.Attached });
                await page.Keyboard.PressAsync("Space");
                await page.Keyboard.PressAsync("PageUp");
                Assert.StartsWith("One, ", await Handwriting.AnswerAsync(pad), StringComparison.Ordinal);
                await page.Keyboard.PressAsync("Backspace");
                Assert.Equal(Empty, await Handwriting.AnswerAsync(pad));

                // Tab leaves the paper for its buttons, and where one is can be seen.
                await page.Keyboard.PressAsync("Tab");
                Assert.Equal(
                    "Undo the last stroke",
                    await page.EvaluateAsync<string>("() => document.activeElement.getAttribute('aria-label')")
                );
                Assert.NotEqual("none", await page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle"));
            }
        );
    }

    [Fact]
    public async Task A_finger_on_a_phone_draws_and_does_not_scroll_the_page()
    {
        await WithPageAsync(
            new()
            {
                ViewportSize = new() { Width = 390, Height = 844 },
                HasTouch = true,
                IsMobile = true,
                DeviceScaleFactor = 3,
                ColorScheme = ColorScheme.Dark,
            },
            async page =>
            {
                var pad = PadPage.Pad(page, PadPage.Course);
                await pad.Locator("[data-part=paper]").ScrollIntoViewIfNeededAsync();
                var box = (await pad.Locator("[data-part=paper]").BoundingBoxAsync())!;
                var scrolled = await page.EvaluateAsync<double>("() => scrollY");
                var finger = await page.Context.NewCDPSessionAsync(page);
                Task TouchAsync(string type, params object[] points) =>
                    finger.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = type, ["touchPoints"] = points });
                var stroke = Handwriting
                    .Strokes(1)[0]
                    .Select(point => new { x = box.X + (point.X * box.Width), y = box.Y + (point.Y * box.Height) })
                    .ToList();
                await TouchAsync("touchStart", stroke[0]);
                foreach (var point in stroke)
                {
                    await TouchAsync("touchMove", point);
                }

                await TouchAsync("touchEnd");
                Assert.StartsWith("One, ", await Handwriting.AnswerAsync(pad), StringComparison.Ordinal);
                Assert.Equal(scrolled, await page.EvaluateAsync<double>("() => scrollY"));
                Assert.True(
                    await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0,
                    "the page scrolls sideways"
                );
            }
        );
    }

    [Theory]
    [InlineData(0.9, 0.0)]
    [InlineData(0.3, 0.6)]
    public async Task A_drawing_becomes_an_image_as_those_of_Mnist_however_large_it_was_and_wherever(double size, double offset)
    {
        await WithPageAsync(
            null,
            async page =>
            {
                var pad = PadPage.Pad(page, PadPage.Course);
                var ink = new List<double>();
                foreach (var digit in (int[])[1, 2, 5, 6])
                {
                    await Handwriting.DrawAsync(
                        pad,
                        Handwriting
                            .Strokes(digit)
                            .Select(stroke => stroke.Select(point => ((point.X * size) + offset, (point.Y * size) + offset)).ToList())
                    );
                    var pixels = await LookAsync(pad);
                    var inked = Enumerable.Range(0, 784).Where(i => pixels[i] > 0).ToList();
                    var (rows, columns) = (
                        inked.Max(i => i / 28) - inked.Min(i => i / 28) + 1,
                        inked.Max(i => i % 28) - inked.Min(i => i % 28) + 1
                    );
                    Assert.Equal(20, Math.Max(rows, columns));
                    Assert.InRange(inked.Sum(i => pixels[i] * (i / 28)) / pixels.Sum(), 13.5, 14.5);
                    Assert.InRange(inked.Sum(i => pixels[i] * (i % 28)) / pixels.Sum(), 13.5, 14.5);
                    Assert.InRange(pixels.Max(), 0.9999, 1);
                    Assert.Contains(pixels, pixel => pixel is > 0.2 and < 0.8);
                    ink.Add(pixels.Sum());
                    await pad.GetByRole(AriaRole.Button, new() { Name = "Clear the paper" }).ClickAsync();
                }

                // Those four have 103 pixels of ink on average in MNIST's test images.
                TestContext.Current.SendDiagnosticMessage(
                    $"Ink: {string.Join(", ", ink.Select(one => $"{one:0}"))}; mean {ink.Average():0.0}."
                );
                Assert.InRange(ink.Average(), 93, 113);
            }
        );
    }

    [Fact]
    public async Task An_outline_of_a_garment_is_filled_and_fills_the_picture()
    {
        await WithPageAsync(
            null,
            async page =>
            {
                var pad = PadPage.Pad(page, PadPage.ThreeBlocks);
                // Not quite closed, as hands do.
                await Handwriting.DrawAsync(
                    pad,
                    [
                        [(0.4, 0.2), (0.6, 0.2), (0.62, 0.8), (0.38, 0.8), (0.4, 0.24)],
                    ]
                );
                var pixels = await LookAsync(pad);
                Assert.Equal(0.57, pixels[(14 * 28) + 14], 0.01);
                Assert.Equal(
                    (28, 0.57),
                    (
                        Enumerable.Range(0, 28).Count(row => pixels.Skip(28 * row).Take(28).Any(pixel => pixel > 0)),
                        Math.Round(pixels.Max(), 2)
                    )
                );
            }
        );
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Axe_finds_nothing_to_complain_of(int width, ColorScheme scheme)
    {
        await WithPageAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = 900 },
                ColorScheme = scheme,
            },
            async page =>
            {
                var pad = PadPage.Pad(page, PadPage.Course);
                await Handwriting.DrawAsync(pad, Handwriting.Strokes(5));
                var result = await pad.RunAxe();
                Assert.NotEmpty(result.Passes);
                Assert.True(
                    result.Violations.Length == 0,
                    string.Join(
                        '\n',
                        result.Violations.Select(violation =>
                            $"{violation.Id}: {violation.Help}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}"
                        )
                    )
                );

                await page.EmulateMediaAsync(new() { Media = Media.Print });
                Assert.False(await pad.Locator("[data-part=undo]").IsVisibleAsync());
                Assert.True(await pad.Locator("polyline").First.IsVisibleAsync());
            }
        );
    }

    private async Task WithPageAsync(BrowserNewPageOptions? options, Func<IPage, Task> use)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await pads.OpenAsync(browser, options);
        var problems = new List<string>();
        page.PageError += (_, error) => problems.Add(error);
        page.Request += (_, request) => problems.Add($"a request to {request.Url}");
        await page.Context.SetOfflineAsync(true);
        await use(page);
        Assert.Empty(problems);
    }

    private static Task<double[]> LookAsync(ILocator pad) => pad.EvaluateAsync<double[]>("pad => pad.look()");
}
