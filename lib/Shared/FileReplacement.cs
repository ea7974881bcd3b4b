using System.Diagnostics;
using System.Globalization;

namespace Shared;

/// <summary>Writes a file so that whoever reads it, even after a crash, sees the old content or the new, never half of either.</summary>
internal static class FileReplacement
{
    /// <summary>Writes to a temporary file beside the target, flushes it to the disk, then renames it. The folder is made where it is
    /// missing, and the file keeps its access rights.</summary>
    /// <exception cref="IOException">The file cannot be written. The old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written. The old file is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        // A name that cannot be guessed, and always a new file: otherwise a link placed there beforehand would be followed. The
        // process's id tells later writers whose file it is.
        var temporary = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(path))
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            // Deleting a missing file is no error, but deleting in a missing folder is one.
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw;
        }

        RemoveStrays(path);
    }

    /// <summary>A process that was killed while it wrote leaves its temporary file behind: the next to write the same file removes
    /// it.</summary>
    private static void RemoveStrays(string path)
    {
        var (folder, start) = (Path.GetDirectoryName(path)!, $"{Path.GetFileName(path)}.");
        try
        {
            foreach (var stray in Directory.EnumerateFiles(folder, "*.tmp"))
            {
                var name = Path.GetFileNameWithoutExtension(stray);
                if (
                    name.StartsWith(start, StringComparison.Ordinal)
                    && int.TryParse(name[start.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var writer)
                    && !IsAlive(writer)
                )
                {
                    File.Delete(stray);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The new content is in place, and that is what was asked for.
        }
    }

    private static bool IsAlive(int process)
    {
        if (process == Environment.ProcessId)
        {
            return true;
        }

        try
        {
            using var found = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
