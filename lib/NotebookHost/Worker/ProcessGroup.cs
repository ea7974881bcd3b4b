using System.Runtime.InteropServices;

namespace NotebookHost.Worker;

/// <summary>
/// The process of a notebook and all that its cells start, as a Unix process group. So a program is found even if its own parent has ended
/// and the process tree no longer shows it below the notebook's process.
/// </summary>
internal static partial class ProcessGroup
{
    private const int Kill = 9;

    /// <summary>PR_SET_CHILD_SUBREAPER.</summary>
    private const int AdoptOrphans = 36;

    /// <summary>Makes the calling process the first of a new group. A terminal's Ctrl+C no longer reaches it: the client decides.</summary>
    public static void Begin()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetGroup(0, 0);
        }

        if (OperatingSystem.IsLinux())
        {
            // A program whose parent has ended becomes a child of this process, and not of process 1. So the tree still shows it, even if
            // it has left the group (setsid).
            _ = Control(AdoptOrphans, 1, 0, 0, 0);
        }
    }

    /// <summary>Ends all processes of the group that the given process began. Does nothing if that is this program's own group.</summary>
    public static void End(int leader)
    {
        // As long as one process is in the group, no new process gets its number.
        if (!OperatingSystem.IsWindows() && leader > 1 && leader != Own())
        {
            _ = Send(-leader, Kill);
        }
    }

    /// <summary>Ends the calling process's own group, and with it the process. Does nothing if it has not begun one.</summary>
    public static void EndOwn()
    {
        if (!OperatingSystem.IsWindows() && Own() == Environment.ProcessId)
        {
            _ = Send(-Environment.ProcessId, Kill);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpgid")]
    private static partial int SetGroup(int process, int group);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int Own();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
