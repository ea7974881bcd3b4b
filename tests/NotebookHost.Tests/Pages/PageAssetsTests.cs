using System.Security.Cryptography;
using NotebookHost.Pages;

namespace NotebookHost.Tests.Pages;

public sealed class PageAssetsTests
{
    [Theory]
    [InlineData("temml.min.js")]
    [InlineData("temml.css")]
    [InlineData("noto-sans-math.woff2")]
    public void Files_of_others_are_those_that_the_notice_records(string name)
    {
        using var stream = typeof(NotebookPage).Assembly.GetManifestResourceStream("Pages/Assets/" + name)!;
        var hash = Convert.ToHexStringLower(SHA256.HashData(stream));

        Assert.Matches($@"\| {name} \|.*\| {hash} \|", PageAssets.Text("NOTICE.md"));
    }

    [Fact]
    public void Each_file_is_our_own_or_stands_in_the_notice()
    {
        string[] own =
        [
            "NOTICE.md",
            "bar.html",
            "code.css",
            "colors.css",
            "contents.js",
            "index.css",
            "math.js",
            "output.css",
            "page.css",
            "page.js",
            "reading.js",
            "theme.js",
        ];
        string[] others = ["noto-sans-math.woff2", "temml.css", "temml.min.js"];
        var files = typeof(NotebookPage)
            .Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("Pages/Assets/", StringComparison.Ordinal))
            .Select(name => name["Pages/Assets/".Length..]);

        Assert.Equal(own.Concat(others).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
        Assert.All(others, name => Assert.Contains($"| {name} |", PageAssets.Text("NOTICE.md"), StringComparison.Ordinal));
    }

    [Fact]
    public void The_notice_has_the_version_and_the_licence_of_each()
    {
        var notice = PageAssets.Text("NOTICE.md");
        var version = System.Text.RegularExpressions.Regex.Match(PageAssets.Text("temml.min.js"), "version:\"([0-9.]+)\"").Groups[1].Value;

        Assert.Contains($"Temml {version}, by Ron Kok, MIT licence", notice, StringComparison.Ordinal);
        Assert.Contains("The MIT License (MIT)", notice, StringComparison.Ordinal);
        Assert.Contains("`@fontsource/noto-sans-math` 5.3.0", notice, StringComparison.Ordinal);
        Assert.Contains("SIL OPEN FONT LICENSE Version 1.1", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void The_math_style_carries_its_font() =>
        Assert.Contains("url(data:font/woff2;base64,", PageAssets.MathStyle(), StringComparison.Ordinal);
}
