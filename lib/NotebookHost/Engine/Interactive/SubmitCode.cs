// The namespace and the names are .NET Interactive's.
namespace Microsoft.DotNet.Interactive.Commands;

/// <summary>Code to run in the session.</summary>
/// <param name="code">The code.</param>
/// <param name="targetKernelName">The language; here it is C# in any case.</param>
public sealed class SubmitCode(string code, string? targetKernelName = null)
{
    /// <summary>The code.</summary>
    public string Code { get; } = code;

    /// <summary>The language.</summary>
    public string? TargetKernelName { get; } = targetKernelName;
}
