using System.Text.Json.Nodes;
using System.Threading.Channels;
using NetMQ;
using NetMQ.Sockets;

namespace NotebookHost.Jupyter;

/// <summary>The five sockets between a kernel and its front ends. NetMQ's sockets belong to one thread, the poller's; other threads use
/// queues.</summary>
internal sealed class KernelSockets : IDisposable
{
    /// <summary>In messages. Beyond this, outputs for a front end that does not read are dropped, so that they do not fill the
    /// memory.</summary>
    private const int MostUnread = 100_000;

    /// <summary>In bytes, far more than any front end needs. Without it, a stranger at the port could name any size, and it would be
    /// allocated.</summary>
    private const int LargestFrame = 100_000_000;

    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly WireFormat _wire;
    private readonly RouterSocket _shell = new();
    private readonly RouterSocket _control = new();
    private readonly RouterSocket _stdin = new();
    private readonly PublisherSocket _ioPub = new();

    // Not a response socket, which stops answering for good after one message that is not a request.
    private readonly RouterSocket _heartbeat = new();
    private readonly NetMQQueue<(NetMQSocket Socket, NetMQMessage Message)> _outgoing = new();
    private readonly NetMQPoller _poller;

    /// <exception cref="NetMQException">An address cannot be listened on.</exception>
    public KernelSockets(ConnectionFile connection)
    {
        _wire = new WireFormat(connection.Key);
        _ioPub.Options.SendHighWatermark = MostUnread;
        foreach (
            var (socket, port) in new (NetMQSocket, int)[]
            {
                (_shell, connection.ShellPort),
                (_control, connection.ControlPort),
                (_stdin, connection.StdinPort),
                (_ioPub, connection.IoPubPort),
                (_heartbeat, connection.HeartbeatPort),
            }
        )
        {
            socket.Options.Linger = Linger;
            socket.Options.MaxMsgSize = LargestFrame;
            socket.Bind(connection.Address(port));
        }

        _shell.ReceiveReady += (_, _) => Receive(_shell, Shell.Writer);
        _control.ReceiveReady += (_, _) => Receive(_control, Control.Writer);
        _stdin.ReceiveReady += (_, _) => Receive(_stdin, Input.Writer);
        _heartbeat.ReceiveReady += (_, _) => Beat();
        _outgoing.ReceiveReady += (_, _) =>
        {
            while (_outgoing.TryDequeue(out var next, TimeSpan.Zero))
            {
                next.Socket.TrySendMultipartMessage(next.Message);
            }
        };
        _poller = [_shell, _control, _stdin, _heartbeat, _outgoing];
        _poller.RunAsync("sockets");
    }

    /// <summary>Requests, in order: to run code, and all questions about code.</summary>
    public Channel<JupyterMessage> Shell { get; } = Channel.CreateUnbounded<JupyterMessage>();

    /// <summary>Requests that do not wait for a running cell: interrupt, shut down.</summary>
    public Channel<JupyterMessage> Control { get; } = Channel.CreateUnbounded<JupyterMessage>();

    /// <summary>Lines that the user typed.</summary>
    public Channel<JupyterMessage> Input { get; } = Channel.CreateUnbounded<JupyterMessage>();

    /// <summary>Answers a request on the socket that it came from.</summary>
    public void Reply(JupyterMessage to, JsonObject content) =>
        _outgoing.Enqueue(
            (
                to.IsControl ? _control : _shell,
                _wire.Encode(to.Identities, to.Type.Replace("_request", "_reply", StringComparison.Ordinal), to.Header, content)
            )
        );

    /// <summary>Asks the front end that sent a request.</summary>
    public void Ask(JupyterMessage request, string type, JsonObject content) =>
        _outgoing.Enqueue((_stdin, _wire.Encode(request.Identities, type, request.Header, content)));

    /// <summary>Sends to all front ends. Messages keep their order, across sockets too.</summary>
    public void Publish(byte[]? parent, string type, JsonObject content) =>
        _outgoing.Enqueue((_ioPub, _wire.Encode([System.Text.Encoding.ASCII.GetBytes(type)], type, parent, content)));

    public void Dispose()
    {
        _poller.Stop();
        _poller.Dispose();
        // The poller's thread has ended, so what is still queued, such as the answer to the request to shut down, is sent here.
        while (_outgoing.TryDequeue(out var next, TimeSpan.Zero))
        {
            next.Socket.TrySendMultipartMessage(next.Message);
        }

        _outgoing.Dispose();
        foreach (var socket in new NetMQSocket[] { _shell, _control, _stdin, _ioPub, _heartbeat })
        {
            socket.Dispose();
        }

        NetMQConfig.Cleanup(block: true);
    }

    private void Beat()
    {
        NetMQMessage? frames = null;
        while (_heartbeat.TryReceiveMultipartMessage(ref frames))
        {
            _heartbeat.TrySendMultipartMessage(frames);
        }
    }

    private void Receive(RouterSocket socket, ChannelWriter<JupyterMessage> to)
    {
        NetMQMessage? frames = null;
        while (socket.TryReceiveMultipartMessage(ref frames))
        {
            if (_wire.Decode(frames, isControl: socket == _control, out var refusal) is { } message)
            {
                to.TryWrite(message);
            }
            else
            {
                KernelLog.Write($"a message was dropped: {refusal}");
            }
        }
    }
}
