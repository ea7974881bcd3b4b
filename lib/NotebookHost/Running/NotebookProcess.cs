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
        ProcessGroup.Begin();
        using var pipe = new NamedPipeClientStream(
            ".",
            pipeName,
            PipeDirection.InOut,
            PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly
        );
        await pipe.ConnectAsync(ConnectFor, CancellationToken.None);
        using var channel = new MessageChannel(pipe);
        if (await ReceiveAsync(channel) is not StartSession start)
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
        while (await ReceiveAsync(channel) is { } message)
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

    private static async Task<Message?> ReceiveAsync(MessageChannel channel)
    {
        try
        {
            return await channel.ReceiveAsync();
        }
        catch (BrokenConversationException)
        {
            // The run does not write what is no message, so a cell must have got hold of the pipe. There is nothing to go on with.
            return null;
        }
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
            var result = await session.ExecuteAsync(cell.Request, new ChannelSink(cell.Cell, channel), stop);
            using var process = Process.GetCurrentProcess();
            channel.Send(
                new CellEnded(cell.Cell, result.Status, result.Error?.Within(OutputLimits.LongestError), process.PeakWorkingSet64)
            );
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
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
        {
            IsBackground = true,
        }.Start();
        if (idle)
        {
            session.Dispose();
        }
        else
        {
            // The run is gone in the middle of a cell: what the cell has started has nobody left who would end it.
            // If it is not, and the cell has closed the pipe, this tells it.
            ProcessDeath.SayConnectionLost();
            ProcessGroup.EndOwn();
        }

        Environment.Exit(0);
    }
}
