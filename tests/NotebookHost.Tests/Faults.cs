namespace NotebookHost.Tests;

/// <summary>How many faults are injected: in every run of the tests a few of each kind, and all where the environment says
/// NOTEBOOK_HOST_FAULTS=all.</summary>
internal static class Faults
{
    private static bool IsAll { get; } = Environment.GetEnvironmentVariable("NOTEBOOK_HOST_FAULTS") == "all";

    /// <summary>All of a kind, or its first few.</summary>
    public static IEnumerable<T> Of<T>(int few, params IReadOnlyCollection<T> all) => IsAll ? all : all.Take(few);
}
