namespace NotebookHost.Worker;

/// <summary>Says in words how a process ended unexpectedly.</summary>
internal static class ProcessDeath
{
    private const string ConnectionLost = "The process lost its connection to this program and ended";

    /// <summary>Writes to standard error that this process lost its connection and ends.</summary>
    public static void SayConnectionLost()
    {
        try
        {
            using var error = Console.OpenStandardError();
            error.Write(System.Text.Encoding.UTF8.GetBytes(ConnectionLost + "\n"));
        }
        catch (IOException)
        {
            // Standard error is closed too.
        }
    }

    /// <param name="exitCode">The exit code; .NET reports 128 + n for a process that signal n ended.</param>
    /// <param name="errorText">The beginning of what the process wrote to standard error.</param>
    public static string Describe(int exitCode, string errorText)
    {
        // The runtime writes "Process terminated." and the reason in the line below.
        var said = errorText
            .Split('\n')
            .Select(line => line.Trim())
            .FirstOrDefault(line => line.Length > 0 && line != "Process terminated.");
        said = said is null ? "" : $" It wrote: {said}";
        return exitCode switch
        {
            137 when errorText.Contains(ConnectionLost, StringComparison.Ordinal) =>
                $"{ConnectionLost}: a cell has closed a file or socket that it had not opened itself.",
            137 => "The process was killed (signal 9), and not by this program; most often the machine ran out of memory.",
            134 when errorText.Contains("Out of memory", StringComparison.Ordinal) => $"The process ran out of memory.{said}",
            134 when errorText.Contains("Stack overflow", StringComparison.Ordinal) =>
                $"The process crashed: stack overflow, for example of a method that calls itself without end.{said}",
            134 => $"The process crashed, for example by an exception on another thread, a stack overflow or too little memory.{said}",
            139 => $"The process crashed in native code (segmentation fault).{said}",
            > 128 and <= 192 when !OperatingSystem.IsWindows() => $"The process was ended by signal {exitCode - 128}.{said}",
            _ => $"The code ended the process, with exit code {exitCode}.{said}",
        };
    }
}
