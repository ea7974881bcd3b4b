using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Notebooks.Tests.Site;

/// <summary>The pages for readers who do not see well, do not hold a mouse, or hold a phone.</summary>
[Collection(nameof(BundledCourse))]
public sealed class AccessibilityTests(BundledCourse course)
{
    /// <summary>What axe does not look at, or takes for a matter of taste.</summary>
    private const string Structure = """
        () => {
            const problems = [];
            const expect = (holds, words) => { if (!holds) problems.push(words); };
            const main = document.querySelector('main');
            expect(document.documentElement.lang === 'en', 'the language is not named');
            expect(document.title.startsWith(main.querySelector('h1').textContent), 'the title is ' + document.title);
            expect(document.querySelectorAll('h1').length === 1, document.querySelectorAll('h1').length + ' headings of level 1');
            let level = 0;
            for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
                expect(Number(heading.tagName[1]) <= level + 1, heading.tagName + ' after level ' + level + ': ' + heading.textContent);
                level = Number(heading.tagName[1]);
            }
            for (const landmark of ['body > header', 'body > footer', 'main'])
                expect(document.querySelectorAll(landmark).length === 1, 'not one ' + landmark);
            const names = [...document.querySelectorAll('nav')].map(nav => nav.getAttribute('aria-label'));
            expect(names.every(Boolean) && new Set(names).size === names.length, 'navigations named ' + names);
            for (const table of main.querySelectorAll('table'))
                expect(table.querySelector('th') && [...table.querySelectorAll('th')].every(header => header.textContent.trim()),
                'a table without headers: ' + table.textContent.slice(0, 40));
            for (const figure of main.querySelectorAll('img, canvas, svg')) {
                const named = figure.closest('[role=img], [role=application], [aria-hidden=true]') || figure;
                expect(named.getAttribute('aria-hidden') === 'true'
                    || (named.getAttribute('aria-label') || named.getAttribute('alt') || '').trim(),
                    'a figure without words: ' + named.outerHTML.slice(0, 80));
            }
            expect(!document.querySelector('[tabindex]:not([tabindex="0"], [tabindex="-1"])'), 'an order of its own for the Tab key');
            expect(document.documentElement.scrollWidth <= document.documentElement.clientWidth, 'the page scrolls sideways');
            return problems;
        }
        """;

    /// <summary>What can be used and is shown, and was not yet reached.</summary>
    private const string Unreached = """
        () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
            .filter(one => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && !one.dataset.reached && one.tabIndex >= 0)
            .map(one => one.outerHTML.slice(0, 120))
        """;

    private const string Focused = """
        () => {
            const one = document.activeElement;
            if (one === document.body || one.dataset.reached) return null;
            one.dataset.reached = 'yes';
            const style = getComputedStyle(one), box = one.getBoundingClientRect();
            const name = one.outerHTML.slice(0, 120);
            if (style.outlineStyle === 'none' && style.boxShadow === 'none') return name + ' does not show that it has the focus';
            const x = (Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2,
                y = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2;
            const there = document.elementFromPoint(x, y);
            return there && (one.contains(there) || there.contains(one)) ? '' : name + ' is out of sight or covered';
        }
        """;

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Axe_and_we_find_nothing_to_complain_of(int width, ColorScheme scheme)
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync(width, scheme);
        var found = new List<string>();
        foreach (var name in SitePages.All)
        {
            await site.GoAsync(page, name);
            found.AddRange((await page.EvaluateAsync<string[]>(Structure)).Select(problem => $"{name}: {problem}"));
            // Folded text is text too.
            await page.EvaluateAsync("() => { for (const fold of document.querySelectorAll('main details')) fold.open = true; }");
            // Within a chart's drawing, thousands of shapes, axe has no rule to apply.
            var result = await page.RunAxe(new AxeRunContext { Exclude = [new AxeSelector(".main-svg")] });
            Assert.NotEmpty(result.Passes);
            found.AddRange(
                result.Violations.Select(violation =>
                    $"{name}: {violation.Impact}: {violation.Id}: {violation.Help}: "
                    + $"{string.Join(" | ", violation.Nodes.Select(node => node.Html[..Math.Min(200, node.Html.Length)]))}"
                )
            );
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
        Assert.Empty(site.Problems);
    }

    [Theory]
    [InlineData("index.html", 1440)]
    [InlineData("00-introduction.html", 390)]
    [InlineData("06-results.html", 1440)]
    [InlineData("07-exercise-fashion-mnist.html", 390)]
    public async Task The_Tab_key_reaches_all_that_can_be_used_and_shows_where_it_is(string name, int width)
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync(width);
        await site.GoAsync(page, name);
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        var problems = new List<string>();
        for (var stops = 0; stops < 500 && await page.EvaluateAsync<string?>(Focused) is { } problem; stops++)
        {
            if (problem.Length > 0)
            {
                problems.Add(problem);
            }

            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Empty(problems);
        Assert.Empty(await page.EvaluateAsync<string[]>(Unreached));
    }

    [Fact]
    public async Task The_skip_link_leads_into_the_text()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync(390);
        await site.GoAsync(page, "02-data.html");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        Assert.True(await page.EvaluateAsync<bool>("() => document.querySelector('main').contains(document.activeElement)"));
    }

    [Fact]
    public async Task Nothing_moves_by_itself_for_whoever_does_not_want_it()
    {
        await using var site = await SitePages.OpenAsync(course.Run);
        var page = await site.WindowAsync();
        const string Moving =
            "() => [...document.querySelectorAll('*')].filter(one => { const style = getComputedStyle(one); return "
            + "parseFloat(style.transitionDuration) > 0 || parseFloat(style.animationDuration) > 0 || style.scrollBehavior === "
            + "'smooth'; }).length";
        await site.GoAsync(page, "00-introduction.html");
        Assert.NotEqual(0, await page.EvaluateAsync<int>(Moving));
        foreach (var name in SitePages.All)
        {
            await site.GoAsync(page, name);
            await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
            Assert.Equal((name, 0), (name, await page.EvaluateAsync<int>(Moving)));
            await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.NoPreference });
        }
    }
}
