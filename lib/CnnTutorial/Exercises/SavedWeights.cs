using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Reads what the learner's code saved.</summary>
internal static class SavedWeights
{
    /// <summary>Loads a file of <see cref="Weights.Save"/>, or of TorchSharp's own <c>Module.save</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="given">What should have been saved, in the learner's words.</param>
    /// <param name="ownFormat">Whether TorchSharp's own format is allowed.</param>
    /// <returns>All weights in one row.</returns>
    /// <exception cref="WrongAnswerException">The file cannot be loaded into the practice network.</exception>
    public static float[] Read(string path, string given, bool ownFormat)
    {
        var model = PracticeNetwork.Create();
        try
        {
            Weights.LoadFrom(model, path);
        }
        catch (InvalidDataException damaged)
        {
            var isOwn = IsOwnFormat(path, model);
            if (!isOwn || !ownFormat)
            {
                var isOther = damaged.Message.Contains("another architecture", StringComparison.Ordinal);
                throw new WrongAnswerException(
                    $"A file that `Weights.Load` can read, with the weights of `{given}`.",
                    $"The file {Path.GetFileName(path)} "
                        + (
                            isOwn ? $"is in TorchSharp's own format, which `{given}.save` writes and `Weights.Load` cannot read."
                            : isOther ? "holds the weights of a network with other layers."
                            : "cannot be loaded."
                        ),
                    $"`Weights.Save({given}, path)` writes it: the network that your code is given, in the format that is asked for."
                );
            }
        }

        return PracticeNetwork.Weights(model);
    }

    /// <summary>Loads a file if it is in TorchSharp's own format.</summary>
    public static bool IsOwnFormat(string path, Module<Tensor, Tensor> model)
    {
        try
        {
            model.load(path);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
