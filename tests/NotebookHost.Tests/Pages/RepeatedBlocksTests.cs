using System.Diagnostics;
using System.Text;
using NotebookHost.Pages;

namespace NotebookHost.Tests.Pages;

public sealed class RepeatedBlocksTests
{
    private static readonly string Library = $"<script type=\"text/plain\" class=\"plotly-source\">{new string('A', 20_000)}</script>";

    [Fact]
    public void A_long_script_is_written_once_and_what_stands_around_it_each_time()
    {
        var page = Append($"<p>1</p>{Library}<script>draw(1)</script>", $"<p>2</p>{Library}<script>draw(2)</script><p>after</p>");

        Assert.Equal($"<p>1</p>{Library}<script>draw(1)</script><p>2</p><script>draw(2)</script><p>after</p>", page);
    }

    [Fact]
    public void Short_scripts_stay_because_each_may_do_something_again()
    {
        const string Html = "<script>count++;</script>";
        Assert.Equal(Html + Html, Append(Html, Html));
    }

    [Fact]
    public void Scripts_that_differ_in_content_or_attributes_stay()
    {
        var other = Library.Replace("text/plain", "text/other", StringComparison.Ordinal);
        var longer = Library.Replace("</script>", "A</script>", StringComparison.Ordinal);
        Assert.Equal(Library + other + longer, Append(Library, other, longer));
    }

    [Fact]
    public void Styles_are_written_once_whatever_their_length() =>
        Assert.Equal(
            "<b>1</b><style>td { color: red }</style><b>2</b>",
            Append("<b>1</b><style>td { color: red }</style>", "<b>2</b><style>td { color: red }</style>")
        );

    [Theory]
    [InlineData("<!-- {0} -->")]
    [InlineData("<template>{0}</template>")]
    [InlineData("<textarea>{0}</textarea>")]
    public void A_script_that_no_browser_would_run_does_not_replace_one_that_it_would(string around)
    {
        var inert = around.Replace("{0}", Library, StringComparison.Ordinal);
        Assert.Equal(inert + Library, Append(inert, Library));
    }

    [Fact]
    public void A_script_inside_an_attribute_is_part_of_the_attribute()
    {
        var frame = $"<iframe srcdoc='{Library}'></iframe>";
        Assert.Equal(frame + frame, Append(frame, frame));
    }

    [Theory]
    [InlineData("<script>")]
    [InlineData("<style")]
    [InlineData("1 < 2 and <")]
    [InlineData("<!-- open")]
    [InlineData("<a title=\"open>")]
    [InlineData("</")]
    public void Broken_html_stays_as_it_is(string html) => Assert.Equal(html, Append(html));

    [Fact]
    public void Forty_megabytes_of_the_same_script_become_one_in_no_time()
    {
        var chart = $"<script type=\"text/plain\">{new string('B', 1_000_000)}</script><div>chart</div>";
        var watch = Stopwatch.StartNew();
        var page = Append([.. Enumerable.Repeat(chart, 40)]);

        Assert.True(page.Length < 1_100_000);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), $"took {watch.Elapsed}");
    }

    private static string Append(params string[] outputs)
    {
        var html = new StringBuilder();
        var blocks = new RepeatedBlocks();
        foreach (var output in outputs)
        {
            blocks.Append(html, output);
        }

        return html.ToString();
    }
}
