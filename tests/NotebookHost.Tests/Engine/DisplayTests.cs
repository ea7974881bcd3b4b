using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

public sealed class DisplayTests : SessionTest
{
    [Fact]
    public async Task Values_are_displayed_without_any_using()
    {
        var sink = await Run(
            "display(1); \"<i>x</i>\".DisplayAs(\"text/html\"); 2.Display(); display(HTML(\"<b>y</b>\")); display(3, \"text/plain\"); "
                + "((object)null).Display();"
        );
        var shown = sink.Displays.Values.ToList();
        Assert.Equal("1", shown[0]["text/plain"]);
        Assert.Equal("<i>x</i>", shown[1]["text/html"]);
        Assert.Equal("<b>y</b>", shown[3]["text/html"]);
        Assert.Equal(["text/plain"], shown[4].Keys);
        Assert.Equal(6, shown.Count);
    }

    [Fact]
    public async Task An_update_replaces_the_display_also_from_a_later_cell()
    {
        var first = await Run("var d = display(\"one\"); d.Update(\"two\");");
        Assert.Equal("two", first.Displays.Values.Single()["text/plain"]);
        await Run("d.Update(\"three\");");
        Assert.Equal("three", first.Displays.Values.Single()["text/plain"]);
    }

    [Fact]
    public async Task The_library_finds_the_live_display_also_from_a_plain_thread()
    {
        var library = Path.Combine(Support.Course.Root, "lib", "bin", "CnnTutorial.dll");
        await Run($"#r \"{library}\"\nusing CnnTutorial;");
        var sink = await Run(
            """
            void Live()
            {
                var shown = LiveDisplay.TryShow(new HtmlFragment("<b>0</b>", "0"));
                for (var i = 1; i <= 5000; i++) shown.Update(new HtmlFragment($"<b>{i}</b>", $"{i}"));
            }
            var thread = new System.Threading.Thread(Live); thread.UnsafeStart(); thread.Join();
            """
        );
        Assert.Equal("<b>5000</b>", sink.Displays.Values.Single()["text/html"]);
        Assert.Equal(5000, sink.Updates);
    }

    [Fact]
    public async Task Updates_from_many_threads_are_delivered_one_at_a_time()
    {
        var sink = await Run("var d = display(0); Parallel.For(0, 4000, i => d.Update(i)); d.Update(\"end\");");
        Assert.Equal(4001, sink.Updates);
        Assert.Equal("end", sink.Displays.Values.Single()["text/plain"]);
    }

    [Fact]
    public async Task A_formatter_registered_in_a_cell_is_used()
    {
        var sink = await Run(
            "using Microsoft.DotNet.Interactive.Formatting;\nrecord Ball(int R);\nFormatter.Register<Ball>(b => $\"<svg r='{b.R}'/>\", "
                + "\"text/html\");\nnew Ball(7)"
        );
        Assert.Equal("<svg r='7'/>", sink.Result!["text/html"]);
    }

    [Fact]
    public async Task A_formatter_that_throws_is_an_error_of_the_cell()
    {
        var error = await Fail(
            "using Microsoft.DotNet.Interactive.Formatting;\nrecord Bad();\nFormatter.Register<Bad>(b => throw new Exception(\"no "
                + "picture\"), \"text/html\");\nnew Bad()"
        );
        Assert.Contains("no picture", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_can_be_cleared()
    {
        var sink = await Run("Microsoft.DotNet.Interactive.KernelInvocationContext.Current.ClearOutput();");
        Assert.Equal(["clear"], sink.Order);
    }
}
