namespace CnnTutorial.Tests.Drawing;

/// <summary>The HTML of the pad that collects; a browser tries it in Notebooks.Tests.</summary>
public sealed class DrawingCollectorTests
{
    [Fact]
    public void Names_of_classes_cannot_become_markup()
    {
        var html = new DrawingCollector("</script><img src=x onerror=alert(1)>", "a \"b\" & c").ToHtml();
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Equal(html.Split("<script>").Length, html.Split("</script>").Length);
    }

    [Fact]
    public void Each_label_names_its_field()
    {
        var html = new DrawingCollector().ToHtml();
        foreach (var part in new[] { "name", "text", "file" })
        {
            Assert.Matches($"""<label for="(collector-[0-9a-f]+-{part})">.*id="\1".*data-part="{part}" """.TrimEnd(), html);
        }
    }
}
