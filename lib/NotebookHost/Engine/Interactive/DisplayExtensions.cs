using Microsoft.DotNet.Interactive;

// In System, as .NET Interactive has it, so that a cell needs no using.
namespace System;

/// <summary>Shows values in the output of the running cell.</summary>
public static class DisplayExtensions
{
    /// <summary>Shows a value, formatted as the given MIME types or as its type prefers.</summary>
    /// <returns>What was shown, to be updated in place.</returns>
    public static DisplayedValue Display(this object? value, params string[]? mimeTypes) => CurrentCell().Display(value, mimeTypes);

    /// <summary>Shows a text that already is of the given MIME type.</summary>
    /// <returns>What was shown, to be updated in place.</returns>
    public static DisplayedValue DisplayAs(this string value, string mimeType) => CurrentCell().DisplayAs(value, mimeType);

    internal static KernelInvocationContext CurrentCell() =>
        KernelInvocationContext.Current ?? throw new InvalidOperationException("Nothing can be displayed here: no cell is running.");
}
