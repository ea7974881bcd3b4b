using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace CnnTutorial;

/// <summary>The versions of what the course runs on: the first thing to look at, and to report, when something is odd.</summary>
public sealed class CourseVersions : IHtmlDisplay
{
    private static readonly string[] Headers = ["What", "Version"];

    private readonly IReadOnlyList<string>[] _rows =
    [
        [".NET", Environment.Version.ToString()],
        ["TorchSharp", Version(typeof(torch).Assembly)],
        ["libtorch", $"{torch.__version__} ({Backend()} build)"],
        ["Notebook host", HostContext.Name],
        ["Operating system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"],
    ];

    /// <inheritdoc/>
    public string ToHtml() => Html.Table("", Headers, _rows);

    /// <inheritdoc/>
    public override string ToString() => Html.PlainTable("", Headers, _rows);

    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version!.ToString();

    private static string Backend() =>
        typeof(CourseVersions)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(metadata => metadata.Key == "TorchBackend")
            .Value!;
}
