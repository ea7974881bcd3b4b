using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

public sealed class CellTests : SessionTest
{
    [Fact]
    public async Task A_variable_may_be_called_like_a_word_that_a_later_CSharp_reserves() =>
        Assert.Equal(
            "1 2",
            (await Run("var union = new HashSet<int> { 1 };\nunion.UnionWith([2]);\nstring.Join(' ', union)")).Result!["text/plain"]
        );

    [Fact]
    public async Task State_functions_classes_and_usings_stay_across_cells()
    {
        await Run("using System.Globalization;\nvar x = 20;\nint Twice(int n) => 2 * n;\nrecord Point(int X, int Y);");
        var sink = await Run("var p = new Point(Twice(x), 2);\np.X + p.Y + CultureInfo.InvariantCulture.LCID * 0");
        Assert.Equal("42", sink.Result!["text/plain"]);
        Assert.Contains("42", sink.Result["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Default_usings_are_those_of_NET_Interactive_and_no_more()
    {
        await Run(
            "var list = new List<int> { 1 }; var sb = new StringBuilder(); IEnumerable e = list.Select(x => x); Task t = "
                + "Task.CompletedTask; Console.Write(\"\");"
        );
        Assert.Contains("CS0103", (await Fail("File.Exists(\"x\")")).Message, StringComparison.Ordinal);
        Assert.Contains("CS0246", (await Fail("new Stopwatch()")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Await_works_at_the_top_level() =>
        Assert.Equal("3", (await Run("await Task.Delay(1);\nawait Task.FromResult(3)")).Result!["text/plain"]);

    [Theory]
    [InlineData("Console.Write(\"\")")]
    [InlineData("await Task.Delay(1)")]
    [InlineData("var y = 3;")]
    [InlineData("// nothing")]
    [InlineData("")]
    public async Task Without_a_trailing_value_there_is_no_result(string code)
    {
        var (sink, result) = await TryRun(code);
        Assert.Equal(CellStatus.Ok, result.Status);
        Assert.Null(sink.Result);
    }

    [Fact]
    public async Task A_value_with_a_semicolon_is_no_statement_of_C_sharp_and_is_an_error() =>
        Assert.Contains("CS0201", (await Fail("1 + 1;")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_null_result_is_shown() =>
        Assert.Contains("null", (await Run("(string)null")).Result!["text/html"], StringComparison.Ordinal);

    [Fact]
    public async Task Strings_are_plain_text_lists_and_objects_are_html()
    {
        Assert.Equal(["text/plain"], (await Run("\"a<b\"")).Result!.Keys);
        Assert.Equal("[ 1, 2 ]", (await Run("new[] { 1, 2 }")).Result!["text/plain"]);
        Assert.Contains("<table>", (await Run("new { Name = \"Ann\", Age = 3 }")).Result!["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_text_comes_in_order_with_displays_and_from_other_threads()
    {
        var sink = await Run(
            """
            Console.Write("a"); Console.Error.Write("b"); display("c"); Console.WriteLine("d");
            var thread = new System.Threading.Thread(() => Console.WriteLine("e")); thread.Start(); thread.Join();
            """
        );
        Assert.Equal("ad\ne\n", sink.Out);
        Assert.Equal("b", sink.ErrorText);
        Assert.Equal(["stdout:a", "stderr:b", "display", "stdout:d\n", "stdout:e\n"], sink.Order);
    }

    [Fact]
    public async Task Console_text_written_by_the_character_is_gathered_and_carriage_returns_stay()
    {
        var sink = await Run("for (var i = 0; i < 20000; i++) Console.Write('x');\nConsole.Write(\"\\r😀\");");
        Assert.Equal(new string('x', 20000) + "\r😀", sink.Out);
        Assert.InRange(sink.StreamEvents, 1, 20);
    }

    [Fact]
    public async Task Text_is_seen_while_the_cell_still_runs()
    {
        var sink = new RecordingSink();
        var running = Session.ExecuteAsync(
            new CellRequest("Console.Write(\"early\"); await Task.Delay(1500);", 1),
            sink.Receive,
            TestContext.Current.CancellationToken
        );
        while (sink.Out.Length == 0 && !running.IsCompleted)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.False(running.IsCompleted);
        await running;
    }

    [Fact]
    public async Task Reading_the_console_fails_in_a_headless_run() =>
        Assert.Contains("a headless run has no input", (await Fail("Console.ReadLine()")).Message, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public async Task Reading_the_console_asks_whoever_is_there()
    {
        Options = Options with { ReadInput = _ => "Ann" };
        Assert.Equal("Ann!", (await Run("Console.ReadLine() + \"!\"")).Result!["text/plain"]);
        Assert.Equal("65", (await Run("Console.Read()")).Result!["text/plain"]);
        // The next cell does not get the "nn" that was left of the last answer.
        Assert.Equal("Ann", (await Run("Console.ReadLine()")).Result!["text/plain"]);
    }

    [Fact]
    public async Task Time_is_shown_and_language_directives_are_accepted()
    {
        var sink = await Run("#!csharp\n#!time\nvar z = 1;\nz");
        Assert.Equal("1", sink.Result!["text/plain"]);
        Assert.StartsWith("Wall time:", sink.Displays.Values.Single()["text/plain"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!nonsense", "DirectiveError", "#!nonsense")]
    [InlineData("#!pwsh\nGet-Date", "LanguageError", "PowerShell is not run here")]
    [InlineData("#!fsharp\nlet x = 1", "LanguageError", "F# is not run here")]
    [InlineData("#!sql\nselect 1", "LanguageError", "SQL is not run here")]
    public async Task What_is_not_run_here_is_named_before_anything_runs(string directive, string name, string message)
    {
        var (sink, result) = await TryRun("Console.WriteLine(1);\n" + directive);
        Assert.Equal(name, result.Error!.Name);
        Assert.Contains(message, result.Error.Message, StringComparison.Ordinal);
        Assert.Equal(2, result.Error.Line);
        Assert.Empty(sink.Out);
    }

    [Fact]
    public async Task What_looks_like_a_directive_in_a_string_or_comment_is_none()
    {
        var sink = await Run("var s = \"\"\"\n#!pwsh\n#r \"nuget: Nothing\"\n\"\"\";\n/*\n#!fsharp\n*/\ns.Length");
        Assert.Equal("26", sink.Result!["text/plain"]);
    }

    [Theory]
    [InlineData("html", "text/html")]
    [InlineData("markdown", "text/markdown")]
    public async Task Html_and_markdown_cells_are_shown(string language, string mimeType)
    {
        var (sink, _) = await TryRun("<b>x</b>", language);
        Assert.Equal("<b>x</b>", sink.Displays.Values.Single()[mimeType]);
    }

    [Fact]
    public async Task Cells_of_other_languages_are_an_error_that_says_what_to_do() =>
        Assert.Contains("dotnet fsi", (await Fail("let x = 1", "fsharp")).Message, StringComparison.Ordinal);
}
