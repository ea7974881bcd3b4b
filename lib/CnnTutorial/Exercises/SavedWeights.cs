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
            var file = Path.GetFileName(path);
            var isOwn = IsOwnFormat(path, model);
            if (isOwn && ownFormat)
            {
                return PracticeNetwork.Weights(model);
            }

            var (seen, hint) = (isOwn, damaged.Message.Contains("another architecture", StringComparison.Ordinal)) switch
            {
                (true, _) => (
                    $"The file {file} is not in the format of its name: it is TorchSharp's own, which `{given}.save` writes, and "
                        + "`Weights.Load` cannot read it.",
                    $"Write it with `Weights.Save({given}, path)`."
                ),
                (_, true) => (
                    $"The file {file} holds the weights of a network with other layers.",
                    $"Save the network that your code is given, `{given}`, and no other: `Weights.Save({given}, path)`."
                ),
                _ => ($"The file {file} cannot be loaded.", $"`Weights.Save({given}, path)` writes a file that can be loaded."),
            };
            throw new WrongAnswerException(
                "A file that `Weights.Load` can read, with the weights of the network that was given.",
                seen,
                hint
            );
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
