using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Support;

/// <summary>Starts the programs that tests need. All tests start programs here.</summary>
/// <remarks>
/// A shell that starts a command in the background makes it ignore Ctrl+C, and what the command starts inherits that. So each program
/// starts with the default signals. And none outlives its time: it is ended with its test (<see cref="TimeLimitAttribute"/>), or when
/// no test started it, after <see cref="LongestLife"/>.
/// </remarks>
internal static class TestProcess
{
    /// <summary>How long a program may run whatever happens. A whole run of the course takes a few minutes.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(20);

    private static readonly ConcurrentDictionary<string, ConcurrentBag<Process>> ByTest = new();

    public static Process Start(string program, params IReadOnlyList<string> arguments) => Start(new ProcessStartInfo(program, arguments));

    public static Process Start(ProcessStartInfo start)
    {
        if (OperatingSystem.IsLinux())
        {
            // env replaces itself by the program, which so keeps the process id.
            string[] command = [start.FileName, .. start.ArgumentList];
            start.FileName = "env";
            start.ArgumentList.Clear();
            foreach (var part in WithDefaultSignals(command))
            {
                start.ArgumentList.Add(part);
            }
        }

        var process = Process.Start(start)!;
        Keep(process.Id);
        return process;
    }

    /// <summary>The arguments of <c>env</c> that start a command with the default signals.</summary>
    public static IEnumerable<string> WithDefaultSignals(IEnumerable<string> command) => ["--default-signal=INT,QUIT,HUP", .. command];

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Start(start);
        return await EndAsync(process);
    }

    /// <summary>Waits for the end of a program whose output and errors are redirected.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> EndAsync(Process process)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var error = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, output, await error);
    }

    /// <summary>Sends a signal, such as INT or TERM.</summary>
    public static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Ends all that a test started, with what those programs started.</summary>
    /// <returns>How many were still running.</returns>
    public static int EndAllOf(string test)
    {
        var ended = 0;
        foreach (var process in ByTest.TryRemove(test, out var processes) ? processes : [])
        {
            ended += End(process) ? 1 : 0;
        }

        return ended;
    }

    /// <summary>Keeps a second handle, since the test disposes of the first.</summary>
    private static void Keep(int id)
    {
        Process process;
        try
        {
            process = Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            // It has ended already.
            return;
        }

        if (TestContext.Current.Test is { } test)
        {
            ByTest.GetOrAdd(test.UniqueID, _ => []).Add(process);
        }
        else
        {
            _ = Task.Delay(LongestLife).ContinueWith(_ => End(process), TaskScheduler.Default);
        }
    }

    private static bool End(Process process)
    {
        using (process)
        {
            var runs = !process.HasExited;
            if (runs)
            {
                process.Kill(entireProcessTree: true);
            }

            return runs;
        }
    }
}
