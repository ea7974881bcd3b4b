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
    [InlineData("TorchSharp.Modules.Linear last;", "TorchSharp.Modules.<span class=\"t\">Linear</span> last")]
    [InlineData(
        "class Net : Module { Net() { } }",
        "<span class=\"k\">class</span> <span class=\"t\">Net</span> : <span class=\"t\">Module"
    )]
    [InlineData("int Twice(int x) => 2 * x;", "<span class=\"m\">Twice</span>(<span class=\"k\">int</span> x)")]
    [InlineData("model?.Forward(x)", "?.<span class=\"m\">Forward</span>(x)")]
    [InlineData("$\"a {b:F2}\"", "<span class=\"s\">a </span>{b:<span class=\"s\">F2</span>}")]
    [InlineData("'x'", "<span class=\"s\">&#39;x&#39;</span>")]
    [InlineData("#r \"nuget: A\" // why", "<span class=\"s\">&quot;nuget: A&quot;</span> <span class=\"c\">// why</span>")]
    [InlineData("/// <summary>Doc</summary>\nint a;", "<span class=\"c\">/// &lt;summary&gt;Doc&lt;/summary&gt;\n</span>")]
    [InlineData("#if NO\nint b;\n#endif", "<span class=\"c\">int b;\n</span>")]
    public void Words_get_their_class(string code, string html) => Assert.Contains(html, Highlight(code), StringComparison.Ordinal);

    [Theory]
    [InlineData("#if A\n")]
    [InlineData("a ")]
    public void Code_on_which_the_parser_would_crash_or_take_seconds_stays_plain(string piece)
    {
        var code = string.Concat(Enumerable.Repeat(piece, 60_000));
        Assert.Equal(code, Highlight(code));
    }

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
