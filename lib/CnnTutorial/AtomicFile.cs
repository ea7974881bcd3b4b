using System.Diagnostics;
using System.Globalization;

namespace CnnTutorial;

/// <summary>Writes a file so that whoever reads it, even after a crash, sees the old content or the new, never half of either.</summary>
internal static class AtomicFile
{
    /// <summary>Writes to a temporary file beside the target, flushes it to the disk, then renames it.</summary>
    /// <exception cref="IOException">The file cannot be written; the message names it and the cause. The old file is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder; add a file name to it with Path.Combine, and run the cell again.");
        }

        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            RemoveStrays(path);
        }
        catch (Exception e)
        {
            // Deleting what is not there is no error, but where the folder itself is missing it is one.
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            if (e is IOException or UnauthorizedAccessException)
            {
                throw new IOException(
                    $"{path} cannot be written ({e.Message.TrimEnd('.')}); free some disk space or give yourself write permission "
                        + "there, and run the cell again.",
                    e
                );
            }

            throw;
        }
    }

    /// <summary>A process that was killed while it wrote leaves its temporary file behind: whoever writes next takes it away.</summary>
    private static void RemoveStrays(string path)
    {
        var (folder, start) = (Path.GetDirectoryName(path)!, $"{Path.GetFileName(path)}.");
        foreach (var stray in Directory.EnumerateFiles(folder, "*.tmp"))
        {
            var name = Path.GetFileNameWithoutExtension(stray);
            if (
                !name.StartsWith(start, StringComparison.Ordinal)
                || !int.TryParse(name.AsSpan(start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var writer)
                || IsAlive(writer)
            )
            {
                continue;
            }

            try
            {
                File.Delete(stray);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The new content is in place, and that is what was asked for.
            }
        }
    }

    private static bool IsAlive(int process)
    {
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
