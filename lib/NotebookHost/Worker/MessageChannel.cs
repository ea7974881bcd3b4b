using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NotebookHost.Worker;

/// <summary>What came through the pipe is not a message: something other than this program has written into it.</summary>
internal sealed class BrokenConversationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Messages over a pipe, one JSON text a line. Any thread may send; one reads.</summary>
internal sealed class MessageChannel(Stream pipe) : IDisposable
{
    /// <summary>Room for the largest output (<see cref="OutputLimits.LargestOutput"/>) if JSON takes six bytes for each character, and for
    /// the rest of the message.</summary>
    private const int LongestLine = 6 * OutputLimits.LargestOutput + 1_000_000;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock _sending = new();
    private readonly byte[] _buffer = new byte[65_536];
    private MemoryStream _line = new();
    private int _start;
    private int _end;

    /// <exception cref="IOException">The other side is gone.</exception>
    public void Send(WorkerMessage message)
    {
        var text = JsonSerializer.Serialize(message, Json);
        lock (_sending)
        {
            pipe.Write(Utf8.GetBytes(text + "\n"));
            pipe.Flush();
        }
    }

    /// <summary>The next message; null when the other side is gone, in the middle of a message too.</summary>
    /// <exception cref="BrokenConversationException">Something came that is not a message.</exception>
    public async Task<WorkerMessage?> ReceiveAsync()
    {
        try
        {
            if (!await ReadLineAsync())
            {
                return null;
            }

            var message = JsonSerializer.Deserialize<WorkerMessage>(_line.GetBuffer().AsSpan(0, (int)_line.Length), Json);
            return message is { IsWhole: true } ? message : throw new BrokenConversationException("parts of a message are missing");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new BrokenConversationException($"a line is not a message ({e.Message})", e);
        }
    }

    public void Dispose()
    {
        _line.Dispose();
        pipe.Dispose();
    }

    /// <summary>Reads up to the end of the line, into <see cref="_line"/>. False at the end of all.</summary>
    private async Task<bool> ReadLineAsync()
    {
        // The memory of one large message is not kept for the small ones.
        _line = _line.Capacity > _buffer.Length ? new MemoryStream() : _line;
        _line.SetLength(0);
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            _line.Write(_buffer, _start, length < 0 ? _end - _start : length);
            if (length >= 0)
            {
                _start += length + 1;
                return true;
            }

            if (_line.Length > LongestLine)
            {
                throw new BrokenConversationException("a line has no end");
            }

            _start = 0;
            _end = await pipe.ReadAsync(_buffer);
            if (_end == 0)
            {
                return false;
            }
        }
    }
}
