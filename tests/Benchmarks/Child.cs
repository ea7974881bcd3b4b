using System.Diagnostics;
using System.Globalization;

namespace Benchmarks;

/// <summary>Measures in a process of its own, since one training changes the C library's memory for the next.</summary>
internal static class Child
{
    /// <summary>This program.</summary>
    public static string Self => typeof(Child).Assembly.Location;

    /// <summary>This program with other arguments.</summary>
    public static string[] Own(params string[] arguments) => ["dotnet", Self, .. arguments];

    /// <summary>Runs a program and returns the last line that it writes.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Variables to set, or with null to unset.</param>
    public static async Task<string> LastLineAsync(IReadOnlyList<string> command, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.Trim().Split('\n')[^1]
            : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}.");
    }

    /// <summary>The same for a program whose last line is a number.</summary>
    public static async Task<double> NumberAsync(IReadOnlyList<string> command, params (string Name, string? Value)[] environment) =>
        double.Parse(await LastLineAsync(command, environment), CultureInfo.InvariantCulture);

    /// <summary>A size of this process from <c>/proc/self/status</c>, such as VmRSS or VmHWM (its peak), in MiB; elsewhere the working
    /// set.</summary>
    public static double MebibytesOf(string name) =>
        File.Exists("/proc/self/status")
            ? double.Parse(
                File.ReadLines("/proc/self/status")
                    .Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                CultureInfo.InvariantCulture
            ) / 1024
            : Environment.WorkingSet / (1024.0 * 1024);
}
