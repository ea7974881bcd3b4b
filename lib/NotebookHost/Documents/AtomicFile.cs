using System.Text;

namespace NotebookHost.Documents;

/// <summary>Writes files so that a reader sees the old content or the new, never half of either.</summary>
internal static class AtomicFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Makes a folder where there is none, and tries whether files can be written in it.</summary>
    /// <exception cref="IOException">They cannot.</exception>
    /// <exception cref="UnauthorizedAccessException">They must not.</exception>
    public static void Prepare(string folder)
    {
        Directory.CreateDirectory(folder);
        using var probe = new FileStream(
            Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"),
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            bufferSize: 1,
            FileOptions.DeleteOnClose
        );
        probe.WriteByte(0);
    }

    public static void WriteAllText(string path, string text)
    {
        // A name that nobody can foresee, and a new file: a link that lies there under the name would be followed.
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(Utf8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
