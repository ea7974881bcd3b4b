using System.Security.Cryptography;
using NotebookHost.Live;

namespace NotebookHost.Tests.Live;

public sealed class LiveAssetsTests
{
    [Fact]
    public void The_editors_bundle_is_the_one_that_the_notice_records()
    {
        var notice = Resource("NOTICE.md");
        Assert.Contains(
            $"SHA-256 of `editor.js`: `{Convert.ToHexStringLower(SHA256.HashData(LiveAssets.Find("editor.js")!.Content))}`",
            notice,
            StringComparison.Ordinal
        );
        Assert.Matches(@"\| @codemirror/view \| [0-9.]+ \| MIT \|", notice);
    }

    [Theory]
    [InlineData("live.js", "text/javascript; charset=utf-8")]
    [InlineData("live.css", "text/css; charset=utf-8")]
    [InlineData("temml.min.js", "text/javascript; charset=utf-8")]
    public void Scripts_and_styles_are_found_by_name(string name, string type)
    {
        var asset = LiveAssets.Find(name);
        Assert.Equal(type, asset?.ContentType);
        Assert.NotEmpty(asset!.Content);
        Assert.Equal($"/assets/{name}?v={LiveAssets.Version}", LiveAssets.Address(name));
    }

    [Theory]
    [InlineData("live.js", "editor.js")]
    [InlineData("live-index.js", "connection.js")]
    public void A_page_loads_all_modules_at_once_under_the_addresses_by_which_they_import_each_other(string script, string imported)
    {
        var modules = LiveAssets.Modules(script);
        Assert.Contains(imported, modules);
        Assert.Distinct(modules);
        var text = string.Concat(modules.Append(script).Where(one => one != "editor.js").Select(LiveAssets.Text));
        var start = new LiveStart("", "Title", Course: false, "folder");
        var html = script == "live.js" ? LivePage.Notebook(start) : LivePage.Index(start, []);
        foreach (var module in modules)
        {
            Assert.Contains($"<link rel=\"modulepreload\" href=\"{LiveAssets.Address(module)}\">", html, StringComparison.Ordinal);
            Assert.Contains($"from '.{LiveAssets.Address(module)["/assets".Length..]}'", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(".js'", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing.js")]
    [InlineData("../NotebookHost.dll")]
    [InlineData("NOTICE.md")]
    public void Nothing_else_is_served(string name) => Assert.Null(LiveAssets.Find(name));

    [Fact]
    public void No_text_of_the_start_data_ends_its_element()
    {
        var html = LivePage.Notebook(new LiveStart("</script><script>alert(1)</script>.ipynb", "<b>", Course: false, "f"));
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(LiveAssets).Assembly.GetManifestResourceStream("Live/Assets/" + name)!);
        return reader.ReadToEnd();
    }
}
