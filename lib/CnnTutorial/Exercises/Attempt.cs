using System.Runtime.ExceptionServices;

namespace CnnTutorial;

/// <summary>Runs the learner's code and keeps its exception. What the code did before is checked first, since that may be the
/// cause.</summary>
internal static class Attempt
{
    /// <returns>What the code gave, or the exception that it threw; if the step is not written yet, the exception is thrown at
    /// once.</returns>
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
