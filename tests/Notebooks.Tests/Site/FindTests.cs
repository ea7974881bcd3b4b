using Microsoft.Playwright;

namespace Notebooks.Tests.Site;

/// <summary>The search within a page.</summary>
[Collection(nameof(BundledCourse))]
public sealed class FindTests(BundledCourse course)
{
    private const string Exercise = "07-exercise-fashion-mnist.html";

    /// <summary>The text under the current match, and how many are painted.</summary>
    private const string Painted = """
        () => {
            const text = range => {
                const whole = new Range(); whole.setStart(range.startContainer, range.startOffset);
                whole.setEnd(range.endContainer, range.endOffset);
                return whole.toString(); };
            const of = name => [...CSS.highlights.get(name) || []].map(text);
            return [...of('page-find-current'), '|', ...of('page-find')];
        }
        """;

    private const string InView = """
        () => {
            const [match] = CSS.highlights.get('page-find-current'),
                box = match.getBoundingClientRect(), x = box.left + 2, y = box.top + box.height / 2;
            return box.height > 0 && match.startContainer.parentElement.contains(document.elementFromPoint(x, y))
                && y > document.querySelector('body > header').getBoundingClientRect().bottom;
        }
        """;

    [Fact]
    public async Task It_goes_from_match_to_match_and_round()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await OpenAsync(site, "02-data.html");
        await FindAsync(page, "tensor");
        var words = (await CountAsync(page)).Split(" of ");
        var count = int.Parse(words[1]);
        Assert.Equal("1", words[0]);
        Assert.True(count > 2);
        Assert.Equal(
            count,
            (await page.EvaluateAsync<string[]>(Painted)).Count(text => text.Equals("tensor", StringComparison.OrdinalIgnoreCase)) - 1
        );

        await page.Keyboard.PressAsync("Enter");
        Assert.Equal($"2 of {count}", await CountAsync(page));
        await page.Keyboard.PressAsync("Shift+Enter");
        await page.Keyboard.PressAsync("Shift+Enter");
        Assert.Equal($"{count} of {count}", await CountAsync(page));
        Assert.True(await page.EvaluateAsync<bool>(InView));
        await page.GetByRole(AriaRole.Button, new() { Name = "Next match" }).ClickAsync();
        Assert.Equal($"1 of {count}", await CountAsync(page));
        await page.GetByRole(AriaRole.Button, new() { Name = "Previous match" }).ClickAsync();
        Assert.Equal($"{count} of {count}", await CountAsync(page));
        Assert.Equal("polite", await page.Locator("#page-find output").GetAttributeAsync("aria-live"));

        await FindAsync(page, "no such words");
        Assert.Equal("Nothing found", await CountAsync(page));
        Assert.Equal(["|"], await page.EvaluateAsync<string[]>(Painted));
    }

    [Theory]
    [InlineData("02-data.html", "From bytes to tensors")]
    [InlineData("02-data.html", "iS eVeRy DiGiT")]
    [InlineData("03-model.html", "Conv2d(1, 24, kernel_size: 3")]
    [InlineData("03-model.html", "235,262")]
    [InlineData("06-results.html", "block2_pool [256, 36, 7, 7]")]
    [InlineData("00-introduction.html", "Max-pooling keeps the largest")]
    public async Task It_finds_headings_text_code_across_its_colours_and_outputs(string name, string text)
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await OpenAsync(site, name);
        await FindAsync(page, text);
        Assert.StartsWith("1 of ", await CountAsync(page), StringComparison.Ordinal);
        Assert.True(await page.EvaluateAsync<bool>(InView));
    }

    [Fact]
    public async Task It_unfolds_what_hides_a_match_and_folds_it_again_on_the_way_to_the_next()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await OpenAsync(site, Exercise);
        const string Open = "() => [...document.querySelectorAll('main details[open] > summary')].map(summary => summary.textContent)";
        // In two different hints.
        await FindAsync(page, "Weights.Save(model, path)");
        Assert.Equal("1 of 2", await CountAsync(page));
        Assert.Equal(["Hint 2: how?"], await page.EvaluateAsync<string[]>(Open));
        Assert.True(await page.EvaluateAsync<bool>(InView));
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(["Hint 1: the two calls"], await page.EvaluateAsync<string[]>(Open));
        Assert.True(await page.EvaluateAsync<bool>(InView));

        // What the reader looks at when closing stays open, and folds no more.
        await page.Keyboard.PressAsync("Escape");
        Assert.Equal(["Hint 1: the two calls"], await page.EvaluateAsync<string[]>(Open));
        await FindAsync(page, "Fashion-MNIST");
        Assert.Equal(["Hint 1: the two calls"], await page.EvaluateAsync<string[]>(Open));
        // The summary of a fold is no reason to unfold it.
        await FindAsync(page, "Hint 2: how?");
        Assert.Equal("1 of 1", await CountAsync(page));
        Assert.Equal(["Hint 1: the two calls"], await page.EvaluateAsync<string[]>(Open));
    }

    [Fact]
    public async Task It_leaves_the_page_as_it_was()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await OpenAsync(site, "06-results.html");
        const string Main = "() => document.querySelector('main').outerHTML";
        var before = await page.EvaluateAsync<string>(Main);
        await page.Keyboard.PressAsync("Control+k");
        Assert.True(await page.EvaluateAsync<bool>("() => document.activeElement.matches('#page-find input')"));
        await page.Keyboard.TypeAsync("digit");
        await page.WaitForFunctionAsync("() => document.querySelector('#page-find output').textContent.includes(' of ')");
        Assert.Equal(before, await page.EvaluateAsync<string>(Main));
        await page.Keyboard.PressAsync("Escape");

        Assert.Equal(before, await page.EvaluateAsync<string>(Main));
        Assert.Equal(0, await page.EvaluateAsync<int>("() => CSS.highlights.size"));
        Assert.False(await page.Locator("#page-find").IsVisibleAsync());
        Assert.Equal("page-find-button", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        Assert.Empty(site.Problems);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Its_marks_can_be_seen_and_read(int width, ColorScheme scheme)
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync(width, scheme);
        await site.GoAsync(page, "04-compile.html");
        await FindAsync(page, "loss");
        Assert.True(await page.EvaluateAsync<bool>(InView));
        Assert.True(
            await page.EvaluateAsync<bool>(
                "() => [...document.querySelectorAll('#page-find > *')].every(part => part.getBoundingClientRect().left > 0 && "
                    + "part.getBoundingClientRect().right < innerWidth)"
            )
        );
        await page.ScreenshotAsync(new() { Path = Chromium.Screenshot($"find-{width}-{scheme}") });
        // Contrast by WCAG's formula: the letters on the mark, and the mark on the page.
        var contrasts = await page.EvaluateAsync<double[]>(
            """
            () => {
                const light = color => {
                    const [red, green, blue] = color.match(/[\d.]+/g)
                        .map(value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
                    return 0.2126 * red + 0.7152 * green + 0.0722 * blue; };
                const contrast = (one, other) => {
                    const [low, high] = [light(one), light(other)].sort((a, b) => a - b); return (high + 0.05) / (low + 0.05); };
                const main = document.querySelector('main'), page = getComputedStyle(document.documentElement).backgroundColor;
                return ['page-find', 'page-find-current'].flatMap(name => {
                    const mark = getComputedStyle(main, `::highlight(${name})`);
                    return [contrast(mark.color, mark.backgroundColor), contrast(mark.backgroundColor, page)]; });
            }
            """
        );
        Assert.All(contrasts.Where((_, i) => i % 2 == 0), letters => Assert.InRange(letters, 4.5, 21));
        Assert.All(contrasts.Where((_, i) => i % 2 == 1), mark => Assert.InRange(mark, 1.2, 21));
    }

    private static async Task<IPage> OpenAsync(SitePages site, string name)
    {
        var page = await site.WindowAsync();
        await site.GoAsync(page, name);
        return page;
    }

    private static async Task FindAsync(IPage page, string text)
    {
        await page.Keyboard.PressAsync("Control+k");
        await page.Locator("#page-find input").FillAsync(text);
        // Enter before the pause is over searches at once.
        await page.Keyboard.PressAsync("Enter");
    }

    private static Task<string> CountAsync(IPage page) => page.Locator("#page-find output").InnerTextAsync();
}
