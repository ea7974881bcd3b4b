using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CnnTutorial.Tests;

/// <summary>A request that a mirror got: the file's name, and where the asked range starts.</summary>
internal sealed record MirrorRequest(string Name, long? From);

/// <summary>What a mirror answers. With a null length none is sent; with a cut, the connection ends after so many bytes of the body.</summary>
internal sealed record MirrorReply(int Status, byte[] Body, string Headers = "", int? CutAfter = null, TimeSpan PauseEachByte = default);

/// <summary>
/// A mirror on the loopback device that can misbehave down to single bytes, which is why it is written on a socket.
/// By default it serves <see cref="Files"/>, with ranges.
/// </summary>
internal sealed class MirrorServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _gate = new();
    private readonly List<MirrorRequest> _requests = [];
    private readonly Func<MirrorServer, MirrorRequest, int, MirrorReply>? _behaviour;

    /// <param name="behaviour">Server, request, how many requests there were for this file before.</param>
    public MirrorServer(Func<MirrorServer, MirrorRequest, int, MirrorReply>? behaviour = null)
    {
        _behaviour = behaviour;
        _listener.Start();
        _ = AcceptAsync();
    }

    public SmallDataset? Files { get; set; }

    public Uri Address => new($"http://{_listener.LocalEndpoint}/data/");

    public IReadOnlyList<MirrorRequest> Requests
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    /// <summary>An address at which nobody listens.</summary>
    public static Uri Nobody()
    {
        using var server = new MirrorServer();
        return server.Address;
    }

    /// <summary>What a good mirror answers.</summary>
    public MirrorReply Good(MirrorRequest request)
    {
        var body = Files!.Gzip(request.Name);
        if (request.From is not { } from)
            return new MirrorReply(200, body);
        return from >= body.Length
            ? new MirrorReply(416, [], $"Content-Range: bytes */{body.Length}\r\n")
            : new MirrorReply(206, body[(int)from..], $"Content-Range: bytes {from}-{body.Length - 1}/{body.Length}\r\n");
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                // A mirror's reach is tested by a connection without a request.
                if (await reader.ReadLineAsync() is not { } first)
                    return;
                long? from = null;
                while (await reader.ReadLineAsync() is { Length: > 0 } header)
                {
                    if (header.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                        from = long.Parse(header.AsSpan(13).TrimEnd('-'), CultureInfo.InvariantCulture);
                }

                var request = new MirrorRequest(Path.GetFileNameWithoutExtension(first.Split(' ')[1]), from);
                int before;
                lock (_gate)
                {
                    before = _requests.Count(earlier => earlier.Name == request.Name);
                    _requests.Add(request);
                }

                await ReplyAsync(stream, _behaviour?.Invoke(this, request, before) ?? Good(request));
            }
            catch (IOException)
            {
                // The client has gone.
            }
        }
    }

    private static async Task ReplyAsync(NetworkStream stream, MirrorReply reply)
    {
        var head = $"HTTP/1.1 {reply.Status} Status\r\nConnection: close\r\nContent-Length: {reply.Body.Length}\r\n{reply.Headers}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        var body = reply.Body.AsMemory(0, reply.CutAfter ?? reply.Body.Length);
        if (reply.PauseEachByte == default)
        {
            await stream.WriteAsync(body);
            return;
        }

        for (var i = 0; i < body.Length; i++)
        {
            await stream.WriteAsync(body.Slice(i, 1));
            await Task.Delay(reply.PauseEachByte);
        }
    }
}
