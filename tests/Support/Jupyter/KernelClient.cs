using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using NetMQ;
using NetMQ.Sockets;

namespace Support.Jupyter;

/// <summary>A message from a kernel.</summary>
internal sealed record KernelMessage(string Socket, string Type, string Parent, JsonObject Content);

/// <summary>What became of a request: the reply, and all that was published for it, in order, from busy to idle.</summary>
internal sealed record Outcome(JsonObject Reply, IReadOnlyList<KernelMessage> Published)
{
    public string Status => (string)Reply["status"]!;

    public string Text(string stream) =>
        string.Concat(
            Published
                .Where(message => message.Type == "stream" && (string?)message.Content["name"] == stream)
                .Select(message => (string)message.Content["text"]!)
        );

    public JsonObject? Result => Published.FirstOrDefault(message => message.Type == "execute_result")?.Content["data"]!.AsObject();

    public JsonObject? Error => Published.FirstOrDefault(message => message.Type == "error")?.Content;
}

/// <summary>A front end without a screen: starts a kernel's process and talks to it. It signs and reads messages by itself, so that a
/// mistake of the kernel's is not made twice.</summary>
internal sealed class KernelClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly byte[] _key = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));
    private readonly string _folder = Directory.CreateTempSubdirectory("kernel-").FullName;
    private readonly string _session = Guid.NewGuid().ToString("N");
    private readonly DealerSocket _shell = new();
    private readonly DealerSocket _control = new();
    private readonly DealerSocket _stdin = new();
    private readonly SubscriberSocket _ioPub = new();
    private readonly RequestSocket _heartbeat = new();
    private readonly NetMQQueue<(NetMQSocket Socket, NetMQMessage Message)> _outgoing = new();
    private readonly NetMQPoller _poller;
    private readonly Channel<KernelMessage> _incoming = Channel.CreateUnbounded<KernelMessage>();
    private readonly List<KernelMessage> _unread = [];
    private readonly StringBuilder _log = new();
    private int _sent;

    /// <param name="command">The kernel's command line, with <c>{connection_file}</c> in it.</param>
    /// <param name="configure">What else to set for the process.</param>
    public KernelClient(IReadOnlyList<string> command, Action<ProcessStartInfo>? configure = null)
    {
        var ports = Ports = FreePorts(5);
        var connection = new JsonObject
        {
            ["transport"] = "tcp",
            ["ip"] = "127.0.0.1",
            ["shell_port"] = ports[0],
            ["control_port"] = ports[1],
            ["stdin_port"] = ports[2],
            ["iopub_port"] = ports[3],
            ["hb_port"] = ports[4],
            ["key"] = Encoding.ASCII.GetString(_key),
            ["signature_scheme"] = "hmac-sha256",
        };
        var file = Path.Combine(_folder, "kernel.json");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(file, options))
        {
            writer.Write(connection.ToJsonString());
        }

        var identity = Encoding.ASCII.GetBytes(_session);
        foreach (
            var (socket, name, port) in new (NetMQSocket, string, int)[]
            {
                (_shell, "shell", ports[0]),
                (_control, "control", ports[1]),
                (_stdin, "stdin", ports[2]),
                (_ioPub, "iopub", ports[3]),
            }
        )
        {
            socket.Options.ReceiveHighWatermark = 0;
            socket.Options.Linger = TimeSpan.Zero;
            socket.Options.ReconnectInterval = TimeSpan.FromMilliseconds(10);
            if (socket is DealerSocket)
            {
                socket.Options.Identity = identity;
            }

            socket.ReceiveReady += (_, _) => Receive(socket, name);
            socket.Connect($"tcp://127.0.0.1:{port}");
        }

        _ioPub.SubscribeToAnyTopic();
        _heartbeat.Connect($"tcp://127.0.0.1:{ports[4]}");
        _outgoing.ReceiveReady += (_, _) =>
        {
            while (_outgoing.TryDequeue(out var next, TimeSpan.Zero))
            {
                next.Socket.SendMultipartMessage(next.Message);
            }
        };
        _poller = [_shell, _control, _stdin, _ioPub, _outgoing];
        _poller.RunAsync();

        var start = new ProcessStartInfo(
            command[0],
            command.Skip(1).Select(part => part.Replace("{connection_file}", file, StringComparison.Ordinal))
        )
        {
            WorkingDirectory = _folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        configure?.Invoke(start);
        Process = TestProcess.Start(start);
        Process.ErrorDataReceived += (_, line) => _log.AppendLine(line.Data);
        Process.OutputDataReceived += (_, line) => _log.AppendLine(line.Data);
        Process.BeginErrorReadLine();
        Process.BeginOutputReadLine();
    }

    public Process Process { get; }

    /// <summary>Where the kernel listens: shell, control, stdin, iopub, heartbeat.</summary>
    public IReadOnlyList<int> Ports { get; }

    /// <summary>What the kernel wrote to its standard output and error.</summary>
    public string Log => _log.ToString();

    public int Received { get; private set; }

    /// <summary>This project's kernel, as it was built beside the running program.</summary>
    public static IReadOnlyList<string> Own { get; } =
    ["dotnet", Path.Combine(AppContext.BaseDirectory, "NotebookHost.dll"), "kernel", "start", "{connection_file}"];

    /// <summary>Waits until the kernel answers, and until what it publishes arrives here too.</summary>
    public async Task<JsonObject> WaitUntilReadyAsync()
    {
        while (true)
        {
            // What a kernel publishes before the subscription has arrived is lost, so ask until something arrives here.
            var id = Send("kernel_info_request", []);
            var reply = await NextAsync(message => message.Parent == id && message.Type == "kernel_info_reply");
            if (await TryNextAsync(message => message.Parent == id && IsIdle(message), TimeSpan.FromMilliseconds(50)) is not null)
            {
                return reply.Content;
            }
        }
    }

    /// <summary>Sends a request and returns its id.</summary>
    public string Send(string type, JsonObject content, string socket = "shell", bool wrongKey = false, string metadata = "{}")
    {
        var id = $"{_session}_{++_sent}";
        var header = new JsonObject
        {
            ["msg_id"] = id,
            ["session"] = _session,
            ["username"] = "test",
            ["date"] = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture),
            ["msg_type"] = type,
            ["version"] = "5.3",
        };
        SendSigned([header.ToJsonString(), "{}", metadata, content.ToJsonString()], socket, wrongKey);
        return id;
    }

    /// <summary>Sends parts, whatever they are, with the signature that is right for them.</summary>
    public void SendSigned(IReadOnlyList<string> texts, string socket = "shell", bool wrongKey = false)
    {
        byte[][] parts = [.. texts.Select(Encoding.UTF8.GetBytes)];
        var signature = Convert.ToHexStringLower(
            HMACSHA256.HashData(wrongKey ? "wrong"u8.ToArray() : _key, parts.SelectMany(part => part).ToArray())
        );
        SendFrames([Encoding.ASCII.GetBytes("<IDS|MSG>"), Encoding.ASCII.GetBytes(signature), .. parts], socket);
    }

    /// <summary>Sends frames as they are.</summary>
    public void SendFrames(IReadOnlyList<byte[]> frames, string socket = "shell") =>
        _outgoing.Enqueue(
            (
                socket switch
                {
                    "control" => _control,
                    "stdin" => _stdin,
                    _ => _shell,
                },
                new NetMQMessage(frames)
            )
        );

    public string SendExecute(string code, JsonObject? more = null)
    {
        var content = more ?? [];
        content["code"] = code;
        // ipykernel insists on it.
        content["silent"] ??= false;
        return Send("execute_request", content);
    }

    /// <summary>Waits for the reply and for the idle that ends what is published.</summary>
    public async Task<Outcome> EndOfAsync(string id, TimeSpan? patience = null)
    {
        var reply = await NextAsync(
            message =>
                message.Parent == id && message.Type.EndsWith("_reply", StringComparison.Ordinal) && message.Socket is "shell" or "control",
            patience
        );
        await NextAsync(message => message.Parent == id && IsIdle(message), keep: true);
        var published = _unread.Where(message => message.Socket == "iopub" && message.Parent == id).ToList();
        _unread.RemoveAll(published.Contains);
        return new Outcome(reply.Content, published);
    }

    public Task<Outcome> ExecuteAsync(string code, JsonObject? more = null) => EndOfAsync(SendExecute(code, more));

    public Task<Outcome> AskAsync(string type, JsonObject content, string socket = "shell") => EndOfAsync(Send(type, content, socket));

    public Task<Outcome> InterruptAsync() => AskAsync("interrupt_request", [], "control");

    /// <summary>The next message of a kind, read or still to come.</summary>
    public async Task<KernelMessage> NextAsync(Func<KernelMessage, bool> wanted, TimeSpan? patience = null, bool keep = false) =>
        await TryNextAsync(wanted, patience ?? Patience, keep)
        ?? throw new TimeoutException(
            $"The kernel did not send what was waited for. Unread: {string.Join(", ", _unread.Select(message => message.Type))}. Log: {Log}"
        );

    public async Task<KernelMessage?> TryNextAsync(Func<KernelMessage, bool> wanted, TimeSpan patience, bool keep = false)
    {
        using var limit = new CancellationTokenSource(patience);
        for (var read = 0; ; )
        {
            for (; read < _unread.Count; read++)
            {
                if (wanted(_unread[read]))
                {
                    var found = _unread[read];
                    if (!keep)
                    {
                        _unread.RemoveAt(read);
                    }

                    return found;
                }
            }

            try
            {
                _unread.Add(await _incoming.Reader.ReadAsync(limit.Token));
                Received++;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    /// <summary>Whether the kernel answers on its heartbeat socket.</summary>
    public bool Beats()
    {
        _heartbeat.SendFrame("ping");
        return _heartbeat.TryReceiveFrameString(TimeSpan.FromSeconds(5), out var echo) && echo == "ping";
    }

    public async Task ShutDownAsync()
    {
        await AskAsync("shutdown_request", new JsonObject { ["restart"] = false }, "control");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await Process.WaitForExitAsync(limit.Token);
    }

    public ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
            Process.WaitForExit();
        }

        Process.Dispose();
        _poller.Stop();
        _poller.Dispose();
        _outgoing.Dispose();
        foreach (var socket in new NetMQSocket[] { _shell, _control, _stdin, _ioPub, _heartbeat })
        {
            socket.Options.Linger = TimeSpan.Zero;
            socket.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static bool IsIdle(KernelMessage message) =>
        message is { Socket: "iopub", Type: "status" } && (string?)message.Content["execution_state"] == "idle";

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }

    private void Receive(NetMQSocket socket, string name)
    {
        NetMQMessage? frames = null;
        while (socket.TryReceiveMultipartMessage(ref frames))
        {
            var all = frames.Select(frame => frame.ToByteArray()).ToList();
            var delimiter = all.FindIndex(frame => frame.AsSpan().SequenceEqual("<IDS|MSG>"u8));
            var parts = all.Skip(delimiter + 2).Take(4).ToArray();
            var signature = Convert.ToHexStringLower(HMACSHA256.HashData(_key, parts.SelectMany(part => part).ToArray()));
            var type =
                signature == Encoding.ASCII.GetString(all[delimiter + 1])
                    ? (string)JsonNode.Parse(parts[0])!["msg_type"]!
                    : "wrong signature";
            _incoming.Writer.TryWrite(
                new KernelMessage(name, type, (string?)JsonNode.Parse(parts[1])!["msg_id"] ?? "", JsonNode.Parse(parts[3])!.AsObject())
            );
        }
    }
}
