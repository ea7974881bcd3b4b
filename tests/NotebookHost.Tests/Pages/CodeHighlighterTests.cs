using System.Text;
using NotebookHost.Pages;

namespace NotebookHost.Tests.Pages;

public sealed class CodeHighlighterTests
{
    public static TheoryData<string> Sources =>
        new(
            "var x = 1;",
            "#!import 01-setup.ipynb\n#r \"nuget: TorchSharp\"\n\nusing System;\nConsole.WriteLine($\"{x,5:F2} < {y}\\n\");",
            "#!time\nx",
            "not C# at all <<< \"unclosed \0 'x",
            "/* a comment & more */ string s = \"\"\"\n  raw <b>\n  \"\"\";",
            "/// <summary>Doc</summary>\nint F<T>(T a) where T : class => await G(@\"C:\\\", 'c', 0x1F, 1e-2f);",
            "#if DEBUG\nint a;\n#else\nint b;\n#endif",
            "var s = \"日本 😀\";\r\nvar t = 1;",
            "",
            "#"
        );

    [Theory]
    [MemberData(nameof(Sources))]
    public void The_text_stays_the_same(string code) => Assert.Equal(code.Replace('\0', '␀'), Sample.Shown(Highlight(code)));

    [Theory]
    [InlineData("var x = 1;", "<span class=\"k\">var</span>")]
    [InlineData("var x = 1;", "<span class=\"n\">1</span>")]
    [InlineData("var x = \"<b>\";", "<span class=\"s\">&quot;&lt;b&gt;&quot;</span>")]
    [InlineData("// why", "<span class=\"c\">// why</span>")]
    [InlineData("Trainer trainer = new Trainer();", "<span class=\"t\">Trainer</span> trainer")]
    [InlineData("trainer.Fit(train);", "trainer.<span class=\"m\">Fit</span>")]
    [InlineData("Accelerator.Detect()", "<span class=\"t\">Accelerator</span>.<span class=\"m\">Detect</span>")]
    [InlineData("foreach (var b in batches) { await b; }", "<span class=\"k\">foreach</span>")]
    [InlineData("#!import 01-setup.ipynb", "<span class=\"p\">#!import 01-setup.ipynb</span>")]
    [InlineData("using TorchSharp.Modules;", "TorchSharp.Modules")]
    public void Words_get_their_class(string code, string html) => Assert.Contains(html, Highlight(code), StringComparison.Ordinal);

    [Fact]
    public void Threads_may_highlight_at_once()
    {
        var expected = Highlight("var x = Math.Sqrt(2);");
        Parallel.For(0, 16, _ => Assert.Equal(expected, Highlight("var x = Math.Sqrt(2);")));
    }

    private static string Highlight(string code)
    {
        var html = new StringBuilder();
        CodeHighlighter.Append(html, code);
        return html.ToString();
    }
}
