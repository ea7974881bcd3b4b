using System.Text.Json.Nodes;

namespace NotebookHost.Jupyter;

/// <summary>
/// A Jupyter kernel: takes the requests of front ends one after another and answers each. The protocol:
/// https://jupyter-client.readthedocs.io/en/stable/messaging.html.
/// </summary>
internal sealed class JupyterKernel : IAsyncDisposable
{
    private readonly KernelSockets _sockets;
    private readonly CellExecution _execution;
    private readonly CodeQuestions _questions;
    private readonly Queue<(JupyterMessage Request, bool Abort)> _queue = new();
    private readonly TaskCompletionSource _shutDown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JupyterKernel(KernelSockets sockets)
    {
        _sockets = sockets;
        _execution = new CellExecution(sockets);
        _questions = new CodeQuestions(_execution.Session);
    }

    /// <summary>Serves until a front end asks to shut down, or is gone.</summary>
    public async Task RunAsync()
    {
        _ = _execution.Session.StartAsync();
        _sockets.Publish(null, "status", new JsonObject { ["execution_state"] = "starting" });
        await await Task.WhenAny(ServeShellAsync(), ServeControlAsync(), ServeInputAsync(), ParentWatch.UntilGoneAsync(), _shutDown.Task);
    }

    /// <summary>Asks the running cell to stop.</summary>
    public Task InterruptAsync() => _execution.InterruptAsync();

    public ValueTask DisposeAsync() => _execution.Session.DisposeAsync();

    private async Task ServeShellAsync()
    {
        while (true)
        {
            if (_queue.Count == 0)
            {
                _queue.Enqueue((await _sockets.Shell.Reader.ReadAsync(), Abort: false));
            }

            var (request, abort) = _queue.Dequeue();
            await ServeAsync(request, abort);
        }
    }

    private async Task ServeControlAsync()
    {
        await foreach (var request in _sockets.Control.Reader.ReadAllAsync())
        {
            await ServeAsync(request);
        }
    }

    private async Task ServeInputAsync()
    {
        await foreach (var reply in _sockets.Input.Reader.ReadAllAsync())
        {
            try
            {
                await _execution.GiveInputAsync(reply.Text("value"));
            }
            catch (Exception e)
            {
                // It is not a text, or holds half a character. The cell goes on waiting for its text.
                KernelLog.Write($"an input_reply was ignored: {e.Message}");
            }
        }
    }

    /// <summary>Publishes busy, answers, and publishes idle, whatever happens.</summary>
    private async Task ServeAsync(JupyterMessage request, bool abort = false)
    {
        PublishState(request, "busy");
        try
        {
            if (await AnswerAsync(request, abort) is { } reply)
            {
                _sockets.Reply(request, reply);
            }
        }
        catch (Exception e)
        {
            // An unexpected exception must not end the kernel.
            KernelLog.Write($"{request.Type} failed: {e}");
            _sockets.Reply(
                request,
                new JsonObject
                {
                    ["status"] = "error",
                    ["ename"] = e.GetType().Name,
                    ["evalue"] = e.Message,
                    ["traceback"] = new JsonArray(),
                }
            );
        }

        PublishState(request, "idle");
        if (request.Type == "shutdown_request")
        {
            _shutDown.TrySetResult();
        }
    }

    private async Task<JsonObject?> AnswerAsync(JupyterMessage request, bool abort)
    {
        switch (request.Type)
        {
            case "execute_request" when abort:
                return new JsonObject { ["status"] = "aborted", ["execution_count"] = _execution.Count };
            case "execute_request":
                return await ExecuteAsync(request);
            case "kernel_info_request":
                return KernelInfo.Content();
            case "complete_request":
                return await _questions.CompleteAsync(request);
            case "inspect_request":
                return await _questions.InspectAsync(request);
            case "is_complete_request":
                return await _questions.JudgeAsync(request);
            case "history_request":
                return _execution.History.Answer(request);
            case "comm_info_request":
                return new JsonObject { ["status"] = "ok", ["comms"] = new JsonObject() };
            case "interrupt_request":
                await InterruptAsync();
                return new JsonObject { ["status"] = "ok" };
            case "shutdown_request":
                var shutDown = new JsonObject { ["status"] = "ok", ["restart"] = request.Flag("restart", otherwise: false) };
                _sockets.Publish(request.Header, "shutdown_reply", (JsonObject)shutDown.DeepClone());
                return shutDown;
            case "comm_open":
                // This kernel has no comms; the protocol asks to say so by closing the comm.
                _sockets.Publish(
                    request.Header,
                    "comm_close",
                    new JsonObject { ["comm_id"] = request.Text("comm_id"), ["data"] = new JsonObject() }
                );
                return null;
            case "comm_msg" or "comm_close":
                return null;
            default:
                KernelLog.Write($"a request of the unknown type {request.Type} was ignored");
                return null;
        }
    }

    private async Task<JsonObject> ExecuteAsync(JupyterMessage request)
    {
        var reply = await _execution.ExecuteAsync(request);
        if ((string?)reply["status"] == "error" && request.Flag("stop_on_error", otherwise: true))
        {
            // Cells that the user has queued after this one rely on its success.
            while (_sockets.Shell.Reader.TryRead(out var next))
            {
                _queue.Enqueue((next, Abort: false));
            }

            for (var count = _queue.Count; count > 0; count--)
            {
                _queue.Enqueue((_queue.Dequeue().Request, Abort: true));
            }
        }

        return reply;
    }

    private void PublishState(JupyterMessage request, string state) =>
        _sockets.Publish(request.Header, "status", new JsonObject { ["execution_state"] = state });
}
