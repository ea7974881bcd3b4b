using System.Text.Json.Nodes;
using NotebookHost.Documents;

namespace NotebookHost.Tests.Documents;

public sealed class NotebookDocumentTests
{
    private static NotebookDocument Parse(string json) => NotebookDocument.Parse(json, "/x/n.ipynb");

    [Fact]
    public void Unknown_fields_and_characters_survive_a_round_trip()
    {
        const string json = """
            {
             "cells": [
              {
               "cell_type": "code",
               "id": "a",
               "metadata": { "mine": [1, 2.50, 1e-3] },
               "execution_count": null,
               "outputs": [],
               "source": ["var s = \"é 😀 <b> \\u2028 \\u0085\";\n", "s"],
               "extra": true
              }
             ],
             "metadata": { "other": { "x": null } },
             "nbformat": 4,
             "nbformat_minor": 5
            }
            """;
        var written = Parse(json).ToJson();
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(written)));
        Assert.Contains("2.50", written, StringComparison.Ordinal);
        Assert.EndsWith("}\n", written, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", written, StringComparison.Ordinal);
        Assert.Equal(written, Parse(written).ToJson());
    }

    [Fact]
    public void Source_may_be_a_text_or_a_list_of_lines()
    {
        Assert.Equal("a\nb", Parse("""{"cells":[{"cell_type":"code","source":["a\r\n","b"]}],"nbformat":4}""").Cells[0].Source);
        Assert.Equal("a\nb", Parse("""{"cells":[{"cell_type":"code","source":"a\nb"}],"nbformat":4}""").Cells[0].Source);
    }

    [Theory]
    [InlineData("""{"dotnet_interactive":{"language":"fsharp"}}""", "fsharp")]
    [InlineData("""{"polyglot_notebook":{"kernelName":"html"}}""", "html")]
    [InlineData("""{"dotnet_interactive":{"language":"C#"}}""", "csharp")]
    [InlineData("""{"dotnet_interactive":5}""", "csharp")]
    [InlineData("{}", "csharp")]
    public void A_cells_language_comes_from_its_metadata(string metadata, string language) =>
        Assert.Equal(
            language,
            Parse($$"""{"cells":[{"cell_type":"code","source":"","metadata":{{metadata}}}],"nbformat":4}""").Cells[0].Language
        );

    [Theory]
    [InlineData("not json", "line 1 is not valid JSON")]
    [InlineData("[]", "not an object")]
    [InlineData("""{"cells":[],"cells":[],"nbformat":4}""", "twice")]
    [InlineData("""{"cells":[]}""", "no number 'nbformat'")]
    [InlineData("""{"worksheets":[],"nbformat":3}""", "nbformat 3")]
    [InlineData("""{"nbformat":4}""", "no list 'cells'")]
    [InlineData("""{"cells":[{"cell_type":"code","source":5}],"nbformat":4}""", "cell 1")]
    [InlineData("""{"cells":[{"cell_type":"poem","source":""}],"nbformat":4}""", "cell 1")]
    [InlineData("""{"cells":[],"nbformat":4,"metadata":{"kernelspec":{"language":"python"}}}""", "python")]
    public void What_is_no_C_sharp_notebook_is_refused_with_a_reason(string json, string reason)
    {
        var error = Assert.Throws<NotebookFormatException>(() => Parse(json));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("/x/n.ipynb: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_bytes_that_are_not_UTF8_are_refused()
    {
        Assert.Contains(
            "no such notebook",
            Assert.Throws<NotebookFormatException>(() => NotebookDocument.Load("/nowhere/x.ipynb")).Message,
            StringComparison.Ordinal
        );
        var file = Path.GetTempFileName();
        File.WriteAllBytes(file, [0x7b, 0xff, 0x7d]);
        Assert.Contains(
            "not UTF-8",
            Assert.Throws<NotebookFormatException>(() => NotebookDocument.Load(file)).Message,
            StringComparison.Ordinal
        );
        File.Delete(file);
    }

    [Fact]
    public void Clearing_takes_outputs_counts_and_traces_and_nothing_else()
    {
        var notebook = Parse(
            """
            {"cells":[{"cell_type":"code","id":"a","source":"1","execution_count":3,
                "outputs":[{"output_type":"stream","name":"stdout","text":"x"}],
              "metadata":{"tags":["parameters"],"execution":{"x":1},"scrolled":true}},
                  {"cell_type":"markdown","id":"b","source":"t","metadata":{}}],
             "metadata":{"papermill":{},"mine":1},"nbformat":4,"nbformat_minor":5}
            """
        );
        Assert.True(OutputClearing.Clear(notebook));
        Assert.True(
            JsonNode.DeepEquals(
                notebook.Root,
                JsonNode.Parse(
                    """
                    {"cells":[{"cell_type":"code","id":"a","source":"1","execution_count":null,"outputs":[],
                       "metadata":{"tags":["parameters"]}},
                      {"cell_type":"markdown","id":"b","source":"t","metadata":{}}],"metadata":{"mine":1},"nbformat":4,"nbformat_minor":5}
                    """
                )
            )
        );
        Assert.False(OutputClearing.Clear(notebook));
    }

    [Fact]
    public void Clearing_takes_what_VS_Code_and_Polyglot_Notebooks_write()
    {
        var notebook = Parse(
            """
            {"cells":[{"cell_type":"code","id":"a","source":"1","execution_count":null,"outputs":[],
              "metadata":{"vscode":{"languageId":"polyglot-notebook"},"mine":1}}],
             "metadata":{"kernelspec":{"name":".net-csharp","language":"C#"},"language_info":{"name":"polyglot-notebook","mine":2}},
             "nbformat":4,"nbformat_minor":5}
            """
        );
        Assert.True(OutputClearing.Clear(notebook));
        Assert.Equal("""{"mine":1}""", notebook.Cells[0].Json["metadata"]!.ToJsonString());
        Assert.Equal("""{"name":"C#","mine":2}""", notebook.Root["metadata"]!["language_info"]!.ToJsonString());
        Assert.False(OutputClearing.Clear(notebook));
    }

    [Fact]
    public void Upgrading_gives_each_cell_an_id_of_its_own_and_keeps_good_ones()
    {
        const string json = """
            {"cells":[{"cell_type":"code","id":"same","source":"1"},{"cell_type":"code","id":"same","source":"2"},
                {"cell_type":"markdown","source":"t"},
             {"cell_type":"raw","id":"bad id!","source":"r","outputs":[]}],"nbformat":4,"nbformat_minor":2}
            """;
        var notebook = Parse(json);
        CurrentFormat.Upgrade(notebook);
        Assert.Equal("same", notebook.Cells[0].Id);
        Assert.Equal(4, notebook.Cells.Select(cell => cell.Id).Distinct().Count());
        Assert.All(notebook.Cells, cell => Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", cell.Id));
        Assert.Equal(5, (int)notebook.Root["nbformat_minor"]!);
        Assert.False(notebook.Cells[3].Json.ContainsKey("outputs"));
        Assert.True(notebook.Cells[0].Json.ContainsKey("execution_count"));

        var again = Parse(json);
        CurrentFormat.Upgrade(again);
        Assert.Equal(notebook.ToJson(), again.ToJson());
    }
}
