using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive.Formatting;
using XPlot.Plotly;

namespace CnnTutorial.Tests.Display;

public sealed class DisplayTests
{
    [Fact]
    public void A_learners_own_chart_becomes_html_that_draws_it_with_no_network()
    {
        var chart = Chart.Plot(
            new Scatter
            {
                x = new[] { 1, 2 },
                y = new[] { 3, 4 },
                name = "</script><script>alert(1)",
            }
        );
        var html = Show(chart);
        Assert.Contains("class=\"plotly-source\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("cdn.plot.ly", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert(1)", html, StringComparison.Ordinal);
        Assert.Contains("{}));</script>", html, StringComparison.Ordinal);
        Assert.Equal(Count(html, "<script"), Count(html, "</script>"));
    }

    [Fact]
    public void A_charts_title_is_its_description()
    {
        var chart = Chart.Plot(new Scatter { x = new[] { 1 }, y = new[] { 2 } }, new Layout.Layout { title = "Loss & more" });
        Assert.Contains("role=\"img\" aria-label=\"Loss &amp; more\"", Show(chart), StringComparison.Ordinal);
        Assert.Equal("[Loss & more]", chart.ToDisplayString(PlainTextFormatter.MimeType));
    }

    [Fact]
    public void XPlots_javascript_is_taken_apart_into_data_and_layout()
    {
        var (data, layout) = ChartHtml.Split(
            "var data = [{\"name\":\"; var layout = \"}];\n   var layout = {\"title\":\"é}\"};\n Plotly.newPlot('x', data, layout);"
        );
        Assert.Equal("[{\"name\":\"; var layout = \"}]", data);
        Assert.Equal("{\"title\":\"é}\"}", layout);
    }

    [Fact]
    public void A_data_frame_shows_as_a_table_with_encoded_text()
    {
        var frame = new DataFrame(
            new StringDataFrameColumn("Name", ["<b>", "two"]),
            new PrimitiveDataFrameColumn<int>("Count", [60000, 1])
        );
        var html = Show(frame);
        Assert.Contains("<td>&lt;b&gt;</td><td class=\"number\">60,000</td>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_of_a_column_have_equally_many_decimals()
    {
        var frame = new DataFrame(
            new PrimitiveDataFrameColumn<double>("Share", [1, 0.995, 0.12345]),
            new PrimitiveDataFrameColumn<double>("Whole", [1, 20, 300000])
        );
        var html = DataFrameHtml.Render(frame);
        Assert.All(
            ["1.0000", "0.9950", "0.1235", ">20<", ">300,000<"],
            (Action<string>)(number => Assert.Contains(number, html, StringComparison.Ordinal))
        );
    }

    [Fact]
    public void A_long_data_frame_says_that_it_is_cut()
    {
        var frame = new DataFrame(new PrimitiveDataFrameColumn<int>("Number", Enumerable.Range(0, 250)));
        Assert.Contains("The first 100 of 250 rows", Show(frame), StringComparison.Ordinal);
    }

    [Fact]
    public void The_librarys_own_values_show_as_html_and_as_text()
    {
        var versions = new CourseVersions();
        Assert.Contains("<table", Show(versions), StringComparison.Ordinal);
        Assert.Contains("TorchSharp", versions.ToDisplayString(PlainTextFormatter.MimeType), StringComparison.Ordinal);
    }

    [Fact]
    public void Outside_a_notebook_there_is_no_live_display() => Assert.Null(LiveDisplay.TryShow(new HtmlFragment("<b>x</b>", "x")));

    [Fact]
    public void The_bundled_plotly_is_the_published_file_that_the_notice_records()
    {
        var notice = File.ReadAllText(Path.Combine(AssetsFolder, "NOTICE.md"));
        using var file = File.OpenRead(Path.Combine(AssetsFolder, "plotly-cartesian-2.35.3.min.js.gz"));
        using var gzip = new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress);
        using var script = new MemoryStream();
        gzip.CopyTo(script);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(script.ToArray()));
        Assert.Contains($"`{hash}`", notice, StringComparison.Ordinal);

        // The notice repeats what the file says about itself.
        var head = System.Text.Encoding.UTF8.GetString(script.GetBuffer(), 0, 200);
        Assert.Contains("plotly.js (cartesian - minified) v2.35.3", head, StringComparison.Ordinal);
        Assert.Contains("Licensed under the MIT license", head, StringComparison.Ordinal);
        Assert.Contains("`plotly.js-cartesian-dist-min` 2.35.3", notice, StringComparison.Ordinal);
        Assert.Contains("The MIT License", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_bundled_file_is_our_own_or_stands_in_the_notice() =>
        Assert.Equal(
            [
                "NOTICE.md",
                "bars.js",
                "chart.js",
                "convolution.css",
                "convolution.js",
                "digit-pad.css",
                "digit-pad.js",
                "drawing-collector.css",
                "drawing-collector.js",
                "image-scatter.css",
                "image-scatter.js",
                "layers.css",
                "layers.js",
                "load.js",
                "network-diagram.css",
                "network.js",
                "palette.css",
                "paper.js",
                "picture-pad.css",
                "picture-pad.js",
                "plotly-cartesian-2.35.3.min.js.gz",
                "quiz.css",
                "quiz.js",
                "strokes.js",
                "table.css",
                "when-present.js",
            ],
            Directory.EnumerateFiles(AssetsFolder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)
        );

    private static string AssetsFolder => Path.Combine(CourseFolders.Root, "lib/CnnTutorial/Display/Assets");

    private static string Show(object value) => value.ToDisplayString(HtmlFormatter.MimeType);

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
