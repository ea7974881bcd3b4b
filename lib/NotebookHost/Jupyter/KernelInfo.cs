using System.Text.Json.Nodes;

namespace NotebookHost.Jupyter;

/// <summary>What the kernel says about itself and its language.</summary>
internal static class KernelInfo
{
    /// <summary>The name of the kernel that the course's notebooks ask for; .NET Interactive uses it too.</summary>
    public const string Name = ".net-csharp";

    public const string DisplayName = ".NET (C#)";
    public const string Language = "C#";

    public static string Version { get; } = typeof(KernelInfo).Assembly.GetName().Version!.ToString(3);

    /// <summary>The content of a <c>kernel_info_reply</c>.</summary>
    public static JsonObject Content() =>
        new()
        {
            ["status"] = "ok",
            ["protocol_version"] = WireFormat.ProtocolVersion,
            ["implementation"] = "NotebookHost",
            ["implementation_version"] = Version,
            ["language_info"] = new JsonObject
            {
                ["name"] = Language,
                ["version"] = "14.0",
                ["mimetype"] = "text/x-csharp",
                ["file_extension"] = ".cs",
                ["pygments_lexer"] = "csharp",
                ["codemirror_mode"] = "text/x-csharp",
            },
            ["banner"] = $"C# on .NET {Environment.Version}, NotebookHost {Version}",
            ["help_links"] = new JsonArray(new JsonObject { ["text"] = "C#", ["url"] = "https://learn.microsoft.com/dotnet/csharp/" }),
        };
}
