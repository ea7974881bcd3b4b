using NotebookHost.Engine;

namespace Microsoft.DotNet.Interactive;

/// <summary>Shows values in the output of a given cell.</summary>
public static class KernelInvocationContextExtensions
{
    /// <summary>Shows a value, formatted as the given MIME types or as its type prefers.</summary>
    /// <returns>What was shown, to be updated in place.</returns>
    public static DisplayedValue Display(this KernelInvocationContext context, object? value, params string[]? mimeTypes)
    {
        ArgumentNullException.ThrowIfNull(context);
        var data = ValueFormatting.Format(value, mimeTypes);
        return new DisplayedValue(context.Output, mimeTypes, data);
    }

    /// <summary>Shows a text that already is of the given MIME type.</summary>
    /// <returns>What was shown, to be updated in place.</returns>
    public static DisplayedValue DisplayAs(this KernelInvocationContext context, string value, string mimeType)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrWhiteSpace(mimeType);
        return new DisplayedValue(context.Output, [mimeType], new Dictionary<string, string> { [mimeType] = value });
    }
}
