using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Formatting;
using NotebookHost.Engine;
using static Microsoft.DotNet.Interactive.Formatting.PocketViewTags;

namespace Microsoft.DotNet.Interactive;

/// <summary>What a cell can call without a using.</summary>
public sealed class Kernel
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

    /// <summary>Adds a style sheet to the page.</summary>
    public static void CSS(string content) => $"<style>{content}</style>".DisplayAs("text/html");

    /// <summary>Asks the user for a line of text.</summary>
    /// <param name="prompt">What to ask.</param>
    /// <param name="typeHint">What kind of text it is; "password" is not shown while it is typed.</param>
    public static Task<string?> GetInputAsync(string prompt = "", string typeHint = "text") =>
        Task.FromResult(DisplayExtensions.CurrentCell().ReadInput(new InputQuestion(prompt, IsPassword: typeHint == "password")));

    /// <summary>Asks the user for a password, which front ends do not show while it is typed.</summary>
    public static Task<PasswordString> GetPasswordAsync(string prompt = "") =>
        Task.FromResult(new PasswordString(DisplayExtensions.CurrentCell().ReadInput(new InputQuestion(prompt, IsPassword: true)) ?? ""));

    /// <summary>The only kernel.</summary>
    public static Kernel Root { get; } = new();

    /// <summary>The kernel that runs the calling cell.</summary>
    public static Kernel Current => Root;

    // Instance members, as in .NET Interactive, though this host has only one kernel.
#pragma warning disable CA1822
    /// <summary>The name of the kernel's language.</summary>
    public string Name => "csharp";

    /// <summary>The kernel of a language; null if it is not C#, since only that is run here.</summary>
    public Kernel? FindKernelByName(string name) => name is "csharp" or "C#" ? this : null;

    /// <summary>Runs code in this session, as a part of the running cell.</summary>
    /// <exception cref="InvalidOperationException">The code does not compile, or throws.</exception>
    public Task SendAsync(SubmitCode command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return DisplayExtensions.CurrentCell().SubmitAsync(command.Code);
    }
#pragma warning restore CA1822

    /// <summary>Runs code in this session, as a part of the running cell.</summary>
    /// <exception cref="InvalidOperationException">The code does not compile, or throws.</exception>
    public Task SubmitCodeAsync(string code) => SendAsync(new SubmitCode(code));

    private Kernel() { }
}
