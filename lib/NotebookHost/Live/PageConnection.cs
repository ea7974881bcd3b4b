using System.Net.WebSockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace NotebookHost.Live;

/// <summary>One page in a browser: what it sends, and a bounded queue of what it is sent. A page that does not read is cut off; it can come
/// back and gets everything anew.</summary>
internal sealed class PageConnection(WebSocket socket) : IDisposable
{
    /// <summary>In bytes. The text of a cell is far smaller.</summary>
    private const int LargestMessage = 4 << 20;

    private const int MostQueued = 1_000;
    private const long MostQueuedBytes = 16 << 20;
    private static readonly TimeSpan CloseFor = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 128,
    };

    private readonly Channel<byte[]> _queue = Channel.CreateBounded<byte[]>(MostQueued);
    private readonly CancellationTokenSource _gone = new();
    private long _queuedBytes;

    /// <summary>The questions of this page that wait for the one before them.</summary>
    public QuestionTurns Turns { get; } = new();

    /// <summary>A message as the text that pages get.</summary>
    public static byte[] Serialize(object message) => JsonSerializer.SerializeToUtf8Bytes(message, Json);

    public void Send(object message) => Send(Serialize(message));

    /// <summary>Queues a message, without waiting. Where the queue is full the connection ends.</summary>
    public void Send(byte[] message)
    {
        var queued = Interlocked.Add(ref _queuedBytes, message.Length);
        // A single large message does not mean that the page has stopped reading.
        if ((queued > MostQueuedBytes && queued > message.Length) || !_queue.Writer.TryWrite(message))
        {
            End();
        }
    }

    /// <summary>Ends the connection.</summary>
    private void End()
    {
        try
        {
            _gone.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    /// <summary>Closes the connection with a reason, which the page shows.</summary>
    public Task RefuseAsync(string reason) => CloseAsync(WebSocketCloseStatus.PolicyViolation, reason);

    /// <summary>Receives messages and sends what is queued, until either side ends.</summary>
    /// <param name="receive">Takes each message, one at a time.</param>
    /// <param name="stop">Ends the connection when the server does.</param>
    public async Task RunAsync(Func<JsonElement, Task> receive, CancellationToken stop)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, _gone.Token);
        var sending = SendQueuedAsync(both.Token);
        var reason = (Status: WebSocketCloseStatus.NormalClosure, Text: "");
        try
        {
            while (await ReceiveAsync(both.Token) is { } message)
            {
                await receive(message);
            }
        }
        catch (MessageException e)
        {
            reason = (e.Status, e.Message);
        }
        catch (OperationCanceledException)
        {
            reason = stop.IsCancellationRequested
                ? (WebSocketCloseStatus.EndpointUnavailable, "The server has ended.")
                : (WebSocketCloseStatus.PolicyViolation, "The page did not read its messages.");
        }
        catch (WebSocketException)
        {
            // The page is gone.
        }
        finally
        {
            _queue.Writer.TryComplete();
            await both.CancelAsync();
            await Task.WhenAny(sending, Task.Delay(CloseFor, CancellationToken.None));
            await CloseAsync(reason.Status, reason.Text);
        }
    }

    public void Dispose() => _gone.Dispose();

    private async Task CloseAsync(WebSocketCloseStatus status, string text)
    {
        using var patience = new CancellationTokenSource(CloseFor);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(status, text, patience.Token);
            }
        }
        catch (Exception e)
            when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            socket.Abort();
        }
    }

    private async Task SendQueuedAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var message in _queue.Reader.ReadAllAsync(stop))
            {
                await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, stop);
                Interlocked.Add(ref _queuedBytes, -message.Length);
            }
        }
        catch (Exception e)
            when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            End();
        }
    }

    /// <summary>The next message; null when the page has left.</summary>
    private async Task<JsonElement?> ReceiveAsync(CancellationToken stop)
    {
        using var text = new MemoryStream();
        var buffer = new byte[16_384];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), stop);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.MessageType != WebSocketMessageType.Text)
            {
                throw new MessageException(WebSocketCloseStatus.InvalidMessageType, "Messages are JSON text.");
            }

            text.Write(buffer, 0, part.Count);
            if (text.Length > LargestMessage)
            {
                throw new MessageException(WebSocketCloseStatus.MessageTooBig, $"A message may have at most {LargestMessage >> 20} MB.");
            }

            if (part.EndOfMessage)
            {
                break;
            }
        }

        try
        {
            using var document = JsonDocument.Parse(text.GetBuffer().AsMemory(0, (int)text.Length));
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new MessageException(WebSocketCloseStatus.InvalidPayloadData, "A message is not JSON.");
        }
    }
}

/// <summary>A page sent something that is not a message. The text is sent to the page.</summary>
internal sealed class MessageException(WebSocketCloseStatus status, string message) : Exception(message)
{
    public WebSocketCloseStatus Status { get; } = status;
}
