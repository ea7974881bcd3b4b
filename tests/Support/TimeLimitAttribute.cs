using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

namespace Support;

/// <summary>Gives every test of an assembly a time limit. When it is over, the test is cancelled, its programs are ended, and it has
/// failed; a test that does not react to that ends the whole run, by name, since nothing else ends it.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class TimeLimitAttribute(double minutes) : BeforeAfterTestAttribute
{
    /// <summary>From the cancellation to the end of the whole run.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test) =>
        Start(test.UniqueID, test.TestDisplayName, TestContext.Current.CancelCurrentTest);

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        // What a test leaves behind would disturb the next one.
        TestProcess.EndAllOf(test.UniqueID);
        End(test.UniqueID);
    }

    /// <summary>Begins to measure the time of a test.</summary>
    public void Start(string test, string name, Action cancel)
    {
        var limit = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        _running[test] = limit;
        limit.Token.Register(() =>
        {
            Console.Error.WriteLine($"{name} has taken more than {minutes} minutes. It is cancelled, and its programs are ended.");
            TestProcess.EndAllOf(test);
            cancel();
            _ = Task.Delay(Grace)
                .ContinueWith(
                    _ =>
                    {
                        if (_running.ContainsKey(test))
                        {
                            Environment.FailFast($"{name} did not end within {minutes} minutes, nor when it was cancelled.");
                        }
                    },
                    TaskScheduler.Default
                );
        });
    }

    /// <summary>Ends the measurement; fails where the time was over.</summary>
    public void End(string test)
    {
        if (_running.TryRemove(test, out var limit))
        {
            using (limit)
            {
                Assert.False(limit.IsCancellationRequested, $"The test took more than {minutes} minutes.");
            }
        }
    }
}
