using System.Diagnostics;

namespace NotebookHost.Tests.Jupyter;

/// <summary>Whether processes still run.</summary>
internal static class Processes
{
    public static async Task WaitUntilGoneAsync(int id)
    {
        for (var tries = 0; IsAlive(id); tries++)
        {
            Assert.True(tries < 100, $"process {id} is still there");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
