using System.Diagnostics;

namespace Support;

/// <summary>A file system in memory, mounted over a folder until this is disposed: for disks that are full or read-only.</summary>
public sealed class SmallFileSystem : IDisposable
{
    private readonly string _folder;

    private SmallFileSystem(string folder) => _folder = folder;

    /// <param name="folder">The folder over which it is mounted; created if it is missing.</param>
    /// <param name="options">Options of tmpfs, for example <c>size=64k</c> or <c>ro</c>.</param>
    /// <returns>Null where this user may not mount one.</returns>
    public static SmallFileSystem? TryMount(string folder, string options)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return null;
        }

        Directory.CreateDirectory(folder);
        return Call("mount", "-t", "tmpfs", "-o", options, "none", folder) ? new SmallFileSystem(folder) : null;
    }

    public void Dispose() => Call("umount", "-l", _folder);

    private static bool Call(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
