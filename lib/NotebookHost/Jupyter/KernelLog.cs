namespace NotebookHost.Jupyter;

/// <summary>What only whoever looks after the front end wants to know: it goes to standard error, which Jupyter shows in its own
/// log.</summary>
internal static class KernelLog
{
    public static void Write(string line) => Console.Error.WriteLine($"[NotebookHost {DateTime.Now:HH:mm:ss}] {line}");
}
