using System.Diagnostics;
using System.Text;
using NotebookHost.Pages;

namespace NotebookHost.Tests.Pages;

public sealed class OnceOnlyTests
{
    private static readonly string Library =
        $"<script type=\"text/plain\" class=\"plotly-source\" data-once>{new string('A', 20_000)}</script>";

    [Fact]
    public void A_marked_block_is_written_once_and_what_stands_around_it_each_time()
    {
        var page = Append($"<p>1</p>{Library}<script>draw(1)</script>", $"<p>2</p>{Library}<script>draw(2)</script><p>after</p>");

        Assert.Equal($"<p>1</p>{Library}<script>draw(1)</script><p>2</p><script>draw(2)</script><p>after</p>", page);
    }

    [Fact]
    public void A_script_that_is_not_marked_stays_because_it_may_do_something_again()
    {
        const string Html = "<script>count++;</script>";
        Assert.Equal(Html + Html, Append(Html, Html));
    }

    [Fact]
    public void Marked_blocks_that_differ_in_content_or_attributes_stay()
    {
        var other = Library.Replace("text/plain", "text/other", StringComparison.Ordinal);
        var longer = Library.Replace("</script>", "A</script>", StringComparison.Ordinal);
        Assert.Equal(Library + other + longer, Append(Library, other, longer));
    }

    [Fact]
    public void Styles_are_written_once() =>
        Assert.Equal(
            "<b>1</b><style>td { color: red }</style><b>2</b>",
            Append("<b>1</b><style>td { color: red }</style>", "<b>2</b><style>td { color: red }</style>")
        );

    [Theory]
    [InlineData("<style>")]
    [InlineData("<script data-once")]
    [InlineData("<script data-once>a</style>")]
    public void A_block_without_its_end_is_left_as_it_is(string html) => Assert.Equal(html + html, Append(html, html));

    [Fact]
    public void The_time_grows_with_the_length_alone()
    {
        var html = string.Concat(Enumerable.Repeat("<style data-once>", 200_000));
        var started = Stopwatch.GetTimestamp();
        Assert.Equal(html, Append(html));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    private static string Append(params string[] outputs)
    {
        var (target, once) = (new StringBuilder(), new OnceOnly());
        foreach (var output in outputs)
        {
            once.Append(target, output);
        }

        return target.ToString();
    }
}
