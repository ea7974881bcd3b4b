using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.DotNet.Interactive;
using NotebookHost.Engine;
using NotebookHost.Engine.Assistance;

namespace NotebookHost.Worker;

/// <summary>
/// The worker's end of the pipe: a process in which one session runs, so that a crash, a hang or running out of memory there
/// never ends the client too. It ends when the pipe does. The other end is <see cref="WorkerHandle"/>.
/// </summary>
internal static class WorkerProgram
{
    /// <summary>The hidden command by which the program starts itself for a notebook.</summary>
    public const string CommandName = "serve-notebook";

    private static readonly TimeSpan ConnectFor = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ExitFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan InteractiveGrace = TimeSpan.FromSeconds(3);

    /// <summary>Serves one client over the named pipe, and exits.</summary>
    public static async Task<int> ServeAsync(string pipeName)
    {
        // Ctrl+C in a terminal reaches this process too; the client decides what happens then.
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
        var running = Task.CompletedTask;
        // A cell that calls Environment.Exit: what it has printed is still sent.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => KernelInvocationContext.Current?.Output.Flush();
        if (start.IsInteractive)
        {
            ExceptionHandling.SetUnhandledExceptionHandler(session.TryReport);
            _ = WarmUpAsync(session, assistant, () => running.IsCompleted);
        }

        var stop = new CancellationTokenSource();
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
                case Ask ask:
                    _ = AnswerAsync(ask, assistant, channel);
                    break;
            }
        }

        Leave(session, running.IsCompleted);
        return 0;
    }

    /// <summary>Loads the compiler, and in the first pause what completion needs: the first completion would take a second, but a
    /// notebook that is run from its first cell to its last without a pause has no use for it. Then it tidies up.</summary>
    private static async Task WarmUpAsync(NotebookSession session, CodeAssistant assistant, Func<bool> isIdle)
    {
        await session.WarmUpAsync(isIdle);
        do
        {
            await Task.Delay(Pause);
        } while (!isIdle());

        await assistant.CompleteAsync("Console.", "Console.".Length);
        if (isIdle())
        {
            // All this has left a quarter of the process's own memory as garbage, and a session may wait for hours.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private static async Task<WorkerMessage?> ReceiveAsync(MessageChannel channel)
    {
        try
        {
            return await channel.ReceiveAsync();
        }
        catch (BrokenConversationException)
        {
            // The client writes nothing but messages, so a cell must have written into the pipe. The session cannot go on.
            return null;
        }
    }

    private static SessionOptions Options(StartSession start, UserInput input)
    {
        var options = new SessionOptions { Parameters = start.Parameters };
        // The current batch, and the test after an epoch, may take longer than a second; the user can press restart at any time.
        return start.IsInteractive ? options with { ReadInput = input.Ask, CancellationGrace = InteractiveGrace } : options;
    }

    private static async Task AnswerAsync(Ask ask, CodeAssistant assistant, MessageChannel channel)
    {
        Answered answer;
        try
        {
            answer = new Answered(ask.Id, await assistant.AnswerAsync(ask.Question));
        }
        catch (Exception e)
        {
            // Roslyn's editor services can throw on half-written code: no completion is better than no session.
            answer = new Answered(ask.Id, null, e.ToString());
        }

        Send(answer, channel);
    }

    private static async Task ExecuteAsync(ExecuteCell cell, NotebookSession session, MessageChannel channel, CancellationToken stop)
    {
        void Put(CellEvent happened) => Send(new CellPutOut(cell.Cell, OutputLimits.Within(happened)), channel);
        var ended = await session.ExecuteAsync(cell.Request, Put, stop);
        using var process = Process.GetCurrentProcess();
        Put(ended with { PeakMemoryBytes = process.PeakWorkingSet64 });
    }

    private static void Send(WorkerMessage message, MessageChannel channel)
    {
        try
        {
            channel.Send(message);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client is gone. ServeAsync sees that too, and ends the process.
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
            // The client is gone in the middle of a cell, so what the cell has started is ended here. If the cell has closed
            // the pipe itself, the client is still there and reads this message.
            ProcessDeath.SayConnectionLost();
            ProcessGroup.EndOwn();
        }

        Environment.Exit(0);
    }
}
