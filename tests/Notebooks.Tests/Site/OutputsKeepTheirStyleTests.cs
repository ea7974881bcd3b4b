using System.Text.Json.Nodes;
using NotebookHost.Documents;
using NotebookHost.Pages;

namespace Notebooks.Tests.Site;

/// <summary>The page's style does not change an output, even if its class names are those of the page's own parts.</summary>
public sealed class OutputsKeepTheirStyleTests
{
    /// <summary>Puts elements into an output, one with each class that the page's style sheets name, and tells which of them look or act
    /// unlike one without a class.</summary>
    private const string Changed = """
        () => {
            const classes = new Set();
            const collect = rules => { for (const rule of rules) {
                for (const [, name] of (rule.selectorText || '').matchAll(/\.([\w-]+)/g)) classes.add(name);
                if (rule.cssRules) collect(rule.cssRules); } };
            // Temml's sheet is made for formulas, wherever they stand.
            for (const sheet of document.styleSheets)
                if (![...sheet.cssRules].some(rule => /\.tml-/.test(rule.selectorText))) collect(sheet.cssRules);
            // The page styles those of .NET's formatter on purpose.
            const names = [...classes].filter(name => !name.startsWith('dni-'));
            const place = document.querySelector('#place'), changed = [];
            const look = one => { const style = getComputedStyle(one);
                return [...style].map(name => name + ': ' + style.getPropertyValue(name)).join(';'); };
            for (const tag of ['div', 'pre', 'span', 'a', 'details']) {
                const add = name => { const one = document.createElement(tag);
                    if (name) one.className = name; one.textContent = 'x'; place.append(one); return one; };
                const plain = look(add(''));
                place.replaceChildren();
                for (const name of names) {
                    if (look(add(name)) !== plain) changed.push(tag + '.' + name);
                    place.replaceChildren();
                }
            }
            return [names.length + ' classes', ...changed];
        }
        """;

    [Fact]
    public async Task The_pages_classes_mean_nothing_in_an_output()
    {
        const string Output =
            "<div id=\"place\"></div><div class=\"source\" id=\"theirs\">mine</div><div class=\"columns\"><nav "
            + "class=\"contents\">theirs</nav></div><div class=\"scroll\" tabindex=\"0\">theirs</div>";
        var cell = new JsonObject
        {
            ["cell_type"] = "code",
            ["metadata"] = new JsonObject(),
            ["source"] = "Show();",
            ["execution_count"] = 1,
            ["outputs"] = new JsonArray(
                new JsonObject
                {
                    ["output_type"] = "display_data",
                    ["metadata"] = new JsonObject(),
                    ["data"] = new JsonObject { ["text/html"] = Output },
                }
            ),
        };
        var text = new JsonObject
        {
            ["cell_type"] = "markdown",
            ["metadata"] = new JsonObject(),
            ["source"] = "# Title\n\n## Part\n\n$x$",
        };
        var notebook = new JsonObject
        {
            ["nbformat"] = 4,
            ["nbformat_minor"] = 4,
            ["metadata"] = new JsonObject(),
            ["cells"] = new JsonArray(text, cell),
        };
        var folder = Directory.CreateTempSubdirectory("cnn-tutorial-page-").FullName;
        try
        {
            var run = new CourseRun(folder, 0, "", "");
            Directory.CreateDirectory(Path.GetDirectoryName(run.File("page.html"))!);
            await File.WriteAllTextAsync(
                run.File("page.html"),
                NotebookPage.Render(NotebookDocument.Parse(notebook.ToJsonString(), "/nowhere/page.ipynb"), new()),
                TestContext.Current.CancellationToken
            );
            await using var site = await SitePages.OpenAsync(run);
            foreach (var width in new[] { 390, 1440 })
            {
                var page = await site.WindowAsync(width);
                await site.GoAsync(page, "page.html");
                var changed = await page.EvaluateAsync<string[]>(Changed);
                Assert.True(int.Parse(changed[0].Split(' ')[0]) > 60, changed[0]);
                Assert.True(changed.Length == 1, string.Join(", ", changed));
                Assert.Equal("mine", await page.Locator("#theirs").TextContentAsync());
                Assert.Equal("0", await page.Locator(".html .scroll").GetAttributeAsync("tabindex"));
            }

            Assert.Empty(site.Problems);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
