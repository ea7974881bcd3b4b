using System.Text;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Saves a network's weights and loads them, wholly or not at all.</summary>
/// <remarks>
/// The ending of the file's name decides the format, as with pictures. A name that ends in <c>.safetensors</c> means the format
/// that PyTorch and others read and write. Any other means the course's own: the same bytes beside the network's architecture,
/// under one checksum (see <see cref="SealedFile"/>), because in TorchSharp's own format a flipped bit loads silently.
/// Everything is read and checked before the first weight is changed.
/// </remarks>
public static class Weights
{
    private const string SafetensorsEnding = ".safetensors";

    internal const string ArchitecturePart = "architecture";
    internal const string WeightsPart = "weights";

    /// <summary>Writes the weights; an older file stays whole until the new one is.</summary>
    /// <param name="model">The network.</param>
    /// <param name="path">The file; its folder is made when it is missing. Ends it in <c>.safetensors</c>, PyTorch can read it.</param>
    /// <exception cref="IOException">The file cannot be written; the message says why.</exception>
    /// <exception cref="NotSupportedException">A weight is of a type that has no name in safetensors, such as a complex number.</exception>
    public static void Save(Module<Tensor, Tensor> model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (IsSafetensors(path))
        {
            AtomicFile.Write(path, stream => Safetensors.Write(stream, model.state_dict(), withChecksum: true));
        }
        else
        {
            SealedFile.Write(
                path,
                [(ArchitecturePart, Encoding.UTF8.GetBytes(ModelWeights.Architecture(model))), (WeightsPart, ToBytes(model))]
            );
        }
    }

    /// <summary>Reads weights into a network of the same architecture: what <see cref="Save"/> wrote, a <see cref="Checkpoint"/>, or a
    /// safetensors file of others.</summary>
    /// <param name="model">The network; it is unchanged where an exception is thrown.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, no weights file, or of another architecture.</exception>
    public static void Load(Module<Tensor, Tensor> model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There are no weights at {path}; run notebook 05-train first, which saves them there.", path);
        }

        using var scope = NewDisposeScope();
        if (!IsSafetensors(path))
        {
            ModelWeights.Set(model, OfParts(model, path, SealedFile.Read(path)));
            return;
        }

        try
        {
            using var stream = File.OpenRead(path);
            ModelWeights.Set(model, Safetensors.Read(stream, model.state_dict()));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException(
                $"The weights in {path} do not fit this model or are damaged: {e.Message}. Save them again from the model that they "
                    + "belong to, or make that model here.",
                e
            );
        }
    }

    /// <summary>The weights as a file's part.</summary>
    internal static byte[] ToBytes(Module<Tensor, Tensor> model)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, model.state_dict(), withChecksum: false);
        return stream.ToArray();
    }

    /// <summary>The weights in a file of the course's own, for the network alone; they belong to the caller's dispose scope.</summary>
    internal static Dictionary<string, Tensor> OfParts(Module<Tensor, Tensor> model, string path, IReadOnlyDictionary<string, byte[]> parts)
    {
        if (!parts.TryGetValue(ArchitecturePart, out var saved) || !parts.TryGetValue(WeightsPart, out var weights))
        {
            throw new InvalidDataException($"{path} holds no weights; load a file that Weights.Save or a Checkpoint wrote.");
        }

        var (architecture, own) = (Encoding.UTF8.GetString(saved), ModelWeights.Architecture(model));
        if (architecture != own)
        {
            throw new InvalidDataException(
                $"The weights in {path} belong to another architecture: {ModelWeights.Difference(architecture, own)}. Train this model "
                    + "again with notebook 05-train, or load the weights into the model they were saved from."
            );
        }

        try
        {
            return OfBytes(model, weights);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException(
                $"The weights in {path} are malformed: {e.Message}. Delete the file and run notebook 05-train again.",
                e
            );
        }
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    internal static Dictionary<string, Tensor> OfBytes(Module<Tensor, Tensor> model, byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return Safetensors.Read(stream, model.state_dict());
    }

    private static bool IsSafetensors(string path) => path.EndsWith(SafetensorsEnding, StringComparison.OrdinalIgnoreCase);
}
