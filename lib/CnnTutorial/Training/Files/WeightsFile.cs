using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Reads a weights file or a checkpoint from disk, and says what is wrong with a bad one and what to do.</summary>
internal static class WeightsFile
{
    /// <summary>Files of earlier versions of the course, in a format of their own, begin with one of these.</summary>
    private static readonly byte[][] Former = [.. "CNNTUTOR CNNWGHT1".Split(' ').Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>Reads the tensors of a network and, on request, those of its training.</summary>
    /// <returns>New tensors on the CPU, which belong to the caller's dispose scope, and the header's metadata.</returns>
    /// <exception cref="InvalidDataException">The file cannot be used; the message says why.</exception>
    public static (Dictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(
        string path,
        IReadOnlyDictionary<string, Tensor> wanted,
        bool withTraining
    )
    {
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[sizeof(ulong)];
        var begin = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)].ToArray();
        if (Array.Exists(Former, former => begin.AsSpan().SequenceEqual(former)))
        {
            throw new InvalidDataException(
                $"{path} was written by an earlier version of this course, in a format that it no longer reads; delete it and "
                    + $"{CourseFile.HowToMake(path, "Weights.Save(model, path)")}."
            );
        }

        stream.Position = 0;
        try
        {
            return Safetensors.Read(stream, wanted, withTraining);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException(
                $"{path} cannot be loaded into this model: {e.Message.TrimEnd('.')}. Load a file that was saved from a model of the same "
                    + "layers; if this one was, it is damaged: save it again, or copy it again from where it came.",
                e
            );
        }
    }
}
