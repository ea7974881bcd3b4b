using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Support.Datasets;

/// <summary>A request that a mirror got: the file's name, and where the asked range starts.</summary>
internal sealed record MirrorRequest(string Name, long? From);

/// <summary>What a mirror answers.</summary>
/// <param name="Status">HTTP's number.</param>
/// <param name="Body">What would be sent.</param>
/// <param name="Headers">More headers, each with its line end.</param>
/// <param name="CutAfter">The connection ends after so many bytes of the body.</param>
/// <param name="PauseEach">A pause after each piece.</param>
internal sealed record MirrorReply(int Status, byte[] Body, string Headers = "", int? CutAfter = null, TimeSpan PauseEach = default)
{
    /// <summary>With a pause, how many bytes are sent at once.</summary>
    public int PieceBytes { get; init; } = 1;

    /// <summary>The body's length in the header, true or false; null for none.</summary>
    public long? ClaimedBytes { get; init; } = Body.Length;

    /// <summary>How long nothing at all is sent.</summary>
    public TimeSpan Silence { get; init; }

    /// <summary>How long the connection stays after the body.</summary>
    public TimeSpan HeldOpen { get; init; }
}

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

    /// <summary>Called with the number of bytes whenever some of a body were sent.</summary>
    public Action<int>? Sent { get; set; }

    public Uri Address => new($"http://{_listener.LocalEndpoint}/data/");

    public IReadOnlyList<MirrorRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
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
        {
            return new MirrorReply(200, body);
        }

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
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
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
                // A connection without a request: somebody tests whether the mirror can be reached.
                if (await reader.ReadLineAsync() is not { } first)
                {
                    return;
                }

                long? from = null;
                while (await reader.ReadLineAsync() is { Length: > 0 } header)
                {
                    if (header.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                    {
                        from = long.Parse(header.AsSpan(13).TrimEnd('-'), CultureInfo.InvariantCulture);
                    }
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

    private async Task ReplyAsync(NetworkStream stream, MirrorReply reply)
    {
        await Task.Delay(reply.Silence);
        var length = reply.ClaimedBytes is { } claimed ? $"Content-Length: {claimed}\r\n" : "";
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 {reply.Status} Status\r\nConnection: close\r\n{length}{reply.Headers}\r\n")
        );
        var body = reply.Body.AsMemory(0, reply.CutAfter ?? reply.Body.Length);
        var piece = reply.PauseEach == default ? Math.Max(1, body.Length) : reply.PieceBytes;
        for (var start = 0; start < body.Length; start += piece)
        {
            var bytes = body[start..Math.Min(body.Length, start + piece)];
            await stream.WriteAsync(bytes);
            Sent?.Invoke(bytes.Length);
            await Task.Delay(reply.PauseEach);
        }

        await Task.Delay(reply.HeldOpen);
    }
}
