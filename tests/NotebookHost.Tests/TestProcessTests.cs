using System.Diagnostics;
using System.Globalization;

namespace NotebookHost.Tests;

/// <summary>How tests start programs: with the default signals, and not for longer than their test.</summary>
public sealed class TestProcessTests
{
    [Fact]
    public async Task A_program_that_a_test_starts_in_the_background_can_be_stopped_with_Ctrl_C()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The signals that a process ignores stand in Linux's /proc.");
        // A shell with "&" starts its commands like this: they ignore INT and QUIT.
        string[] deaf = ["-c", "trap '' INT QUIT HUP; exec \"$@\"", "sh"];
        string[] show = ["grep", "SigIgn", "/proc/self/status"];
        var (_, ignored, _) = await TestProcess.RunAsync(new ProcessStartInfo("sh", [.. deaf, .. show]));
        Assert.Equal(7UL, Bits(ignored) & 7);
        var (_, heard, _) = await TestProcess.RunAsync(
            new ProcessStartInfo("sh", [.. deaf, "env", .. TestProcess.WithDefaultSignals(show)])
        );
        Assert.Equal(0UL, Bits(heard) & 7);
    }

    [Fact]
    public async Task What_a_test_started_is_ended_with_all_that_it_started_itself()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It calls Unix's programs.");
        using var shell = TestProcess.Start(
            new ProcessStartInfo("sh", ["-c", "sleep 300 & echo $!; wait"]) { RedirectStandardOutput = true }
        );
        var child = int.Parse(
            (await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!,
            CultureInfo.InvariantCulture
        );
        Assert.Equal(1, TestProcess.EndAllOf(TestContext.Current.Test!.UniqueID));
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(137, shell.ExitCode);
        await Jupyter.Processes.WaitUntilGoneAsync(child);
    }

    [Fact]
    public async Task A_test_that_takes_too_long_is_cancelled_with_its_programs_and_has_failed()
    {
        var limit = new TimeLimitAttribute(minutes: 0.01);
        var test = (Xunit.v3.IXunitTest)TestContext.Current.Test!;
        using var sleep = TestProcess.Start("sleep", "300");
        var cancelled = 0;
        limit.Start(test.UniqueID, "a test", () => cancelled++);
        await sleep.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(137, sleep.ExitCode);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal(1, cancelled);
        Assert.Contains(
            "more than 0.01 minutes",
            Assert.ThrowsAny<Exception>(() => limit.End(test.UniqueID)).Message,
            StringComparison.Ordinal
        );
    }

    private static ulong Bits(string line) => ulong.Parse(line.Split(':')[1].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
