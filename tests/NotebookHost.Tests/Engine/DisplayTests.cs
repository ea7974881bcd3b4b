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

    [Theory]
    [InlineData(
        "class Me : IEnumerable<Me> { public IEnumerator<Me> GetEnumerator() { yield return this; } IEnumerator "
            + "IEnumerable.GetEnumerator() => GetEnumerator(); public override string ToString() => \"me\"; }\nnew Me()",
        "me"
    )]
    [InlineData(
        "class You : IEnumerable<You> { public IEnumerator<You> GetEnumerator() { yield return this; } IEnumerator "
            + "IEnumerable.GetEnumerator() => GetEnumerator(); public override string ToString() => \"you\"; }\nnew { X = new You() }",
        "you"
    )]
    [InlineData("var list = new List<object> { 1 }; list.Add(list);\nlist", "contains itself")]
    [InlineData("class Node { public Node Next => new Node(); public Node Other => new Node(); }\nnew Node()", "Node")]
    [InlineData(
        "class Slow { public int A { get { System.Threading.Thread.Sleep(60000); return 1; } } public override string ToString() => "
            + "\"slow\"; }\nnew Slow()",
        "slow\n[This Slow is not shown in full: it takes longer"
    )]
    [InlineData("class Bad { public int A => throw new Exception(\"no A\"); }\nnew Bad()", "no A")]
    [InlineData("IEnumerable<int> All() { while (true) yield return 1; }\nAll()", "more")]
    public async Task A_value_without_end_is_shown_in_part_and_the_session_lives(string code, string shown)
    {
        var result = (await Run(code)).Result!;
        Assert.Contains(shown, result.GetValueOrDefault("text/html") ?? result["text/plain"], StringComparison.Ordinal);
        Assert.InRange(result.Values.Sum(text => text.Length), 1, 200_000);
        Assert.Equal("1", (await Run("1")).Result!["text/plain"]);
    }

    [Theory]
    [InlineData("new DateTime(2026, 1, 2, 3, 4, 5)", "2026-01-02 03:04:05")]
    [InlineData("new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)", "2026-01-02 03:04:05Z")]
    [InlineData("new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.FromHours(1))", "2026-01-02 00:00:00 +01:00")]
    [InlineData("new DateOnly(2026, 1, 2)", "2026-01-02")]
    public async Task Times_are_shown_as_they_are(string code, string shown)
    {
        var result = (await Run(code)).Result!;
        Assert.Equal(shown, result["text/plain"]);
        Assert.Contains($">{shown}<", result["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Xml_is_shown_as_its_text()
    {
        var sink = await Run("System.Xml.Linq.XDocument.Parse(\"<a><b>1</b></a>\")");
        Assert.Contains("&lt;b&gt;1&lt;/b&gt;", sink.Result!["text/html"], StringComparison.Ordinal);
        Assert.InRange(sink.Result["text/html"].Length, 1, 1000);
    }

    [Fact]
    public async Task An_exception_of_a_shown_query_is_the_real_one()
    {
        var error = await Fail("Enumerable.Range(0, 3).Select(x => 1 / x)");
        Assert.Equal("System.DivideByZeroException", error.Name);
    }

    [Fact]
    public async Task Tabular_data_is_shown_as_CSV_too()
    {
        var sink = await Run(
            """
            using Microsoft.DotNet.Interactive.Formatting.TabularData;
            new[] { new { Id = 1, Name = "a,b" }, new { Id = 2, Name = "c" } }.ToTabularDataResource()
            """
        );
        Assert.Equal("Id,Name\n1,\"a,b\"\n2,c\n", sink.Result!["text/csv"]);
        Assert.Contains("<table>", sink.Result["text/html"], StringComparison.Ordinal);
    }
}
