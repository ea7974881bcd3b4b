// The namespace and the name are .NET Interactive's.
namespace Microsoft.DotNet.Interactive;

/// <summary>A password, which is not shown by accident.</summary>
public sealed class PasswordString(string text)
{
    /// <summary>The password itself.</summary>
    public string GetClearTextPassword() => text;

    /// <inheritdoc/>
    public override string ToString() => new('*', text.Length);
}
