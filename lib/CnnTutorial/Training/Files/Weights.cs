using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Saves a network's weights and loads them, wholly or not at all.</summary>
/// <remarks>
/// A weights file is a safetensors file, whatever its name: the format that PyTorch and others read and write. The course's own files
/// also hold a checksum of everything in them, so that a flipped bit is an error and not a wrong prediction. Everything is read and checked
/// before the first weight is changed.
/// </remarks>
public static class Weights
{
    /// <summary>Writes the weights; an older file stays whole until the new one is.</summary>
    /// <param name="model">The network.</param>
    /// <param name="path">The file, which usually ends in <c>.safetensors</c>; its folder is made if it is missing.</param>
    /// <exception cref="IOException">The file cannot be written; the message says why.</exception>
    /// <exception cref="NotSupportedException">A weight is of a type that has no name in safetensors, such as a complex number.</exception>
    public static void Save(Module<Tensor, Tensor> model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        WeightsLog.Note(
            isSaving: true,
            model,
            path,
            full => AtomicFile.Write(full, stream => Safetensors.Write(stream, model.state_dict(), withChecksum: true))
        );
    }

    /// <summary>Reads weights into a network of the same architecture: what <see cref="Save"/> wrote, a <see cref="Checkpoint"/>, or a
    /// safetensors file of another program.</summary>
    /// <param name="model">The network; it is unchanged if an exception is thrown.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, not a weights file, or of another architecture.</exception>
    public static void Load(Module<Tensor, Tensor> model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        WeightsLog.Note(isSaving: false, model, path, full => LoadFrom(model, full));
    }

    /// <summary>The weights as a file's bytes.</summary>
    internal static byte[] ToBytes(Module<Tensor, Tensor> model)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, model.state_dict(), withChecksum: false);
        return stream.ToArray();
    }

    /// <summary>Loads without a note for the check that runs.</summary>
    internal static void LoadFrom(Module<Tensor, Tensor> model, string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"There are no weights at {path}; {CourseFile.HowToMake(path, "Weights.Save(model, path)")}.",
                path
            );
        }

        using var scope = NewDisposeScope();
        ModelWeights.Set(model, WeightsFile.Read(path, model.state_dict(), withTraining: false).Tensors);
    }
}
