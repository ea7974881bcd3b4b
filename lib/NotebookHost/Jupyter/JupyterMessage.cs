using System.Text.Json.Nodes;

namespace NotebookHost.Jupyter;

/// <summary>A message from a front end, with a valid signature.</summary>
/// <param name="Identities">The routing prefix, which a reply carries back.</param>
/// <param name="Header">The header as it came: what is sent in answer names it as its parent.</param>
/// <param name="Type">Such as <c>execute_request</c>.</param>
/// <param name="Metadata">What the front end says beside it; JupyterLab puts a cell's metadata here.</param>
/// <param name="Content">What is asked for.</param>
/// <param name="IsControl">Whether it came on the control channel, and not on the shell.</param>
internal sealed record JupyterMessage(
    IReadOnlyList<byte[]> Identities,
    byte[] Header,
    string Type,
    JsonObject Metadata,
    JsonObject Content,
    bool IsControl
)
{
    public string Text(string name) => (string?)Content[name] ?? "";

    public bool Flag(string name, bool otherwise) => (bool?)Content[name] ?? otherwise;

    public int? Number(string name) => (int?)Content[name];
}
