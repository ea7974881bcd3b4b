using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Runs a check so that whatever the learner's code does, the answer is a card.</summary>
/// <remarks>
/// Three things still end the process, as they would without a check: a recursion without end (outside this course's notebook host, which
/// stops it), an exception on a thread that the learner's code starts, and the few functions of TorchSharp that let a C++ exception
/// through, such as <c>matmul</c> with shapes that do not fit (seen with 0.107.0).
/// </remarks>
internal static class CheckRunner
{
    /// <summary>Checks take a second or two; code that runs longer than this does not end, even on a slow machine.</summary>
    public static TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Runs the check on a thread of its own, which is left behind if it does not end.</summary>
    /// <param name="step">The card's title.</param>
    /// <param name="check">Returns what was found right, or throws a <see cref="WrongAnswerException"/>.</param>
    public static CheckResult Run(string step, Func<string> check)
    {
        NativeLibraries.EnsureLoaded();
        var stop = HostContext.CancellationToken;
        using var globals = new TorchGlobals();
        using var output = new CheckOutput();
        CheckResult? result = null;
        // Not disposed: a thread that was left behind may still set it.
        var done = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            output.Begin();
            result = Judge(step, check, output);
            done.Set();
        })
        {
            IsBackground = true,
            Name = step,
        };
        thread.Start();
        try
        {
            if (done.Wait(TimeLimit, stop))
            {
                output.End();
                return result!;
            }

            return StillRunning(step, $"After {TimeLimit.TotalSeconds:0.#} seconds your code was still running.{output.Note}");
        }
        catch (OperationCanceledException)
        {
            return StillRunning(step, "You stopped the check while your code was running.");
        }
    }

    private static CheckResult Judge(string step, Func<string> check, CheckOutput output)
    {
        var context = new CheckContext();
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            using var scope = NewDisposeScope();
            var right = check();
            LeftSwitchedOff.Check();
            context.Finish(TimeSpan.FromSeconds(2));
            return context.Failure is { } failure
                ? Failed(step, failure, output)
                : new CheckResult(CheckStatus.Passed, step, right + output.Note);
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
            return new CheckResult(CheckStatus.NotRight, step, e.Message + output.Note, e.Expected, e.Hint);
        }
        catch (Exception e)
        {
            return Failed(step, e, output);
        }
    }

    private static CheckResult Failed(string step, Exception exception, CheckOutput output)
    {
        var (seen, hint, expected) = ExceptionCause.Of(exception);
        return new CheckResult(CheckStatus.NotRight, step, seen + output.Note, expected, hint);
    }

    private static CheckResult StillRunning(string step, string seen) =>
        new(
            CheckStatus.NotRight,
            step,
            seen,
            "A check takes a second or two.",
            "Does a loop never end? It is still running in the background: correct it, restart the kernel and run the "
                + "notebook from its beginning."
        );
}
