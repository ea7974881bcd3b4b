using Shared;

namespace CnnTutorial;

/// <summary>Writes files for notebooks: whole or not at all, and with a message for the learner if that fails.</summary>
internal static class AtomicFile
{
    /// <inheritdoc cref="FileReplacement.Write"/>
    /// <exception cref="IOException">The file cannot be written; the message names it and the cause. The old file is unchanged.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder; add a file name to it with Path.Combine, and run the cell again.");
        }

        try
        {
            FileReplacement.Write(path, write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"{path} cannot be written ({e.Message.TrimEnd('.')}); free some disk space or give yourself write permission "
                    + "there, and run the cell again.",
                e
            );
        }
    }
}
