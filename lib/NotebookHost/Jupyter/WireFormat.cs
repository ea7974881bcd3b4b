using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NetMQ;

namespace NotebookHost.Jupyter;

/// <summary>
/// Messages as frames: routing prefix, delimiter, signature, header, parent header, metadata, content.
/// Source: "The wire protocol" in https://jupyter-client.readthedocs.io/en/stable/messaging.html.
/// </summary>
internal sealed class WireFormat(string key)
{
    public const string ProtocolVersion = "5.4";

    private static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();
    private static readonly byte[] Empty = "{}"u8.ToArray();

    // An output of JSON may have 64 levels, and lies in the message a few levels down.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 128 };

    /// <summary>Refuses duplicate names here; otherwise they would throw later, when the name is read.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);
    private readonly string _session = Guid.NewGuid().ToString("N");
    private int _sent;

    /// <param name="prefix">The receiver's identities, or a topic.</param>
    /// <param name="type">Such as <c>execute_reply</c>.</param>
    /// <param name="parent">The header of the request that this belongs to; null where there is none.</param>
    /// <param name="content">The message's content.</param>
    public NetMQMessage Encode(IEnumerable<byte[]> prefix, string type, byte[]? parent, JsonObject content)
    {
        var header = new JsonObject
        {
            ["msg_id"] = $"{_session}_{Interlocked.Increment(ref _sent)}",
            ["session"] = _session,
            ["username"] = "kernel",
            ["date"] = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture),
            ["msg_type"] = type,
            ["version"] = ProtocolVersion,
        };
        byte[][] parts = [Bytes(header), parent ?? Empty, Empty, Bytes(content)];
        return new NetMQMessage([.. prefix, Delimiter, Sign(parts), .. parts]);
    }

    /// <summary>Reads a message; null, with the reason, if it is not a message or its signature is wrong.</summary>
    public JupyterMessage? Decode(NetMQMessage frames, bool isControl, out string? refusal)
    {
        var delimiter = 0;
        while (delimiter < frames.FrameCount && !frames[delimiter].ToByteArray().AsSpan().SequenceEqual(Delimiter))
        {
            delimiter++;
        }

        if (frames.FrameCount < delimiter + 6)
        {
            refusal = "it has too few frames";
            return null;
        }

        byte[][] parts = [.. Enumerable.Range(delimiter + 2, 4).Select(i => frames[i].ToByteArray())];
        if (!CryptographicOperations.FixedTimeEquals(Sign(parts), frames[delimiter + 1].ToByteArray()))
        {
            refusal = "its signature is wrong";
            return null;
        }

        try
        {
            refusal = null;
            var type = (string?)Parse(parts[0])["msg_type"] ?? throw new JsonException("the header names no msg_type");
            return new JupyterMessage(
                [.. Enumerable.Range(0, delimiter).Select(i => frames[i].ToByteArray())],
                parts[0],
                type,
                Parse(parts[2]),
                Parse(parts[3]),
                isControl
            );
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            refusal = $"it cannot be read: {e.Message}";
            return null;
        }
    }

    private static JsonObject Parse(byte[] json) =>
        JsonNode.Parse(json, documentOptions: Strict) as JsonObject ?? throw new JsonException("it is not a JSON object");

    private static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString(Json));

    private byte[] Sign(byte[][] parts)
    {
        if (_key.Length == 0)
        {
            return [];
        }

        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        foreach (var part in parts)
        {
            hash.AppendData(part);
        }

        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
