using System.Runtime.InteropServices;

namespace NotebookHost.Worker;

/// <summary>
/// The process of a notebook and all that its cells start, as Unix's process groups have it: so that a program whose own
/// parent has ended, and that no tree of processes shows as the notebook's any more, is found too.
/// </summary>
internal static partial class ProcessGroup
{
    private const int Kill = 9;

    /// <summary>PR_SET_CHILD_SUBREAPER.</summary>
    private const int AdoptOrphans = 36;

    /// <summary>Makes the calling process the first of a new group. What a terminal sends at Ctrl+C no longer reaches it: the run
    /// decides.</summary>
    public static void Begin()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetGroup(0, 0);
        }

        if (OperatingSystem.IsLinux())
        {
            // A program whose parent has ended becomes this process's child, and not that of process 1: so the tree shows it still,
            // even where it has left the group (setsid).
            _ = Control(AdoptOrphans, 1, 0, 0, 0);
        }
    }

    /// <summary>Ends all processes of the group that this process began. Nothing where it has not begun one: the group would be
    /// another's.</summary>
    public static void End(int leader)
    {
        // A group keeps its number, and the number is given to no new process, as long as one process is in it.
        if (!OperatingSystem.IsWindows() && leader > 1 && leader != Own())
        {
            _ = Send(-leader, Kill);
        }
    }

    /// <summary>Ends the calling process's own group, and with it the process. Nothing where it has not begun one.</summary>
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
