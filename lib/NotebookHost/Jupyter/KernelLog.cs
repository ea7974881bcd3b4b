namespace NotebookHost.Jupyter;

/// <summary>Messages for whoever runs the front end. They go to standard error, which Jupyter shows in its own log.</summary>
internal static class KernelLog
{
    public static void Write(string line) => Console.Error.WriteLine($"[NotebookHost {DateTime.Now:HH:mm:ss}] {line}");
}
