namespace NotebookHost.Running;

/// <summary>Puts into words how a process ended that should not have.</summary>
internal static class ProcessDeath
{
    /// <param name="exitCode">The exit code; .NET reports 128 + n for a process that signal n ended.</param>
    /// <param name="errorText">The beginning of what the process wrote to standard error.</param>
    public static string Describe(int exitCode, string errorText)
    {
        var said = errorText.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0);
        said = said is null ? "" : $" It wrote: {said}";
        return exitCode switch
        {
            137 => "The process was killed; most often the machine ran out of memory.",
            134 => $"The process crashed, as after an unhandled exception on another thread, a stack overflow or a lack of memory.{said}",
            139 => $"The process crashed in native code (segmentation fault).{said}",
            > 128 and <= 192 when !OperatingSystem.IsWindows() => $"The process was ended by signal {exitCode - 128}.{said}",
            _ => $"The code ended the process, with exit code {exitCode}.{said}",
        };
    }
}
