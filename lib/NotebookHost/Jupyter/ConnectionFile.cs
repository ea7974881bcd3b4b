using System.Text.Json;
using System.Text.Json.Serialization;

namespace NotebookHost.Jupyter;

/// <summary>Where a front end wants its kernel to listen, and the key with which both sign. The front end writes it.</summary>
internal sealed record ConnectionFile
{
    // Those with a default are set and not initialized: generated code would initialize what the file does not name with null.
    [JsonPropertyName("transport")]
    public string Transport { get; set; } = "tcp";

    [JsonPropertyName("ip"), JsonRequired]
    public string Ip { get; init; } = "";

    [JsonPropertyName("shell_port"), JsonRequired]
    public int ShellPort { get; init; }

    [JsonPropertyName("iopub_port"), JsonRequired]
    public int IoPubPort { get; init; }

    [JsonPropertyName("stdin_port"), JsonRequired]
    public int StdinPort { get; init; }

    [JsonPropertyName("control_port"), JsonRequired]
    public int ControlPort { get; init; }

    [JsonPropertyName("hb_port"), JsonRequired]
    public int HeartbeatPort { get; init; }

    /// <summary>The key of the signatures; empty for none.</summary>
    [JsonPropertyName("key")]
    public string Key { get; set; } = "";

    [JsonPropertyName("signature_scheme")]
    public string SignatureScheme { get; set; } = "hmac-sha256";

    /// <exception cref="UsageException">It is not there, is not a connection file, or asks for what this kernel cannot do.</exception>
    public static ConnectionFile Read(string path)
    {
        ConnectionFile? file;
        try
        {
            file = JsonSerializer.Deserialize(File.ReadAllText(path), JupyterJson.Default.ConnectionFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            throw new UsageException(
                $"{path}: not a readable connection file ({e.Message.TrimEnd('.')}). A front end writes it; to use this kernel, open a "
                    + "notebook in Jupyter.",
                e
            );
        }

        if (file is not { Ip: not null, Key: not null, Transport: not null, SignatureScheme: not null })
        {
            throw new UsageException(
                $"{path}: not a readable connection file (a part of it is null). A front end writes it; to use this kernel, open a "
                    + "notebook in Jupyter."
            );
        }

        foreach (var port in new[] { file.ShellPort, file.IoPubPort, file.StdinPort, file.ControlPort, file.HeartbeatPort })
        {
            if (port is < 1 or > ushort.MaxValue)
            {
                throw new UsageException(
                    $"{path}: {port} is not a port, which is a number from 1 to {ushort.MaxValue}. A front end writes this file; to use "
                        + "this kernel, open a notebook in Jupyter."
                );
            }
        }

        return file switch
        {
            // NetMQ's ipc is really a TCP port, so other programs could not connect to it.
            { Transport: not "tcp" } => throw new UsageException($"{path}: the transport {file.Transport} is not supported, only tcp."),
            { Key: not "", SignatureScheme: not "hmac-sha256" } => throw new UsageException(
                $"{path}: the signature scheme {file.SignatureScheme} is not supported, only hmac-sha256."
            ),
            _ => file,
        };
    }

    public string Address(int port) => $"tcp://{Ip}:{port}";
}

/// <summary>Generated at build time: reading by reflection would cost a tenth of a second of the start.</summary>
[JsonSerializable(typeof(ConnectionFile))]
internal sealed partial class JupyterJson : JsonSerializerContext;
