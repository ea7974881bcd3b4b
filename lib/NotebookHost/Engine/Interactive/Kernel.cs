using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;
using static Microsoft.DotNet.Interactive.Formatting.PocketViewTags;

namespace Microsoft.DotNet.Interactive;

/// <summary>What a cell can call without a using.</summary>
public static class Kernel
{
#pragma warning disable IDE1006 // The lower case is .NET Interactive's.
    /// <summary>Shows a value, formatted as the given MIME types or as its type prefers.</summary>
    /// <returns>What was shown, to be updated in place.</returns>
    public static DisplayedValue display(object? value, params string[]? mimeTypes) => value.Display(mimeTypes);
#pragma warning restore IDE1006

    /// <summary>Marks a text as HTML, so that it is shown as such.</summary>
    public static IHtmlContent HTML(string content) => content.ToHtmlContent();

    /// <summary>Runs a script in the page.</summary>
    public static void Javascript(string scriptContent)
    {
        PocketView element = script[type: "text/javascript"](HTML(scriptContent));
        element.Display();
    }

    /// <summary>Asks the user for a line of text.</summary>
    public static Task<string?> GetInputAsync(string prompt = "") => Task.FromResult(DisplayExtensions.CurrentCell().ReadInput(prompt));
}
