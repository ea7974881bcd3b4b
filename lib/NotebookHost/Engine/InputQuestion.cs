namespace NotebookHost.Engine;

/// <summary>A line of text that a cell asks for.</summary>
/// <param name="Prompt">What to ask; may be empty.</param>
/// <param name="IsPassword">Whether what is typed must not be shown.</param>
internal sealed record InputQuestion(string Prompt, bool IsPassword = false);
