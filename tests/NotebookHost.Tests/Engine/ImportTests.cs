using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

public sealed class ImportTests : SessionTest
{
    [Fact]
    public async Task An_import_brings_everything_and_shows_its_outputs_in_the_importing_cell()
    {
        Notebook(
            "a.ipynb",
            "[markdown]# A",
            "using System.Globalization;\nvar x = 1;\nint F(int n) => n + x;",
            "Console.WriteLine(\"from a\");\nx"
        );
        var sink = await Run("var before = 1;\n#!import a.ipynb\nF(before) + CultureInfo.InvariantCulture.LCID * 0");
        Assert.Equal("2", sink.Result!["text/plain"]);
        Assert.Equal("from a\n", sink.Out);
        Assert.Equal("1", sink.Displays.Values.Single()["text/plain"]);
    }

    [Fact]
    public async Task Nested_paths_start_at_the_current_directory_and_quotes_are_allowed()
    {
        Notebook("sub/inner.ipynb", "#!import \"leaf.csx\"");
        await File.WriteAllTextAsync(Path.Combine(Folder, "leaf.csx"), "var leaf = \"here\";", TestContext.Current.CancellationToken);
        Assert.Equal("here", (await Run("#!import sub/inner.ipynb\nleaf")).Result!["text/plain"]);
    }

    [Fact]
    public async Task An_error_inside_an_import_is_an_error_of_the_importing_cell()
    {
        Notebook("a.ipynb", "[markdown]# A", "var x = 1;\nthrow new Exception(\"broken\");");
        Notebook("b.ipynb", "#!import a.ipynb");
        var (sink, result) = await TryRun("var y = 1;\n\n#!import b.ipynb\nConsole.WriteLine(\"not reached\");");
        Assert.Equal(CellStatus.Error, result.Status);
        Assert.Equal(3, result.Error!.Line);
        Assert.Contains("a.ipynb, cell 2, line 2: broken", result.Error.Message, StringComparison.Ordinal);
        Assert.Contains("   imported by b.ipynb, cell 1, line 1", result.Error.Traceback);
        Assert.Contains("   imported by cell 1, line 3", result.Error.Traceback);
        Assert.Empty(sink.Out);
    }

    [Fact]
    public async Task A_notebook_that_imports_itself_is_an_error()
    {
        Notebook("self.ipynb", "#!import self.ipynb");
        NotebookPath = Path.Combine(Folder, "self.ipynb");
        var error = await Fail("#!import self.ipynb");
        Assert.Equal("ImportError", error.Name);
        Assert.Contains("self.ipynb imports self.ipynb", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circle_of_imports_is_an_error_that_shows_the_circle()
    {
        Notebook("a.ipynb", "#!import b.ipynb");
        Notebook("b.ipynb", "#!import a.ipynb");
        Assert.Contains("a.ipynb imports b.ipynb imports a.ipynb", (await Fail("#!import a.ipynb")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circle_is_found_under_a_second_name_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        Notebook("a.ipynb", "#!import alias.ipynb");
        File.CreateSymbolicLink(Path.Combine(Folder, "alias.ipynb"), "a.ipynb");
        NotebookPath = Path.Combine(Folder, "a.ipynb");
        Assert.Contains("a.ipynb imports a.ipynb", (await Fail("#!import alias.ipynb")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!import missing.ipynb", "no such notebook")]
    [InlineData("#!import missing.csx", "no such file")]
    [InlineData("#!import x.txt", "only notebooks")]
    [InlineData("#!import", "needs a file")]
    public async Task An_import_of_something_else_says_so(string code, string message) =>
        Assert.Contains(message, (await Fail(code)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_same_notebook_may_be_imported_twice()
    {
        Notebook("a.ipynb", "var x = 7;");
        Assert.Equal("7", (await Run("#!import a.ipynb\n#!import a.ipynb\nx")).Result!["text/plain"]);
    }
}
