using System.Text;
using System.Text.Json.Nodes;
using NotebookHost.Documents;

namespace NotebookHost.Tests.Live;

public sealed class NotebookTextTests
{
    private const string Json =
        """{"cells":[{"cell_type":"code","id":"a","metadata":{},"execution_count":null,"outputs":[],"source":["1 + 1\n","// é"]},"""
        + """{"cell_type":"markdown","id":"b","metadata":{"x":[1.50,2e3]},"source":"one text"},"""
        + """{"cell_type":"code","id":"c","metadata":{},"execution_count":7,"outputs":[],"source":[]}],"""
        + "\""
        + """metadata":{"b":1,"a":"é"},"nbformat":4,"nbformat_minor":5}""";

    public static TheoryData<string> Manners =>
        ["one space", "two spaces", "four spaces", "tabs", "no lines", "CRLF", "escaped", "no end of line", "a space before each colon"];

    private static string InTheManner(string manner)
    {
        var indented = JsonNode
            .Parse(Json)!
            .ToJsonString(
                new()
                {
                    WriteIndented = true,
                    IndentSize = manner switch
                    {
                        "two spaces" => 2,
                        "four spaces" => 4,
                        _ => 1,
                    },
                    IndentCharacter = manner == "tabs" ? '\t' : ' ',
                    NewLine = manner == "CRLF" ? "\r\n" : "\n",
                    Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                }
            );
        return manner switch
        {
            "no lines" => Json,
            "CRLF" => indented + "\r\n",
            "escaped" => indented.Replace("é", "\\u00e9", StringComparison.Ordinal) + "\n",
            "no end of line" => indented,
            "a space before each colon" => indented.Replace("\":", "\" :", StringComparison.Ordinal) + "\n",
            _ => indented + "\n",
        };
    }

    private static string Joined(NotebookText text, IReadOnlyList<byte[]> cells) =>
        Encoding.UTF8.GetString([.. text.Join(cells).SelectMany(part => part)]);

    [Theory]
    [MemberData(nameof(Manners))]
    public void What_is_not_changed_stays_byte_for_byte(string manner)
    {
        var before = InTheManner(manner);
        var text = NotebookText.Of(before);
        Assert.Equal(3, text.Cells.Count);
        Assert.Equal(before, Joined(text, [.. text.Cells]));
    }

    [Theory]
    [MemberData(nameof(Manners))]
    public void A_changed_line_changes_one_line_of_the_file(string manner)
    {
        var before = InTheManner(manner);
        var text = NotebookText.Of(before);
        var document = NotebookDocument.Parse(before, "/x/n.ipynb");
        document.Cells[0].Source = "1 + 2\n// é";
        var after = Joined(text, [text.Write(document.Cells[0].Json), text.Cells[1], text.Cells[2]]);
        Assert.Equal("1 + 2\n// é", NotebookDocument.Parse(after, "/x/n.ipynb").Cells[0].Source);
        if (manner != "a space before each colon")
        {
            Assert.Equal(before.Replace("1 + 1", "1 + 2", StringComparison.Ordinal), after);
        }
    }

    [Theory]
    [MemberData(nameof(Manners))]
    public void Cells_come_and_go_and_the_rest_stays(string manner)
    {
        var before = InTheManner(manner);
        var text = NotebookText.Of(before);
        var added = text.Write((JsonObject)JsonNode.Parse("""{"cell_type":"markdown","id":"d","metadata":{},"source":["ü"]}""")!);
        var more = NotebookDocument.Parse(Joined(text, [.. text.Cells, added]), "/x/n.ipynb");
        Assert.Equal(["a", "b", "c", "d"], more.Cells.Select(cell => cell.Id));
        Assert.Equal("ü", more.Cells[3].Source);

        // All deleted, and one added to the empty list.
        var empty = Joined(text, []);
        Assert.Empty(NotebookDocument.Parse(empty, "/x/n.ipynb").Cells);
        var again = NotebookText.Of(empty);
        Assert.Equal(["d"], NotebookDocument.Parse(Joined(again, [added]), "/x/n.ipynb").Cells.Select(cell => cell.Id));
    }
}
