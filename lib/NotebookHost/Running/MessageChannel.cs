using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NotebookHost.Running;

/// <summary>Messages over a pipe, one JSON text a line. Any thread may send; one reads.</summary>
internal sealed class MessageChannel(Stream pipe) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock _sending = new();
    private readonly StreamReader _reader = new(pipe, Utf8);

    /// <exception cref="IOException">The other side is gone.</exception>
    public void Send(Message message)
    {
        var text = JsonSerializer.Serialize(message, Json);
        lock (_sending)
        {
            pipe.Write(Utf8.GetBytes(text + "\n"));
            pipe.Flush();
        }
    }

    /// <summary>The next message; null when the other side is gone, in the middle of a message too.</summary>
    public async Task<Message?> ReceiveAsync()
    {
        try
        {
            return await _reader.ReadLineAsync() is { } line ? JsonSerializer.Deserialize<Message>(line, Json) : null;
        }
        catch (Exception e) when (e is IOException or JsonException or ObjectDisposedException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        pipe.Dispose();
    }
}
