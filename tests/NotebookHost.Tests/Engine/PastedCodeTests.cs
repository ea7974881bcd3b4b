using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

public sealed class PastedCodeTests : SessionTest
{
    [Fact]
    public async Task Using_declarations_are_disposed_at_the_cells_end()
    {
        await Run("class D : IDisposable { public string Name; public void Dispose() => Console.Write(Name + \" closed \"); }");
        var sink = await Run(
            "using var a = new D { Name = \"a\" };\nusing D b = new D { Name = \"b\" };\nConsole.Write(a.Name + b.Name + \" open \");"
        );
        Assert.Equal("ab open b closed a closed ", sink.Out);
        var (failed, result) = await TryRun("using var c = new D { Name = \"c\" };\nthrow new Exception(\"x\");");
        Assert.Equal(2, result.Error!.Line);
        Assert.Equal("c closed ", failed.Out);
        Assert.Equal(
            "3",
            (
                await Run("using System.IO;\nusing Text = System.String;\nusing var s = new StringReader(\"abc\");\ns.ReadToEnd().Length")
            ).Result!["text/plain"]
        );
    }

    [Fact]
    public async Task Await_using_declarations_are_disposed_at_the_cells_end()
    {
        await Run(
            "class D : IAsyncDisposable, IDisposable { public void Dispose() => Console.Write(\"closed \");\n"
                + "public async ValueTask DisposeAsync() { await Task.Yield(); Console.Write(\"awaited \"); } }"
        );
        Assert.Equal(
            "open closed awaited ",
            (await Run("  await using var d = new D();\nusing D e = new();\nConsole.Write(\"open \");")).Out
        );
        Assert.Equal("open awaited ", (await Run("{\n  await using var f = new D();\n  Console.Write(\"open \");\n}")).Out);
        Assert.Equal(2, (await Fail("await using var g = new D();\nnonsense;")).Line);
    }

    [Theory]
    [InlineData("class Program { static void Main() { Console.Write(\"main\"); } }")]
    [InlineData("class Program { static void Main(string[] args) => Console.Write(\"ma\" + \"in\"); }")]
    [InlineData("class Program { static async Task Main() { await Task.Yield(); Console.Write(\"main\"); } }")]
    public async Task A_pasted_program_is_run(string code) => Assert.Equal("main", (await Run(code)).Out);

    [Fact]
    public async Task Files_with_namespaces_and_classes_of_extension_methods_can_be_pasted_and_imported()
    {
        await Run("namespace Shapes { public record Square(int Side) { public int Area => Side * Side; } }");
        Assert.Equal("9", (await Run("using Shapes;\nnew Square(3).Area")).Result!["text/plain"]);
        await Run("public static class Numbers { public static int Twice(this int x) => 2 * x; }");
        Assert.Equal("6", (await Run("3.Twice()")).Result!["text/plain"]);
        await Run("public static class More { extension(int x) { public int Thrice => 3 * x; } }");
        Assert.Equal("9", (await Run("3.Thrice")).Result!["text/plain"]);
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "Helpers.cs"),
            "using System.IO;\nnamespace Help;\npublic static class Files\n{\n    public static string End(string name) => "
                + "Path.GetExtension(name);\n"
                + "    public static int Fail() => throw new Exception(\"failed\");\n}\n",
            TestContext.Current.CancellationToken
        );
        Assert.Equal(".cs", (await Run("#!import Helpers.cs\nusing Help;\nFiles.End(\"a.cs\")")).Result!["text/plain"]);
        Assert.Contains((await Fail("Files.Fail()")).Traceback, line => line.Contains("Helpers.cs, line 6", StringComparison.Ordinal));
        Assert.Equal("in", (await Run("namespace P;\nclass Program { static void Main() => Console.Write(\"in\"); }")).Out);
    }

    [Fact]
    public async Task Types_of_a_pasted_namespace_need_no_modifier_and_can_be_pasted_again()
    {
        const string shapes =
            "namespace Shapes;\n[Serializable]\n"
            + "class Square { internal int Side { get; internal set; } = 3; public int Area() => Side * Side; }\n"
            + "enum Color { Red }\ninternal static class Numbers { internal static int Twice(this int x) => 2 * x; }";
        await Run(shapes);
        Assert.Equal(
            "9 6 Red",
            (await Run("using Shapes;\nvar s = new Square();\n$\"{s.Area()} {s.Side.Twice()} {Color.Red}\"")).Result!["text/plain"]
        );
        await Run(shapes.Replace("= 3", "= 4", StringComparison.Ordinal).Replace("2 * x", "10 * x", StringComparison.Ordinal));
        // What was made before keeps its type.
        Assert.Equal("9 16 40", (await Run("$\"{s.Area()} {new Square().Area()} {new Square().Side.Twice()}\"")).Result!["text/plain"]);
        await Run("namespace Shapes { class Cube { public Square Face = new(); } }");
        Assert.Equal("4", (await Run("new Cube().Face.Side")).Result!["text/plain"]);
    }

    [Theory]
    [InlineData(
        "class Program { static void Main(string[] args) => Console.Write(\"main\" + args.Length); }",
        "Program.Main(new[] { \"a\" });"
    )]
    [InlineData(
        "class A { private static int Main(string[] args) { Console.Write(\"main\" + args.Length); return 0; } }",
        "A.Main([\"a\"]);"
    )]
    [InlineData(
        "namespace P;\nclass Program { [STAThread] static void Main(string[] a) => Console.Write(\"main\" + a.Length); }",
        "P.Program.Main([\"a\"]);"
    )]
    public async Task A_later_cell_can_call_the_Main_of_a_pasted_program(string program, string call)
    {
        Assert.Equal("main0", (await Run(program)).Out);
        Assert.Equal("main1", (await Run(call)).Out);
        Assert.Equal("main0", (await Run(program)).Out);
        Assert.Equal("main1", (await Run(call)).Out);
    }

    [Fact]
    public async Task A_private_member_of_a_pasted_program_is_named_with_what_to_do()
    {
        await Run("class Program { static void Main() { } static int Helper() => 2; }");
        var error = await Fail("Program.Helper()");
        Assert.Contains("CS0122", error.Message, StringComparison.Ordinal);
        Assert.Contains("write public before it", error.Traceback[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pasted_file_may_begin_with_a_define_and_have_attributes_of_its_assembly()
    {
        await Run(
            "#define ON\nusing System.Reflection;\nusing System.Runtime.CompilerServices;\n[assembly: AssemblyVersion(\"1.0.0.0\")]\n"
                + "[assembly:\n    InternalsVisibleTo(\"X\")]\nnamespace A\n{\n#if ON\n"
                + "    class T { public static int N() => throw new Exception(); }\n"
                + "#endif\n}"
        );
        Assert.Contains((await Fail("A.T.N()")).Traceback, line => line.Contains("cell 1, line 10", StringComparison.Ordinal));
        await Run("#define ON\nnamespace B { class U { public static int N => 1; } }\n");
        Assert.Equal("1", (await Run("B.U.N")).Result!["text/plain"]);
    }

    [Theory]
    [InlineData("var a = 1;\nnamespace X { class Y { } }", "A cell has no namespaces")]
    [InlineData("var a = 1;\nstatic class E { public static int Twice(this int x) => 2 * x; }", "stands at the top level")]
    [InlineData("new[] { 1 }.Dump();", "write .Display() instead")]
    [InlineData("Span<int> s = stackalloc int[3];", "which a Span cannot")]
    public async Task An_error_of_pasted_code_is_followed_by_the_form_that_works(string code, string advice)
    {
        var error = await Fail(code);
        Assert.Equal("CompilationError", error.Name);
        Assert.Contains(advice, error.Traceback[^1], StringComparison.Ordinal);
        Assert.Contains("error CS", error.Traceback[0], StringComparison.Ordinal);
    }
}
