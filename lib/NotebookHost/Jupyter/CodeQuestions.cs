using System.Text.Json.Nodes;
using NotebookHost.Engine.Assistance;
using NotebookHost.Worker;

namespace NotebookHost.Jupyter;

/// <summary>Answers what front ends ask about code while it is written: Tab, Shift+Tab, Enter.</summary>
internal sealed class CodeQuestions(SessionSupervisor session)
{
    public async Task<JsonObject> CompleteAsync(JupyterMessage request)
    {
        var (code, position) = Place(request);
        var choice = await AskAsync(new CompletionQuestion(code, position)) ?? new CompletionChoice(position, position, []);
        var start = CodePosition.FromUtf16(code, choice.Start);
        var end = CodePosition.FromUtf16(code, choice.End);
        return new JsonObject
        {
            ["status"] = "ok",
            ["matches"] = new JsonArray([.. choice.Items.Select(item => (JsonNode)item.Text)]),
            ["cursor_start"] = start,
            ["cursor_end"] = end,
            ["metadata"] = new JsonObject
            {
                // Not in the protocol; JupyterLab shows the kinds as icons.
                ["_jupyter_types_experimental"] = new JsonArray([
                    .. choice.Items.Select(item =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["start"] = start,
                                ["end"] = end,
                                ["text"] = item.Text,
                                ["type"] = item.Kind,
                            }
                    ),
                ]),
            },
        };
    }

    public async Task<JsonObject> InspectAsync(JupyterMessage request)
    {
        var (code, position) = Place(request);
        var description = await AskAsync(new InspectionQuestion(code, position));
        var data = new JsonObject();
        if (description is not null)
        {
            data["text/plain"] =
                description.Documentation.Length > 0 ? $"{description.Signature}\n\n{description.Documentation}" : description.Signature;
        }

        return new JsonObject
        {
            ["status"] = "ok",
            ["found"] = description is not null,
            ["data"] = data,
            ["metadata"] = new JsonObject(),
        };
    }

    public async Task<JsonObject> JudgeAsync(JupyterMessage request)
    {
        var completeness = await AskAsync(new CompletenessQuestion(request.Text("code"))) ?? new Completeness("unknown");
        var reply = new JsonObject { ["status"] = completeness.Status };
        if (completeness.Status == "incomplete")
        {
            reply["indent"] = completeness.Indent;
        }

        return reply;
    }

    private async Task<TAnswer?> AskAsync<TAnswer>(Question<TAnswer> question)
        where TAnswer : Answer
    {
        try
        {
            return await session.AskAsync(question);
        }
        catch (Exception e) when (e is SessionLostException or QuestionFailedException)
        {
            KernelLog.Write(e.Message);
            return null;
        }
    }

    private static (string Code, int Position) Place(JupyterMessage request)
    {
        var code = request.Text("code");
        return (code, CodePosition.ToUtf16(code, request.Number("cursor_pos") ?? int.MaxValue));
    }
}
