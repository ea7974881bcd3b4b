using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

public sealed class DirectiveTests : SessionTest
{
    private async Task<string> Shown(string code, string mimeType = "text/html") =>
        (await Run(code)).Displays.Values.First(data => data.ContainsKey(mimeType))[mimeType];

    [Fact]
    public async Task A_value_is_taken_from_an_address()
    {
        using var free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var address = $"http://127.0.0.1:{((System.Net.IPEndPoint)free.LocalEndpoint).Port}/";
        free.Stop();
        Assert.Equal("System.Net.Http.HttpRequestException", (await Fail($"#!value --from-url {address} --name x")).Name);
        using var server = new System.Net.HttpListener { Prefixes = { address } };
        server.Start();
        var answer = Task.Run(
            async () =>
            {
                var context = await server.GetContextAsync();
                context.Response.Close("found"u8.ToArray(), willBlock: false);
            },
            TestContext.Current.CancellationToken
        );
        await Run($"#!value --from-url {address} --name x");
        await answer;
        Assert.Equal("found", (await Run("x")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_cell_may_have_several_submissions()
    {
        var sink = await Run("var a = 1;\na\n#!csharp\nvar b = a + 1;\nb\n#!time\nb + 1");
        Assert.Equal(["1", "2"], sink.Displays.Values.Take(2).Select(data => data["text/plain"]));
        Assert.Equal("3", sink.Result!["text/plain"]);
    }

    [Theory]
    [InlineData("#!html\n<b>x</b>", "text/html", "<b>x</b>")]
    [InlineData("var n = 1;\n#!html\n<p>it's \"n\"</p>\n#!csharp\nn", "text/html", "<p>it's \"n\"</p>")]
    [InlineData("#!markdown\n# Title", "text/markdown", "# Title")]
    [InlineData("#!javascript\nalert('a')", "text/html", "<script type=\"text/javascript\">alert('a')</script>")]
    [InlineData("#!mermaid\ngraph TD; A-->B;", "text/html", "graph TD; A--&gt;B;")]
    public async Task Text_of_other_languages_is_shown(string code, string mimeType, string text) =>
        Assert.Contains(text, await Shown(code, mimeType), StringComparison.Ordinal);

    [Fact]
    public async Task A_directive_in_the_first_line_counts_more_than_the_cells_metadata()
    {
        // Files of earlier versions of .NET Interactive have both.
        var (html, _) = await TryRun("#!html\n<b>x</b>", "html");
        Assert.Equal("<b>x</b>", html.Displays.Values.Single()["text/html"]);
        var (csharp, _) = await TryRun("\n#!csharp\n1 + 1", "fsharp");
        Assert.Equal("2", csharp.Result!["text/plain"]);
        Assert.Contains("F# is not run here", (await Fail("#!fsharp\nlet x = 1", "fsharp")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_are_listed()
    {
        await Run("var alpha = 1; string beta = \"two\";");
        Assert.Equal("[ alpha, beta ]", await Shown("#!who", "text/plain"));
        var table = await Shown("#!whos");
        Assert.Contains("<td>alpha</td><td>Int32</td><td>1</td>", table, StringComparison.Ordinal);
        Assert.Contains("<td>two</td>", table, StringComparison.Ordinal);
        Assert.Contains("#!import", await Shown("#!lsmagic"), StringComparison.Ordinal);
        Assert.Contains(".NET", await Shown("#!about"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_are_set_and_shared()
    {
        await Run("var x = 21;");
        await Run("#!set --name y --value @csharp:x\n#!share --from csharp x\n#!set --name word --value \"two words\"");
        Assert.Equal("42 two words", (await Run("$\"{x + y} {word}\"")).Result!["text/plain"]);
        await Run("#!value --name text\nline 1\nline \"2\"");
        Assert.Equal("line 1\nline \"2\"", (await Run("text")).Result!["text/plain"]);
        await File.WriteAllTextAsync(Path.Combine(Folder, "v.txt"), "from a file", TestContext.Current.CancellationToken);
        await Run($"#!value --name file --from-file {Path.Combine(Folder, "v.txt")}");
        Assert.Equal("from a file", (await Run("file")).Result!["text/plain"]);
    }

    [Fact]
    public async Task The_pages_script_gets_values_of_Csharp()
    {
        await Run("var numbers = new[] { 1, 2 }; var html = \"</script>\";");
        var script = await Shown("#!javascript\n#!share --from csharp numbers\n#!set --name h --value @csharp:html\nconsole.log(numbers)");
        Assert.Contains("var numbers = [1,2];", script, StringComparison.Ordinal);
        Assert.DoesNotContain("</script>\"", script, StringComparison.Ordinal);
        Assert.Contains(
            "no variable nothing",
            (await Fail("#!javascript\n#!share --from csharp nothing")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_value_of_another_language_cannot_be_taken() =>
        Assert.Contains("only C# is run here", (await Fail("#!share --from fsharp x")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_script_may_be_loaded_by_a_cells_only_line()
    {
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "x.csx"),
            "#!/usr/bin/env dotnet-script\nvar loaded = 5;",
            TestContext.Current.CancellationToken
        );
        await Run("#load \"x.csx\"");
        Assert.Equal("5", (await Run("loaded")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_dib_file_is_imported_part_by_part()
    {
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "x.dib"),
            "#!meta\n\n{\"kernelInfo\":{}}\n\n#!markdown\n\n# Title\n\n#!csharp\n\nvar fromDib = 6;\n\n#!csharp\n\nfromDib + 1\n",
            TestContext.Current.CancellationToken
        );
        var sink = await Run("#!import x.dib");
        Assert.Contains(sink.Displays.Values, data => data.ContainsKey("text/markdown"));
        Assert.Equal("6", (await Run("fromDib")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_file_based_apps_first_lines_are_accepted() =>
        Assert.Equal("1", (await Run("#!/usr/bin/env dotnet\n#:property LangVersion=latest\n1")).Result!["text/plain"]);

    [Fact]
    public async Task Warnings_of_the_compiler_are_shown_folded()
    {
        var html = await Shown("int Unused()\n{\n    int z;\n    return 1;\n}");
        Assert.StartsWith("<details><summary>1 compiler warning", html, StringComparison.Ordinal);
        Assert.Contains("cell 1, line 3: warning CS0168", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_names_of_NET_Interactive_are_there_without_a_using()
    {
        Options = Options with { ReadInput = question => question.Prompt + (question.IsPassword ? "?" : "!") };
        await Run("using Microsoft.DotNet.Interactive;\nusing Microsoft.DotNet.Interactive.Commands;\nvar before = 1;");
        await Run("await Kernel.Root.SendAsync(new SubmitCode(\"Console.Write(before + 1)\"));");
        Assert.Contains(
            "code submitted by cell",
            (await Fail("await Kernel.Root.SendAsync(new SubmitCode(\"nothing\"));")).Message,
            StringComparison.Ordinal
        );
        Assert.Equal("a!", (await Run("await Kernel.GetInputAsync(\"a\", \"text\")")).Result!["text/plain"]);
        Assert.Equal(
            "secret? *******",
            (await Run("var p = await Kernel.GetPasswordAsync(\"secret\"); $\"{p.GetClearTextPassword()} {p}\"")).Result!["text/plain"]
        );
        Assert.Equal("$$x^2$$", (await Run("new MathString(\"x^2\")")).Result!["text/latex"]);
        Assert.Equal("\\alpha", (await Run("new LaTeXString(\"\\\\alpha\")")).Result!["text/latex"]);
        await Run("CSS(\"b { color: red }\");");
        var table = (await Run("new[] { new { Name = \"Ann\", Age = 3 }, new { Name = \"Bob, Jr\", Age = 4 } }.DisplayTable();")).Displays;
        Assert.Equal("Name,Age\nAnn,3\n\"Bob, Jr\",4\n", table.Values.Single()["text/csv"]);
    }
}
