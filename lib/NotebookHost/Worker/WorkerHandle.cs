using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using NotebookHost.Engine;

namespace NotebookHost.Worker;

/// <summary>The client's end of a worker: starts its process, talks to it, and says how it ended. The other end is
/// <see cref="WorkerProgram"/>.</summary>
internal sealed class WorkerHandle : IAsyncDisposable
{
    private const int TailLength = 4000;
    private static readonly TimeSpan ExitFor = TimeSpan.FromSeconds(5);

    /// <summary>How long the end of a stack trace is held back, since more of it may come.</summary>
    private static readonly TimeSpan TraceGoesOnFor = TimeSpan.FromSeconds(0.2);

    /// <summary>How long the first words of native code wait. What the cell printed before them, for example before it crashed, comes by
    /// the pipe, and belongs before them.</summary>
    private static readonly TimeSpan MessagesFirst = TimeSpan.FromSeconds(0.05);

    private readonly Process _process;
    private readonly int _leader;
    private readonly MessageChannel _channel;

    // Bounded, so that a process that prints faster than its text is read waits, and does not fill this program's memory.
    private readonly Channel<WorkerMessage> _messages = Channel.CreateBounded<WorkerMessage>(256);
    private readonly StringBuilder _errorTail = new();
    private readonly Task _reading;
    private string? _broken;

    private WorkerHandle(Process process, MessageChannel channel)
    {
        _process = process;
        _leader = process.Id;
        _channel = channel;
        // What native code writes goes past Console and arrives here.
        _reading = Task.WhenAll(ReadTextAsync(process.StandardOutput, "stdout"), ReadTextAsync(process.StandardError, "stderr"));
        _ = ReadMessagesAsync();
    }

    /// <summary>The program <c>dotnet</c> of the runtime that runs this.</summary>
    public static string Dotnet { get; } =
        Path.GetFullPath(
            Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet")
        );

    /// <summary>Messages from the process, in order, and what native code writes past the console as <see cref="NativeText"/>. It completes
    /// when the process is gone.</summary>
    public ChannelReader<WorkerMessage> Messages => _messages.Reader;

    /// <summary>The process's resident set; null when it is gone.</summary>
    public long? MemoryBytes
    {
        get
        {
            try
            {
                _process.Refresh();
                return _process.WorkingSet64;
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }
    }

    /// <summary>Whether the process is there.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts the process of a session that a person uses.</summary>
    /// <inheritdoc cref="StartAsync"/>
    public static Task<WorkerHandle> StartInteractiveAsync(string folder) =>
        StartAsync(new StartSession(new Dictionary<string, string>(), IsInteractive: true), folder, CancellationToken.None);

    /// <summary>Starts the process in a folder, most often the notebook's.</summary>
    /// <exception cref="IOException">It ended before it answered; the message says what it wrote.</exception>
    public static async Task<WorkerHandle> StartAsync(StartSession start, string folder, CancellationToken cancellationToken)
    {
        var pipeName = $"notebook-{Guid.NewGuid():N}";
        var pipe = new NamedPipeServerStream(
            pipeName,
            PipeDirection.InOut,
            1,
            PipeTransmissionMode.Byte,
            PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly
        );
        Process process;
        try
        {
            process = Process.Start(Command(pipeName, folder))!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            await pipe.DisposeAsync();
            throw new IOException(
                Directory.Exists(folder)
                    ? $"the notebook's process could not be started ({e.Message})."
                    : $"the notebook's folder {folder} is not there any more; it was removed or renamed.",
                e
            );
        }

        try
        {
            var connected = pipe.WaitForConnectionAsync(cancellationToken);
            var exited = process.WaitForExitAsync(cancellationToken);
            if (await Task.WhenAny(connected, exited) == exited && !cancellationToken.IsCancellationRequested)
            {
                throw new IOException(
                    "the notebook's process did not start: "
                        + $"{ProcessDeath.Describe(process.ExitCode, await process.StandardError.ReadToEndAsync(cancellationToken))}"
                );
            }

            await connected;
            var channel = new MessageChannel(pipe);
            channel.Send(start);
            process.StandardInput.Close();
            return new WorkerHandle(process, channel);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            await pipe.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a message. If the process is gone, <see cref="Messages"/> completes.</summary>
    public void Send(WorkerMessage message)
    {
        try
        {
            _channel.Send(message);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Messages has completed or is about to.
        }
    }

    /// <summary>Waits for a process that has closed its pipe, and says in words how it ended.</summary>
    public async Task<string> DescribeDeathAsync()
    {
        if (_broken is not null)
        {
            Kill();
        }

        var hasLeft = true;
        using var patience = new CancellationTokenSource(ExitFor);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            await _reading.WaitAsync(TimeSpan.FromSeconds(1), patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            hasLeft = _process.HasExited;
            Kill();
        }

        return _broken is not null
                ? $"The conversation with the process broke off: {_broken}. A cell has written to a file or socket that it had not "
                    + "opened itself; the process was ended."
            : hasLeft ? ProcessDeath.Describe(_process.ExitCode, _errorTail.ToString())
            : "The process no longer answered and was ended: a cell has closed a file or socket that it had not opened itself.";
    }

    /// <summary>Ends the process and all that it started, and waits until it is gone: until then its folder is in use.</summary>
    public async Task KillAsync()
    {
        Kill();
        using var patience = new CancellationTokenSource(ExitFor);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException)
        {
            // It is gone already, or hangs in the system, where nothing can end it.
        }
    }

    /// <summary>Ends the process and all that it started.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It is gone already.
        }

        // Programs whose parent has ended are not in the process tree.
        ProcessGroup.End(_leader);
    }

    public async ValueTask DisposeAsync()
    {
        // Without its pipe the process ends by itself; if it does not, it is killed.
        _channel.Dispose();
        using var patience = new CancellationTokenSource(ExitFor);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }

        _process.Dispose();
    }

    private static ProcessStartInfo Command(string pipeName, string folder)
    {
        var program = typeof(WorkerHandle).Assembly;
        // Whether this is the program's own executable, and not dotnet or a test program.
        var own = Path.GetFileName(Environment.ProcessPath) == program.GetName().Name + (OperatingSystem.IsWindows() ? ".exe" : "");
        var start = new ProcessStartInfo(own ? Environment.ProcessPath! : Dotnet)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        if (!own)
        {
            start.ArgumentList.Add(program.Location);
        }

        start.ArgumentList.Add(WorkerProgram.CommandName);
        start.ArgumentList.Add(pipeName);
        return start;
    }

    private async Task ReadMessagesAsync()
    {
        try
        {
            while (await _channel.ReceiveAsync() is { } message)
            {
                await _messages.Writer.WriteAsync(message);
            }
        }
        catch (BrokenConversationException e)
        {
            _broken = e.Message;
        }

        // The message of a crash comes through standard error, so wait a moment for it; a program left behind may keep that open forever.
        await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromSeconds(1)));
        _messages.Writer.TryComplete();
    }

    private async Task ReadTextAsync(StreamReader reader, string name)
    {
        var buffer = new char[4096];
        // The trace of a stack overflow has thousands of lines.
        var trace = new ShortTrace();
        var last = new Stopwatch();
        int count;
        do
        {
            var reading = reader.ReadAsync(buffer).AsTask();
            if (trace.HasRest && await Task.WhenAny(reading, Task.Delay(TraceGoesOnFor)) != reading)
            {
                await ShowAsync(name, trace.Rest());
            }

            count = await reading;
            if (!last.IsRunning || last.Elapsed > MessagesFirst)
            {
                await Task.Delay(MessagesFirst);
            }

            last.Restart();
            var text = new string(buffer, 0, count);
            if (name == "stderr" && _errorTail.Length < TailLength)
            {
                _errorTail.Append(text);
            }

            await ShowAsync(name, count > 0 ? trace.Take(text) : trace.Rest());
        } while (count > 0);
    }

    private async Task ShowAsync(string name, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        try
        {
            await _messages.Writer.WriteAsync(new CellPutOut(null, new NativeText(name, text)));
        }
        catch (ChannelClosedException)
        {
            // Too late to be shown; the beginning of standard error was kept above, for the message.
        }
    }
}
