using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NotebookHost.Jupyter;

/// <summary>Notices when the front end has died, so that no kernel is left running.</summary>
internal static partial class ParentWatch
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>Ends when the process that started this one is gone; never if the front end does not ask for a watch.</summary>
    public static async Task UntilGoneAsync()
    {
        // Jupyter sets it: on Unix to its process id, on Windows to a handle that we inherit.
        if (Environment.GetEnvironmentVariable("JPY_PARENT_PID") is not { } given || !long.TryParse(given, out var handle))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan);
        }
        else if (OperatingSystem.IsWindows())
        {
            using var parent = new ManualResetEvent(false) { SafeWaitHandle = new SafeWaitHandle((nint)handle, ownsHandle: false) };
            await Task.Run(parent.WaitOne);
        }
        else
        {
            // A process whose parent dies is given another, most often process 1; that may have happened before we first look.
            for (var parent = GetParent(); GetParent() == parent && (parent != 1 || handle == 1); )
            {
                await Task.Delay(Beat);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParent();
}
