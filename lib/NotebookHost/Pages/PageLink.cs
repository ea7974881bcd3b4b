namespace NotebookHost.Pages;

/// <summary>A link from one page to another in the same folder.</summary>
/// <param name="Title">What the link says; plain text.</param>
/// <param name="FileName">The page's file name, such as <c>04-compile.html</c>.</param>
public sealed record PageLink(string Title, string FileName);
