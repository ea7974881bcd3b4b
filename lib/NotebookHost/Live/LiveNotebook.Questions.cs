using System.Text.Json;
using NotebookHost.Engine.Assistance;
using NotebookHost.Worker;

namespace NotebookHost.Live;

/// <summary>What pages ask about code and variables.</summary>
internal sealed partial class LiveNotebook
{
    private void Ask(PageConnection page, JsonElement message)
    {
        var (id, kind, code, name) = (Number(message, "id"), Text(message, "question"), Text(message, "code"), Text(message, "name"));
        var position = Math.Clamp(Number(message, "position"), 0, code.Length);
        if (_session is not { } session)
        {
            page.Send(
                new
                {
                    type = "answer",
                    id,
                    failed = "No session runs.",
                }
            );
            return;
        }

        var folder = System.IO.Path.GetDirectoryName(Path)!;
        page.Turns.Ask(
            kind,
            async () => page.Send(await AnswerAsync(session, id, kind, code, position, name, folder)),
            () =>
                page.Send(
                    new
                    {
                        type = "answer",
                        id,
                        dropped = true,
                    }
                )
        );
    }

    private static async Task<object> AnswerAsync(
        SessionSupervisor session,
        int id,
        string kind,
        string code,
        int position,
        string name,
        string folder
    )
    {
        const string type = "answer";
        try
        {
            switch (kind)
            {
                case "complete":
                    var choice = await session.AskAsync(new CompletionQuestion(code, position));
                    return new
                    {
                        type,
                        id,
                        start = choice?.Start ?? position,
                        end = choice?.End ?? position,
                        items = choice?.Items ?? [],
                    };
                case "describe":
                    return Describe(id, await session.AskAsync(new CompletionDescriptionQuestion(code, position, name)));
                case "hover":
                    return Describe(id, await session.AskAsync(new InspectionQuestion(code, position)));
                case "signature":
                    var signatures = await session.AskAsync(new SignatureQuestion(code, position));
                    return new
                    {
                        type,
                        id,
                        items = signatures?.Items ?? [],
                        active = signatures?.Active ?? 0,
                        parameter = signatures?.Parameter ?? 0,
                    };
                case "diagnostics":
                    return new
                    {
                        type,
                        id,
                        items = (await session.AskAsync(new DiagnosticsQuestion(code)))?.Items ?? [],
                    };
                case "format":
                    return new
                    {
                        type,
                        id,
                        source = (await session.AskAsync(new FormatQuestion(code)))?.Source ?? code,
                    };
                case "variables":
                    return new
                    {
                        type,
                        id,
                        items = (await session.AskAsync(new VariablesQuestion()))?.Items ?? [],
                    };
                case "variable":
                    var view = await session.AskAsync(new VariableQuestion(name));
                    return new
                    {
                        type,
                        id,
                        html = view is null ? null : LiveHtml.Safe(folder, view.Html),
                    };
                default:
                    return new
                    {
                        type,
                        id,
                        failed = $"The question {kind} is not known.",
                    };
            }
        }
        catch (Exception e) when (e is SessionLostException or QuestionFailedException)
        {
            return new
            {
                type,
                id,
                failed = e.Message.Split('\n')[0],
            };
        }
    }

    private static object Describe(int id, SymbolDescription? description) =>
        new
        {
            type = "answer",
            id,
            signature = description?.Signature,
            documentation = description?.Documentation,
        };
}
