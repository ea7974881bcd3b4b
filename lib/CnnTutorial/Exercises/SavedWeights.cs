using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Reads what the learner's code saved.</summary>
internal static class SavedWeights
{
    /// <summary>Loads a file of <see cref="Weights.Save"/>, or of TorchSharp's own <c>Module.save</c>.</summary>
    /// <returns>All weights in one row.</returns>
    /// <exception cref="WrongAnswerException">Neither can be loaded into the practice network.</exception>
    public static float[] Read(string path)
    {
        var model = PracticeNetwork.Create();
        try
        {
            Weights.Load(model, path);
        }
        catch (InvalidDataException damaged)
        {
            try
            {
                model.load(path);
            }
            catch (Exception)
            {
                var seen = damaged.Message.Contains("another architecture", StringComparison.Ordinal)
                    ? "holds the weights of another network"
                    : "cannot be loaded";
                throw new WrongAnswerException(
                    "A file with the weights of the network that was given.",
                    $"The file {Path.GetFileName(path)} {seen}.",
                    "`Weights.Save(…, path)` writes it. Save the network that your code is given, not one of the notebook."
                );
            }
        }

        return PracticeNetwork.Weights(model);
    }
}
