using System.Text.Json.Nodes;
using NotebookHost.Documents;
using NotebookHost.Engine;
using NotebookHost.Worker;

namespace NotebookHost.Tests.Worker;

public sealed class DocumentOutputTests
{
    private readonly NotebookDocument _notebook = NotebookDocument.Parse(Samples.Json("1", "2").ToJsonString(), "/x/n.ipynb");
    private readonly DocumentOutput _output = new();

    private void Apply(int cell, CellEvent happened) => _output.Apply(_notebook.Cells[cell - 1], happened);

    private JsonArray Outputs(int cell)
    {
        _output.Flush();
        return _notebook.Cells[cell - 1].Outputs;
    }

    private static Dictionary<string, string> Data(string mimeType, string text) => new() { [mimeType] = text };

    [Fact]
    public void Pieces_of_one_stream_are_one_output_until_something_else_comes()
    {
        Apply(1, new StreamText("stdout", "a"));
        Apply(1, new StreamText("stdout", "b\nc"));
        Apply(1, new StreamText("stderr", "e"));
        Apply(2, new StreamText("stdout", "other cell"));
        Apply(1, new StreamText("stdout", "\rd"));
        Assert.Equal(
            """[{"output_type":"stream","name":"stdout","text":["ab\n","c"]},"""
                + """{"output_type":"stream","name":"stderr","text":["e"]},{"output_type":"stream","name":"stdout","text":["\rd"]}]""",
            Outputs(1).ToJsonString()
        );
        Assert.Single(Outputs(2));
    }

    [Fact]
    public void An_update_replaces_the_display_in_whatever_cell_it_is()
    {
        Apply(1, new Displayed("x", Data("text/plain", "old"), IsUpdate: false));
        Apply(2, new Displayed("x", Data("text/html", "<b>\nnew</b>"), IsUpdate: true));
        Assert.Equal(
            """[{"output_type":"display_data","metadata":{},"data":{"text/html":["\u003Cb\u003E\n","new\u003C/b\u003E"]}}]""",
            Outputs(1).ToJsonString()
        );
        Assert.Empty(Outputs(2));
    }

    [Fact]
    public void Json_is_stored_as_json_and_images_as_one_text()
    {
        Apply(1, new Displayed("x", Data("application/json", """{"a":1}"""), IsUpdate: false));
        Apply(1, new Displayed("y", Data("image/png", "AAAA\n"), IsUpdate: false));
        Assert.Equal(1, (int)Outputs(1)[0]!["data"]!["application/json"]!["a"]!);
        Assert.Equal("AAAA\n", (string)Outputs(1)[1]!["data"]!["image/png"]!);
    }

    [Fact]
    public void Results_carry_the_cells_number_and_errors_their_traceback()
    {
        _notebook.Cells[0].ExecutionCount = 4;
        Apply(1, new Result(Data("text/plain", "7")));
        Apply(1, new Failed(new CellError("E", "m", ["E: m"], 1)));
        Assert.Equal(
            """[{"output_type":"execute_result","execution_count":4,"metadata":{},"data":{"text/plain":["7"]}},"""
                + """{"output_type":"error","ename":"E","evalue":"m","traceback":["E: m"]}]""",
            Outputs(1).ToJsonString()
        );
    }

    [Fact]
    public void Clearing_takes_effect_at_once_or_with_the_next_output()
    {
        Apply(1, new StreamText("stdout", "a"));
        Apply(1, new Cleared(Wait: true));
        Assert.Single(Outputs(1));
        Apply(1, new StreamText("stdout", "b"));
        Assert.Equal("b", (string)Outputs(1).Single()!["text"]![0]!);
        Apply(1, new Cleared(Wait: false));
        Assert.Empty(Outputs(1));
    }

    [Fact]
    public void The_last_lines_of_a_text_that_is_too_long_follow_when_the_cell_has_ended()
    {
        for (var line = 0; line < 200_000; line++)
        {
            Apply(1, new StreamText("stdout", $"line {line}\n"));
        }

        Assert.Equal(2, Outputs(1).Count);
        Apply(1, new Ended(CellStatus.Ok));
        _output.Flush();
        var last = string.Concat(Outputs(1)[2]!["text"]!.AsArray().Select(line => (string)line!));
        Assert.Matches(@"^\[[0-9,]+ characters left out\]\n", last);
        Assert.EndsWith("line 199998\nline 199999\n", last, StringComparison.Ordinal);
        Assert.InRange(last.Length, OutputLimits.LastText, OutputLimits.LastText + 100);
    }

    [Fact]
    public void Text_without_end_is_cut_with_a_notice_and_other_outputs_still_come()
    {
        var piece = new string('x', 999_999);
        for (var i = 0; i < 12; i++)
        {
            Apply(1, new StreamText("stdout", piece));
        }

        Apply(1, new Displayed("x", Data("text/plain", "after"), IsUpdate: false));
        var outputs = Outputs(1);
        Assert.Equal(["stream", "stream", "display_data"], outputs.Select(output => (string)output!["output_type"]!));
        Assert.Equal(OutputLimits.MostText, ((string)outputs[0]!["text"]![0]!).Length);
        Assert.Contains("cut here", outputs[1]!["text"]!.ToJsonString(), StringComparison.Ordinal);
    }
}
