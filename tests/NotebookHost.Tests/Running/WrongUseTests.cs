namespace NotebookHost.Tests.Running;

public sealed class WrongUseTests : ProgramTest
{
    [Theory]
    [InlineData("--bogus", "run", "--bogus")]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("no such notebook", "run", "missing.ipynb")]
    [InlineData("not valid JSON", "run", "text.ipynb")]
    [InlineData("nbformat 3", "run", "old.ipynb")]
    [InlineData("the notebook's language is python", "clear", "python.ipynb")]
    [InlineData("known are epochs, rate", "run", "good.ipynb", "--set", "epoch=3")]
    [InlineData("declared as Int32", "run", "good.ipynb", "--set", "epochs=many")]
    [InlineData("NAME=VALUE", "run", "good.ipynb", "--set", "epochs")]
    [InlineData("above 0", "run", "good.ipynb", "--timeout", "-1")]
    [InlineData("would be overwritten", "run", "good.ipynb", "--output", ".")]
    [InlineData("cannot be written", "run", "good.ipynb", "--output", "old.ipynb/out")]
    [InlineData("no such notebook", "clear", "good.ipynb", "missing.ipynb")]
    public async Task Wrong_use_exits_with_2_and_one_sentence(string message, params string[] arguments)
    {
        Notebook("base.ipynb", "[parameters]var rate = 1e-2;");
        Notebook("good.ipynb", "[parameters]int epochs = 1;", "#!import base.ipynb");
        File.WriteAllText(Path.Combine(Folder, "text.ipynb"), "not json");
        File.WriteAllText(Path.Combine(Folder, "old.ipynb"), """{"worksheets":[],"nbformat":3}""");
        File.WriteAllText(
            Path.Combine(Folder, "python.ipynb"),
            """{"cells":[],"metadata":{"kernelspec":{"language":"python"}},"nbformat":4}"""
        );

        var (code, output, error) = await Run(arguments);

        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.Empty(output);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public async Task Doctor_moves_the_manifest_that_Polyglot_Notebooks_does_not_find()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The folder is that of Linux.");
        var tools = Path.Combine(Folder, "Code", "User", "globalStorage", "ms-dotnettools.dotnet-interactive-vscode");
        Directory.CreateDirectory(tools);
        await File.WriteAllTextAsync(Path.Combine(tools, "dotnet-tools.json"), "{}", TestContext.Current.CancellationToken);
        var settings = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = Folder };

        Assert.Contains("doctor --fix", await Doctor("doctor"), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(tools, "dotnet-tools.json")));
        Assert.Contains("fixed", await Doctor("doctor", "--fix"), StringComparison.Ordinal);
        Assert.Equal(
            "{}",
            await File.ReadAllTextAsync(Path.Combine(tools, ".config", "dotnet-tools.json"), TestContext.Current.CancellationToken)
        );
        Assert.DoesNotContain("Polyglot Notebooks  ", await Doctor("doctor"), StringComparison.Ordinal);

        async Task<string> Doctor(params string[] arguments)
        {
            using var process = Start(settings, arguments);
            return (await End(process)).Out;
        }
    }

    [Fact]
    public async Task Clear_checks_and_clears_in_place_and_leaves_clean_files_alone()
    {
        var clean = Notebook("clean.ipynb", "1");
        var before = await File.ReadAllBytesAsync(clean, TestContext.Current.CancellationToken);
        var used = Path.Combine(Folder, "used.ipynb");
        await File.WriteAllTextAsync(
            used,
            """
            {"cells":[{"cell_type":"code","source":"1","execution_count":2,"outputs":[],"metadata":{}}],
             "metadata":{},"nbformat":4,"nbformat_minor":4}
            """,
            TestContext.Current.CancellationToken
        );

        var check = await Run("clear", ".", "--check");
        Assert.Equal((1, "used.ipynb: has outputs\n"), (check.ExitCode, check.Out));
        Assert.Equal((0, "used.ipynb: cleared\n"), (await Run("clear", ".") is var clear ? (clear.ExitCode, clear.Out) : default));
        Assert.Equal(0, (await Run("clear", "clean.ipynb", "used.ipynb", "--check")).ExitCode);
        Assert.Equal(before, await File.ReadAllBytesAsync(clean, TestContext.Current.CancellationToken));
        Assert.Equal(["clean.ipynb", "used.ipynb"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Doctor_tells_what_is_there_and_how_to_mend_the_rest()
    {
        var (code, output, _) = await Run("doctor");
        Assert.InRange(code, 0, 1);
        Assert.Contains(".NET SDK", output, StringComparison.Ordinal);
        Assert.Contains("Free disk", output, StringComparison.Ordinal);
        Assert.Contains("GPU", output, StringComparison.Ordinal);
    }
}
