using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

public sealed class ParameterTests : SessionTest
{
    private void Set(params (string Name, string Value)[] values) =>
        Options = Options with { Parameters = values.ToDictionary(v => v.Name, v => v.Value) };

    [Fact]
    public async Task Values_are_converted_to_the_declared_type()
    {
        Set(("epochs", "3"), ("rate", "1e-3"), ("name", "x y"), ("fast", "true"));
        var sink = await Run("int epochs = 10; var rate = 1e-2; string name = \"a\"; var fast = false; var seed = 1;", parameters: true);
        Assert.Contains("rate = 1e-3, set from outside", sink.Out, StringComparison.Ordinal);
        Assert.Equal("3 0.001 x y True 1", (await Run("$\"{epochs} {rate} {name} {fast} {seed}\"")).Result!["text/plain"]);
    }

    [Fact]
    public async Task They_apply_to_an_imported_parameters_cell_too()
    {
        Set(("epochs", "3"));
        Notebook("a.ipynb", "[parameters]var epochs = 10;", "var twice = 2 * epochs;");
        Assert.Equal("6", (await Run("#!import a.ipynb\ntwice")).Result!["text/plain"]);
    }

    [Fact]
    public async Task Other_cells_are_left_alone()
    {
        Set(("epochs", "3"));
        Assert.Equal("10", (await Run("var epochs = 10;\nepochs")).Result!["text/plain"]);
    }

    [Theory]
    [InlineData("int epochs = 1;", "declared as Int32")]
    [InlineData("const int epochs = 1;", "const")]
    public async Task A_value_that_cannot_be_set_is_an_error(string code, string message)
    {
        Set(("epochs", "many"));
        Assert.Contains(message, (await Fail(code, parameters: true)).Message, StringComparison.Ordinal);
    }
}
