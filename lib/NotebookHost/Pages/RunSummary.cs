namespace NotebookHost.Pages;

/// <summary>The result of running one or more notebooks, which <c>summary.json</c>, the console's table and the index page show.</summary>
/// <param name="Started">When the run began.</param>
/// <param name="Seconds">Wall time of the whole run.</param>
/// <param name="Notebooks">One result per notebook, in the order in which they were to run.</param>
public sealed record RunSummary(DateTimeOffset Started, double Seconds, IReadOnlyList<NotebookResult> Notebooks);
