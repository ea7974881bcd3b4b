using System.Globalization;

namespace CnnTutorial;

/// <summary>How far the download of one file is.</summary>
/// <param name="File">The file's name, such as <c>train-images-idx3-ubyte</c>.</param>
/// <param name="BytesDone">How many bytes have arrived, including those of an earlier attempt.</param>
/// <param name="BytesTotal">The file's size; null if the mirror does not tell.</param>
/// <param name="Mirror">The mirror's host name.</param>
/// <param name="IsComplete">True once per file, in its last report: everything has arrived and the content is verified.</param>
internal sealed record DownloadProgress(string File, long BytesDone, long? BytesTotal, string Mirror, bool IsComplete = false);

/// <summary>One line for each file that has arrived: readable in a console and in a log.</summary>
internal sealed class ConsoleDownloadProgress : IProgress<DownloadProgress>
{
    public void Report(DownloadProgress value)
    {
        if (value.IsComplete)
        {
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{value.File}: {value.BytesDone:N0} bytes from {value.Mirror}, verified")
            );
        }
    }
}
