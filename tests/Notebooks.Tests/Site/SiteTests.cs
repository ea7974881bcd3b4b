using Microsoft.Playwright;

namespace Notebooks.Tests.Site;

/// <summary>The pages of a run together: where their links lead, what they remember, what they look like on paper.</summary>
[Collection(nameof(BundledCourse))]
public sealed class SiteTests(BundledCourse course)
{
    private const string Links = "() => [...document.querySelectorAll('a[href]')].map(link => link.href)";

    private const string Ids = "() => [...document.querySelectorAll('[id]')].map(one => one.id)";

    [Fact]
    public async Task Every_link_leads_to_a_page_and_a_place_that_are_there()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync();
        var (links, ids) = (new Dictionary<string, string[]>(), new Dictionary<string, string[]>());
        foreach (var name in SitePages.All)
        {
            await site.GoAsync(page, name);
            links[name] = await page.EvaluateAsync<string[]>(Links);
            ids[name] = await page.EvaluateAsync<string[]>(Ids);
        }

        Assert.All(
            links,
            entry =>
                Assert.All(
                    entry.Value.Select(link => new Uri(link)).Where(link => link.IsFile),
                    link =>
                    {
                        Assert.True(File.Exists(link.LocalPath), $"{entry.Key} leads to {link}");
                        var (target, place) = (Path.GetFileName(link.LocalPath), Uri.UnescapeDataString(link.Fragment.TrimStart('#')));
                        Assert.True(place.Length == 0 || ids[target].Contains(place), $"{entry.Key} leads to {link}");
                    }
                )
        );
        // From the list into every section of every page, and from each page to its neighbours.
        Assert.All(SitePages.Names.Skip(1), name => Assert.Contains(site.Address(name), links["index.html"]));
        Assert.True(links["index.html"].Count(link => link.Contains('#', StringComparison.Ordinal)) > 40);
        Assert.Empty(site.Problems);
    }

    [Fact]
    public async Task From_the_first_page_to_the_last_and_back_by_its_neighbours()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync(390);
        await site.GoAsync(page, SitePages.Names[1]);
        foreach (
            var (relation, place, names) in new[]
            {
                ("next", "body > header", SitePages.Names.Skip(2)),
                ("prev", "body > footer", SitePages.Names.Skip(1).Reverse().Skip(1)),
            }
        )
        {
            foreach (var name in names)
            {
                var link = page.Locator($"{place} a[rel={relation}]");
                var title = await page.Locator($"body > footer a[rel={relation}] span").InnerTextAsync();
                await link.FocusAsync();
                await page.Keyboard.PressAsync("Enter");
                await page.WaitForFunctionAsync("address => location.href === address", site.Address(name));
                await SitePages.SettleAsync(page);
                Assert.Equal(title, await page.Locator("h1").InnerTextAsync());
            }

            Assert.Equal(0, await page.Locator($"a[rel={relation}]").CountAsync());
        }
    }

    [Fact]
    public async Task It_remembers_the_theme_and_what_was_read()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync();
        var reading = page.Locator("main > .reading");
        await site.GoAsync(page, "index.html");
        Assert.StartsWith(
            "You have read 0 of 9 pages.\nBegin: Convolutional networks at a glance",
            await reading.InnerTextAsync(),
            StringComparison.Ordinal
        );
        await page.GetByRole(AriaRole.Button, new() { Name = "Dark theme" }).ClickAsync();

        // By coming to its end, and by the button.
        await site.GoAsync(page, "00-introduction.html");
        var line = page.Locator("footer > .reading");
        Assert.Equal("dark", await page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("You have read", await line.TextContentAsync(), StringComparison.Ordinal);
        await line.ScrollIntoViewIfNeededAsync();
        await page.WaitForFunctionAsync(
            "() => document.querySelector('footer > .reading').textContent.includes('You have read this page')"
        );
        await site.GoAsync(page, "02-data.html");
        await page.GetByRole(AriaRole.Button, new() { Name = "Mark as read" }).ClickAsync();

        await site.GoAsync(page, "index.html");
        Assert.StartsWith("You have read 2 of 9 pages.\nGo on: Step 1: Setup", await reading.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(
            ["00-introduction.html", "02-data.html"],
            await page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('li:has(.read:not([hidden]))')].map(item => item.dataset.page)"
            )
        );
        await page.ScreenshotAsync(new() { Path = Chromium.Screenshot("index-read"), FullPage = true });

        await site.GoAsync(page, "02-data.html");
        await page.GetByRole(AriaRole.Button, new() { Name = "Mark as unread" }).ClickAsync();
        await page.GoBackAsync();
        Assert.StartsWith("You have read 1 of 9 pages.", await reading.InnerTextAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Forget what I have read" }).ClickAsync();
        Assert.StartsWith("You have read 0 of 9 pages.", await reading.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(site.Problems);
    }

    [Theory]
    [InlineData("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('closed', 'SecurityError'); } })")]
    [InlineData("Object.defineProperty(window, 'localStorage', { value: null })")]
    public async Task Where_the_browser_keeps_nothing_nothing_is_promised_and_nothing_breaks(string closed)
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync();
        await page.AddInitScriptAsync(closed);
        foreach (var name in new[] { "index.html", "04-compile.html" })
        {
            await site.GoAsync(page, name);
            Assert.False(await page.Locator(".reading").First.IsVisibleAsync());
            await page.GetByRole(AriaRole.Button, new() { Name = "Dark theme" }).ClickAsync();
            Assert.Equal("dark", await page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));
        }

        Assert.Empty(site.Problems);
    }

    [Fact]
    public async Task Each_page_turns_dark_and_light_with_its_figures()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync();
        // Brightness, 0 to 255, of the page's text, of the charts' titles, and of the letters in other figures.
        const string Brightness = """
            () => [...document.querySelectorAll('h1, .gtitle, .cnn-pad figcaption, .cnn-scan label')].map(one => {
                const style = getComputedStyle(one),
                    color = (one.matches('.gtitle') ? style.fill : style.color).match(/[\d.]+/g).map(Number);
                return 0.3 * color[0] + 0.6 * color[1] + 0.1 * color[2];
            })
            """;
        var figures = 0;
        foreach (var name in SitePages.All)
        {
            await site.GoAsync(page, name);
            var theme = page.Locator("#page-theme-button");
            foreach (var dark in new[] { true, false })
            {
                await theme.ClickAsync();
                await page.WaitForTimeoutAsync(200);
                var brightness = await page.EvaluateAsync<double[]>(Brightness);
                figures += brightness.Length - 1;
                Assert.All(
                    brightness,
                    one => Assert.True(dark ? one > 150 : one < 105, $"{name}, {(dark ? "dark" : "light")}: letters of brightness {one:0}")
                );
            }
        }

        Assert.True(figures > 30, $"{figures} figures");
        Assert.Empty(site.Problems);
    }

    [Fact]
    public async Task On_paper_it_is_black_on_white_with_nothing_cut_off_and_nothing_to_click()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        // As wide as the text of an A4 page.
        var page = await site.WindowAsync(680, ColorScheme.Dark);
        const string Listen =
            "() => addEventListener('beforeprint', () => { window.printed = [...document.querySelectorAll('.gtitle')].map(title => "
            + "getComputedStyle(title).fill); })";
        const string Paper = """
            () => {
                const problems = [], shown = one => one.checkVisibility();
                for (const one of document.querySelectorAll('body > header, body > footer, nav, main button, .skip'))
                    if (shown(one)) problems.push('printed: ' + one.outerHTML.slice(0, 60));
                for (const one of document.querySelectorAll('main *')) {
                    if (!shown(one) || one.closest('svg, canvas, math')) continue;
                    const style = getComputedStyle(one), box = one.getBoundingClientRect();
                    if (/auto|scroll/.test(style.overflow) && (one.scrollWidth > one.clientWidth + 1
                        || one.scrollHeight > one.clientHeight + 1))
                        problems.push('cut: ' + one.outerHTML.slice(0, 80));
                    if (box.right > innerWidth + 1 && style.clipPath === 'none')
                        problems.push('beyond the edge: ' + one.outerHTML.slice(0, 80));
                    if (/^H[1-4]$/.test(one.tagName) && style.breakAfter !== 'avoid')
                        problems.push('a page may end with ' + one.textContent);
                    if (one.matches('.outputs > .html') && style.breakInside !== 'avoid')
                        problems.push('a page may end in ' + one.textContent.slice(0, 40));
                    const color = style.color.match(/[\d.]+/g).map(Number);
                    if (one.childElementCount === 0 && one.textContent.trim() && Math.min(...color.slice(0, 3)) > 150)
                        problems.push('pale: ' + one.outerHTML.slice(0, 80));
                }
                return problems;
            }
            """;
        foreach (var name in SitePages.All)
        {
            await site.GoAsync(page, name);
            await page.EvaluateAsync(Listen);
            await page.PdfAsync(new() { Format = "A4" });
            var titles = await page.EvaluateAsync<string[]?>("() => window.printed");
            Assert.NotNull(titles);
            Assert.All(
                titles,
                title =>
                    Assert.True(
                        title.Split('(', ',').Skip(1).Take(1).All(red => int.Parse(red) < 100),
                        $"{name}: a chart's title is printed in {title}"
                    )
            );
            Assert.Equal("dark", await page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));

            await page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Dark });
            Assert.Empty((await page.EvaluateAsync<string[]>(Paper)).Select(problem => $"{name}: {problem}"));
            await page.EmulateMediaAsync(new() { Media = Media.Screen, ColorScheme = ColorScheme.Dark });
        }
    }

    [Fact]
    public async Task All_that_is_folded_unfolds_at_once_and_folds_again()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync();
        await site.GoAsync(page, "07-exercise-fashion-mnist.html");
        const string Open = "() => document.querySelectorAll('main .text details[open]').length";
        var all = await page.EvaluateAsync<int>("() => document.querySelectorAll('main .text details').length");
        Assert.True(all > 10);
        await page.GetByRole(AriaRole.Button, new() { Name = "Unfold everything" }).ClickAsync();
        Assert.Equal(all, await page.EvaluateAsync<int>(Open));
        await page.GetByRole(AriaRole.Button, new() { Name = "Fold everything" }).ClickAsync();
        Assert.Equal(0, await page.EvaluateAsync<int>(Open));
    }

    [Fact]
    public async Task The_browsers_own_search_opens_folded_answers()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync();
        await site.GoAsync(page, "02-data.html");
        const string First = "() => [...document.querySelectorAll('main > .text details:not([open]) p')].map(p => p.textContent.trim())[0]";
        var words = string.Join(' ', (await page.EvaluateAsync<string>(First)).Split(' ', '\n').Take(4));

        // An address with a text to look for finds and opens it by the same means as Ctrl+F.
        var other = await site.WindowAsync();
        await other.GotoAsync($"{site.Address("02-data.html")}#:~:text={Uri.EscapeDataString(words)}");
        await other.WaitForFunctionAsync(
            "words => [...document.querySelectorAll('main > .text details[open]')]"
                + ".some(fold => fold.textContent.replace(/\\s+/g, ' ').includes(words))",
            words
        );
    }
}
