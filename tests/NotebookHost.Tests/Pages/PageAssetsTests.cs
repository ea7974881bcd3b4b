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
    public void The_math_style_carries_its_font() =>
        Assert.Contains("url(data:font/woff2;base64,", PageAssets.MathStyle(), StringComparison.Ordinal);
}
