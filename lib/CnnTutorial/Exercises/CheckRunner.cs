using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Runs a check so that whatever the learner's code does, the answer is a card.</summary>
/// <remarks>
/// Two things end the process all the same, as they would without a check: a recursion without end, and the few of
/// TorchSharp's functions that let a C++ exception through, <c>matmul</c> with shapes that do not fit among them
/// (seen with 0.107.0).
/// </remarks>
internal static class CheckRunner
{
    /// <summary>Checks take a second or two; what runs longer than this on a slow machine does not end.</summary>
    public static TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Runs the check on a thread of its own, which is left behind when it does not end.</summary>
    /// <param name="step">The card's title.</param>
    /// <param name="check">Returns what was found right, or throws a <see cref="WrongAnswerException"/>.</param>
    public static CheckResult Run(string step, Func<string> check)
    {
        NativeLibraries.EnsureLoaded();
        var stop = HostContext.CancellationToken;
        using var globals = new TorchGlobals();
        CheckResult? result = null;
        // Not disposed: a thread that was left behind may still set it.
        var done = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            result = Judge(step, check);
            done.Set();
        })
        {
            IsBackground = true,
            Name = step,
        };
        thread.Start();
        try
        {
            return done.Wait(TimeLimit, stop)
                ? result!
                : StillRunning(step, $"After {TimeLimit.TotalSeconds:0.#} seconds your code was still running.");
        }
        catch (OperationCanceledException)
        {
            return StillRunning(step, "You stopped the check while your code was running.");
        }
    }

    private static CheckResult Judge(string step, Func<string> check)
    {
        try
        {
            using var scope = NewDisposeScope();
            return new CheckResult(CheckStatus.Passed, step, check());
        }
        catch (NotImplementedException e)
        {
            return new CheckResult(
                CheckStatus.NotYet,
                step,
                $"“{e.Message}” Write it in the cell above, run that cell, then run this one again."
            );
        }
        catch (WrongAnswerException e)
        {
            return new CheckResult(CheckStatus.NotRight, step, e.Message, e.Expected, e.Hint);
        }
        catch (Exception e)
        {
            return new CheckResult(
                CheckStatus.NotRight,
                step,
                $"{e.GetType().Name}: {e.Message.Split('\n')[0].Trim()}",
                "Code that runs to its end.",
                ExceptionCause.Of(e)
            );
        }
    }

    private static CheckResult StillRunning(string step, string seen) =>
        new(
            CheckStatus.NotRight,
            step,
            seen,
            "A check takes a second or two.",
            "A loop that never ends? It is still running in the background: once you have mended it, restart the kernel and run the "
                + "notebook from its beginning."
        );
}
