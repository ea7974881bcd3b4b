using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using NotebookHost.Engine;
using NotebookHost.Engine.Assistance;

namespace NotebookHost.Running;

/// <summary>
/// The inside of the process in which one notebook runs: so that a crash, a hang or a lack of memory there never takes
/// the run with it. It ends when the pipe to the run does.
/// </summary>
internal static class NotebookProcess
{
    /// <summary>The hidden command by which the program starts itself for a notebook.</summary>
    public const string CommandName = "serve-notebook";

    private static readonly TimeSpan ConnectFor = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ExitFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan InteractiveGrace = TimeSpan.FromSeconds(3);

    /// <summary>Serves one run, or a kernel, over the named pipe, and exits.</summary>
    public static async Task<int> ServeAsync(string pipeName)
    {
        // Ctrl+C in a terminal reaches this process too; the run decides what becomes of it.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var pipe = new NamedPipeClientStream(".", pipeName, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await pipe.ConnectAsync(ConnectFor, CancellationToken.None);
        using var channel = new MessageChannel(pipe);
        if (await channel.ReceiveAsync() is not StartSession start)
        {
            return 1;
        }

        var input = new UserInput(channel);
        using var session = new NotebookSession(Options(start, input));
        using var assistant = new CodeAssistant(session);
        if (start.IsInteractive)
        {
            ExceptionHandling.SetUnhandledExceptionHandler(session.TryReport);
            _ = session.WarmUpAsync();
        }

        var stop = new CancellationTokenSource();
        var running = Task.CompletedTask;
        while (await channel.ReceiveAsync() is { } message)
        {
            switch (message)
            {
                case ExecuteCell cell:
                    stop = new CancellationTokenSource();
                    running = ExecuteAsync(cell, session, channel, stop.Token);
                    break;
                case CancelCell:
                    await stop.CancelAsync();
                    break;
                case InputGiven given:
                    input.Give(given);
                    break;
                case Question question:
                    _ = AnswerAsync(question, assistant, channel);
                    break;
            }
        }

        Leave(session, running.IsCompleted);
        return 0;
    }

    private static SessionOptions Options(StartSession start, UserInput input)
    {
        var options = new SessionOptions { NotebookPath = start.NotebookPath, Parameters = start.Parameters };
        // A batch in hand, and the test after an epoch, may take longer than a second; nobody is kept from pressing restart meanwhile.
        return start.IsInteractive ? options with { ReadInput = input.Ask, CancellationGrace = InteractiveGrace } : options;
    }

    private static async Task AnswerAsync(Question question, CodeAssistant assistant, MessageChannel channel)
    {
        Message answer;
        try
        {
            answer = question switch
            {
                AskCompletions ask => new CompletionsFound(ask.Id, await assistant.CompleteAsync(ask.Code, ask.Position)),
                AskInspection ask => new Inspected(ask.Id, await assistant.InspectAsync(ask.Code, ask.Position)),
                AskCompleteness ask => new CompletenessJudged(ask.Id, CodeAssistant.Judge(ask.Code)),
                _ => throw new UnreachableException(),
            };
        }
        catch (Exception e)
        {
            // Whatever Roslyn's editor services stumble over in half-written code: no completion is better than no kernel.
            answer = new QuestionFailed(question.Id, e.ToString());
        }

        try
        {
            channel.Send(answer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The kernel is gone; the loop above sees that too and ends the process.
        }
    }

    private static async Task ExecuteAsync(ExecuteCell cell, NotebookSession session, MessageChannel channel, CancellationToken stop)
    {
        try
        {
            var result = await session.ExecuteAsync(cell.Request, new Sink(cell.Cell, channel), stop);
            using var process = Process.GetCurrentProcess();
            channel.Send(new CellEnded(cell.Cell, result.Status, result.Error, process.PeakWorkingSet64));
        }
        catch (IOException)
        {
            // The run is gone; the loop above sees that too and ends the process.
        }
    }

    /// <summary>Ends the process though cells may have left threads running, and even if a native library hangs in its clean-up.</summary>
    private static void Leave(NotebookSession session, bool idle)
    {
        new Thread(() =>
        {
            Thread.Sleep(ExitFor);
            Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true }.Start();
        if (idle)
        {
            session.Dispose();
        }

        Environment.Exit(0);
    }

    private sealed class Sink(int cell, MessageChannel channel) : IOutputSink
    {
        public void Stream(string name, string text) => Send(new StreamText(cell, name, text));

        public void Display(string displayId, IReadOnlyDictionary<string, string> data, bool isUpdate) => Send(new DisplayData(cell, displayId, data, isUpdate));

        public void ExecuteResult(IReadOnlyDictionary<string, string> data) => Send(new ResultData(cell, data));

        public void Error(CellError error) => Send(new CellFailed(cell, error));

        public void ClearOutput(bool wait) => Send(new ClearOutput(cell, wait));

        private void Send(Message message)
        {
            try
            {
                channel.Send(message);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The run is gone: nobody is left to read this.
            }
        }
    }
}
