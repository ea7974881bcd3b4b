using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

public sealed class ErrorTests : SessionTest
{
    [Fact]
    public async Task Every_compiler_error_comes_with_line_column_and_message()
    {
        var error = await Fail("var ok = 1;\nint a = \"text\";\nmissing();");
        Assert.Equal("CompilationError", error.Name);
        Assert.Equal(2, error.Line);
        var text = string.Join('\n', error.Traceback);
        Assert.Contains("cell 1, line 2, column 9: error CS0029", text, StringComparison.Ordinal);
        Assert.Contains("cell 1, line 3, column 1: error CS0103", text, StringComparison.Ordinal);
        Assert.Contains("CS0103", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_a_cell_that_does_not_compile_has_run()
    {
        await Run("var n = 1;");
        await Fail("n = 2;\nmissing();");
        Assert.Equal("1", (await Run("n")).Result!["text/plain"]);
    }

    [Fact]
    public async Task An_exception_names_cells_lines_and_text_and_none_of_the_engines_frames()
    {
        await Run("int Divide(int a, int b)\n{\n    return a / b;\n}");
        var error = await Fail("var x = 1;\n\nDivide(x, 0);");
        Assert.Equal("System.DivideByZeroException", error.Name);
        Assert.Equal(3, error.Line);
        Assert.Equal(
            [
                $"System.DivideByZeroException: {error.Message}",
                "   at Divide in cell 1, line 3:  return a / b;",
                "   at cell 2, line 3:  Divide(x, 0);",
            ],
            error.Traceback
        );
    }

    [Fact]
    public async Task Async_methods_lambdas_and_inner_exceptions_are_described()
    {
        var error = await Fail(
            """
            class Boom : Exception { public Boom(Exception inner) : base("outer", inner) { } }
            async Task Deep()
            {
                await Task.Yield();
                try { new[] { 1 }.Select(i => i / (i - 1)).ToList(); }
                catch (Exception e) { throw new Boom(e); }
            }
            await Deep();
            """
        );
        Assert.Equal("Boom", error.Name);
        Assert.Equal(6, error.Line);
        var text = string.Join('\n', error.Traceback);
        Assert.Contains("at Deep in cell 1, line 6", text, StringComparison.Ordinal);
        Assert.Contains("at cell 1, line 8", text, StringComparison.Ordinal);
        Assert.Contains("caused by System.DivideByZeroException", text, StringComparison.Ordinal);
        Assert.Contains("a lambda in cell 1, line 5", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NotebookHost", text, StringComparison.Ordinal);
        Assert.DoesNotContain("CodeAnalysis", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Submission#", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_cell_declared_before_it_threw_stays()
    {
        await Fail("var kept = 5;\nthrow new InvalidOperationException(\"x\");");
        Assert.Equal("5", (await Run("kept")).Result!["text/plain"]);
    }

    [Fact]
    public async Task An_error_in_the_first_cell_does_not_end_the_session()
    {
        await Fail("missing");
        Assert.Equal("1", (await Run("1")).Result!["text/plain"]);
    }

    [Fact]
    public async Task Lines_are_right_after_functions_of_every_form()
    {
        var error = await Fail(
            """
            int A() => 1;
            int B()
                =>
                2
                ;
            class C
            {
                public int D() =>
                    3;
                public int E() => 4; // five
            }
            Func<int, int> f = x =>
                x + 1;
            foreach (var i in new[] { 1 })
                f(i);
            for (var i = 0; i < 1; i++)
            {
                f(i);
            }
            throw new Exception("line 20");
            """
        );
        Assert.Equal(20, error.Line);
    }

    [Fact]
    public async Task A_missing_namespace_names_the_directive_that_may_bring_it()
    {
        var error = await Fail("using Markdig.Syntax;\n1");
        Assert.Equal(
            "If Markdig.Syntax belongs to a package, name the package first: #r \"nuget: Markdig.Syntax\" (many packages are called as "
                + "their namespace).",
            error.Traceback[^1]
        );
        Assert.DoesNotContain("nuget", string.Join('\n', (await Fail("Nowhere.Nothing x;")).Traceback), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_trace_keeps_its_beginning_and_its_end()
    {
        var error = await Fail(
            """
            int Down(int n) => n == 0 ? throw new Exception("at the bottom") : n % 2 == 0 ? Other(n - 1) : Down(n - 1);
            int Other(int n) => Down(n) + 1;
            Down(1000)
            """
        );
        Assert.Equal(52, error.Traceback.Count);
        Assert.Equal("System.Exception: at the bottom", error.Traceback[0]);
        Assert.StartsWith("   at Down in cell 1, line 1:", error.Traceback[1], StringComparison.Ordinal);
        Assert.Contains("lines left out here]", error.Traceback[26], StringComparison.Ordinal);
        Assert.Equal("   at cell 1, line 3:  Down(1000)", error.Traceback[^1]);
    }

    [Theory]
    [InlineData("Console.ReadKey()")]
    [InlineData("Console.KeyAvailable")]
    public async Task Single_keys_are_answered_with_what_works(string code) =>
        Assert.StartsWith("Single keys need a terminal, and a notebook has none. Take Console.ReadLine()", (await Fail(code)).Message);
}
