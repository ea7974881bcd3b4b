using System.Runtime.ExceptionServices;

namespace CnnTutorial;

/// <summary>Runs the learner's code and keeps its exception until what it did before has been looked at, which may be its cause.</summary>
internal static class Attempt
{
    /// <returns>What the code gave, or the exception that it threw; a step that is not written yet throws at once.</returns>
    public static (T? Value, ExceptionDispatchInfo? Failure) Of<T>(Func<T> code)
    {
        try
        {
            return (code(), null);
        }
        catch (Exception e) when (e is not NotImplementedException)
        {
            return (default, ExceptionDispatchInfo.Capture(e));
        }
    }
}
