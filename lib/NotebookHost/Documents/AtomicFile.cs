using System.Text;
using Shared;

namespace NotebookHost.Documents;

/// <summary>Writes text files: whole or not at all.</summary>
internal static class AtomicFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Creates a folder if it is missing, and checks that files can be written in it.</summary>
    /// <exception cref="IOException">Files cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not write files there.</exception>
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

    /// <inheritdoc cref="FileReplacement.Write"/>
    public static void WriteAllBytes(string path, byte[] bytes) => FileReplacement.Write(path, stream => stream.Write(bytes));

    /// <inheritdoc cref="FileReplacement.Write"/>
    public static void WriteAllText(string path, string text) => FileReplacement.Write(path, stream => stream.Write(Utf8.GetBytes(text)));
}
