using System.Text.Json.Nodes;
using NotebookHost.Documents;
using NotebookHost.Pages;

namespace NotebookHost.Tests.Documents;

/// <summary>Files that somebody made to do harm, or that were damaged: refused in one sentence, or read, cleared, brought to the current
/// format, written and shown.</summary>
public sealed class HostileNotebookTests
{
    private const string Whole = """
        {"cells":[
          {"cell_type":"code","id":"a","execution_count":1,"source":["1\n","2"],
              "metadata":{"tags":["parameters"],"dotnet_interactive":{"language":"csharp"}},
           "outputs":[{"output_type":"stream","name":"stdout","text":["x"]},
               {"output_type":"error","ename":"E","evalue":"m","traceback":["t"]},
            {"output_type":"display_data","metadata":{"image/png":{"width":1}},"data":{"image/png":"AAAA","text/plain":["p"]}},
            {"output_type":"execute_result","execution_count":1,"metadata":{},"data":{"application/json":{"a":[1]}}}]},
          {"cell_type":"markdown","id":"b","source":"# T\n![p](attachment:p.png)","metadata":{},
              "attachments":{"p.png":{"image/png":"AAAA"}}},
          {"cell_type":"raw","id":"c","source":"r","metadata":{}}],
         "metadata":{"kernelspec":{"display_name":".NET (C#)","language":"C#","name":".net-csharp"},
             "language_info":{"name":"C#"}},"nbformat":4,"nbformat_minor":5}
        """;

    private static readonly IReadOnlyList<string?> Values =
    [
        .. Faults.Of<string?>(
            few: 5,
            null,
            "[null]",
            "\"<script>alert(1)</script>\"",
            "{}",
            Nested(100),
            "[]",
            "true",
            "-1",
            "1e400",
            "\"\"",
            "\"\\u001b]0;x\\u0007\"",
            "[[]]",
            "{\"a\":null}"
        ),
    ];

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    [Fact]
    public void Any_part_of_a_notebook_may_be_anything()
    {
        var places = Places(JsonNode.Parse(Whole)!).ToList();
        var (refused, read) = (0, 0);
        foreach (var (place, value) in from place in places from value in Values select (place, value))
        {
            var root = JsonNode.Parse(Whole)!;
            Replace(root, place, value);
            try
            {
                var notebook = NotebookDocument.Parse(root.ToJsonString(new() { MaxDepth = 300 }), "/x/n.ipynb");
                // As it is, outputs and all, and as a run writes it.
                Assert.DoesNotContain("<script>alert", NotebookPage.Render(notebook, new()), StringComparison.Ordinal);
                OutputClearing.Clear(notebook);
                CurrentFormat.Upgrade(notebook);
                _ = NotebookDocument.Parse(notebook.ToJson(), "/x/n.ipynb");
                read++;
            }
            catch (NotebookFormatException e)
            {
                Assert.StartsWith("/x/n.ipynb: ", e.Message, StringComparison.Ordinal);
                refused++;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{string.Join('/', place)} = {value}: {e}");
            }
        }

        Assert.InRange(refused, 50, places.Count * Values.Count);
        Assert.InRange(read, 100, places.Count * Values.Count);
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, false)]
    [InlineData(1_000_000, false)]
    public void Json_nests_as_deep_as_can_be_written_again_and_no_deeper(int levels, bool fits)
    {
        var json = $$"""{"cells":[],"metadata":{},"nbformat":4,"deep":{{Nested(levels - 1 + (fits ? 0 : 1))}}}""";
        if (fits)
        {
            Assert.EndsWith("}\n", NotebookDocument.Parse(json, "/x/n.ipynb").ToJson(), StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains(
                "deeper than 128",
                Assert.Throws<NotebookFormatException>(() => NotebookDocument.Parse(json, "/x/n.ipynb")).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void Ids_that_nbformat_forbids_are_replaced_and_good_ones_stay()
    {
        // nbformat 4.5: 1 to 64 of the letters, digits, - and _; a text; no two alike.
        string[] ids =
        [
            "\"good\"",
            "\"good\"",
            "\"line\\n\"",
            "5",
            "null",
            "\"\"",
            "\"" + new string('x', 65) + "\"",
            "\"../../etc\"",
            "\"<b>\"",
            "[]",
        ];
        var cells = string.Join(',', ids.Select(id => $$"""{"cell_type":"code","source":"","id":{{id}}}"""));
        var notebook = NotebookDocument.Parse($$"""{"cells":[{{cells}}],"nbformat":4,"nbformat_minor":5}""", "/x/n.ipynb");
        CurrentFormat.Upgrade(notebook);
        Assert.Equal("good", notebook.Cells[0].Id);
        Assert.Equal(ids.Length, notebook.Cells.Select(cell => cell.Id).Distinct().Count());
        Assert.All(notebook.Cells, cell => Assert.Matches(@"^[a-zA-Z0-9_-]{1,64}\z", cell.Id));
    }

    [Theory]
    [InlineData("((((", 20_000, "code")]
    [InlineData("{", 100_000, "code")]
    [InlineData("A<", 100_000, "code")]
    [InlineData("!", 100_000, "code")]
    [InlineData("if (x) ", 10_000, "code")]
    [InlineData("a => ", 10_000, "code")]
    [InlineData("> ", 100_000, "markdown")]
    [InlineData("[", 100_000, "markdown")]
    [InlineData("<div>", 100_000, "markdown")]
    [InlineData("<b><p>", 1_900, "markdown")]
    [InlineData("*a ", 50_000, "markdown")]
    [InlineData("- ", 50_000, "markdown")]
    public void Text_that_nests_without_end_becomes_a_page(string piece, int times, string kind)
    {
        var source = string.Concat(Enumerable.Repeat(piece, times));
        var cell = new JsonObject { ["cell_type"] = kind, ["source"] = source };
        var notebook = NotebookDocument.Parse(
            new JsonObject { ["cells"] = new JsonArray(cell), ["nbformat"] = 4 }.ToJsonString(),
            "/x/n.ipynb"
        );
        Assert.Contains("</main>", NotebookPage.Render(notebook, new()), StringComparison.Ordinal);
    }

    private static IEnumerable<object[]> Places(JsonNode? node, params object[] path)
    {
        if (path.Length > 0)
        {
            yield return path;
        }

        var inner = node switch
        {
            JsonObject json => json.SelectMany(entry => Places(entry.Value, [.. path, entry.Key])),
            JsonArray list => list.SelectMany((value, index) => Places(value, [.. path, index])),
            _ => [],
        };
        foreach (var place in inner)
        {
            yield return place;
        }
    }

    private static void Replace(JsonNode root, object[] place, string? value)
    {
        var node = root;
        foreach (var step in place[..^1])
        {
            node = step is int index ? node[index]! : node[(string)step]!;
        }

        var replacement = value is null ? null : JsonNode.Parse(value, documentOptions: new() { MaxDepth = 200 });
        if (place[^1] is int last)
        {
            node[last] = replacement;
        }
        else
        {
            node[(string)place[^1]] = replacement;
        }
    }
}
