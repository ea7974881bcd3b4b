using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Step 5: a file, a new object, and the same predictions bit for bit.</summary>
internal static class SaveAndLoadCheck
{
    private const string File = "practice.safetensors";

    public static string Run(Func<Module<Tensor, Tensor>, Func<Module<Tensor, Tensor>>, string, Module<Tensor, Tensor>> saveAndLoad) =>
        PracticeFolder.Run(folder =>
        {
            var path = Path.Combine(folder.Path, File);
            var right = Once(saveAndLoad, folder, path, seed: 23);
            try
            {
                // The same path again, with other weights: an older file is overwritten, and nothing is kept from the first call.
                Once(saveAndLoad, folder, path, seed: 41);
            }
            catch (WrongAnswerException e)
            {
                throw new WrongAnswerException(
                    e.Expected,
                    "A first call was right. In a second one, with another trained network and the same path: " + e.Message,
                    e.Hint + " Save in every call, whether the file exists or not, and keep no network from an earlier call."
                );
            }

            return right;
        });

    private static string Once(
        Func<Module<Tensor, Tensor>, Func<Module<Tensor, Tensor>>, string, Module<Tensor, Tensor>> saveAndLoad,
        PracticeFolder folder,
        string path,
        int seed
    )
    {
        var trained = PracticeNetwork.Create(dropout: 0.5, seed: seed);
        var wanted = PracticeNetwork.Weights(trained);
        var made = new List<(Module<Tensor, Tensor> Model, float[] Weights)>();
        // As training leaves it.
        trained.train();
        var (loaded, failure) = Attempt.Of(() => saveAndLoad(trained, Create, path));
        if (failure?.SourceException is FileNotFoundException && !System.IO.File.Exists(path))
        {
            throw new WrongAnswerException(
                "A file at the path that your function is given.",
                "You load from a path, and nothing was saved there." + Elsewhere(folder),
                "Save `trained` to `path` before you load: `Weights.Save(trained, path)`. And load from the same path."
            );
        }

        failure?.Throw();
        LeftSwitchedOff.Check("`SaveAndLoad`");
        Objects(trained, loaded, made.ConvertAll(pair => pair.Model));
        Weights(folder, path, trained, wanted, loaded!, made);
        return Predictions(trained, loaded!);

        Module<Tensor, Tensor> Create()
        {
            var model = PracticeNetwork.Create(dropout: 0.5, seed: seed + 100 + made.Count);
            made.Add((model, PracticeNetwork.Weights(model)));
            return model;
        }
    }

    private static void Weights(
        PracticeFolder folder,
        string path,
        Module<Tensor, Tensor> trained,
        float[] wanted,
        Module<Tensor, Tensor> loaded,
        List<(Module<Tensor, Tensor> Model, float[] Weights)> made
    )
    {
        if (!PracticeNetwork.Weights(trained).AsSpan().SequenceEqual(wanted))
        {
            throw new WrongAnswerException(
                "The trained network stays as it is.",
                "Its weights were overwritten.",
                "Save the trained network, then load into the new one; you may have swapped the two."
            );
        }

        if (!System.IO.File.Exists(path))
        {
            throw new WrongAnswerException(
                "A file at the path that your function is given.",
                "There is no file." + Elsewhere(folder),
                "`Weights.Save(trained, path)` writes it; use the path as it is, and leave the file there for later."
            );
        }

        var saved = SavedWeights.Read(path);
        if (made.Exists(pair => pair.Weights.AsSpan().SequenceEqual(saved)))
        {
            throw new WrongAnswerException(
                "The file holds the weights of the trained network.",
                "It holds the random weights of the new one.",
                "Save `trained`, before you load."
            );
        }

        if (!saved.AsSpan().SequenceEqual(wanted))
        {
            throw new WrongAnswerException(
                "The file holds the weights of the trained network.",
                "It holds others.",
                "Save `trained` as it is given."
            );
        }

        var weights = PracticeNetwork.Weights(loaded);
        if (made.Exists(pair => pair.Weights.AsSpan().SequenceEqual(weights)))
        {
            throw new WrongAnswerException(
                "The new network has the weights of the file.",
                "It still has the random weights with which it was made.",
                "`Weights.Load(loaded, path)` reads them into the network that you return."
            );
        }
    }

    private static void Objects(Module<Tensor, Tensor> trained, Module<Tensor, Tensor>? loaded, List<Module<Tensor, Tensor>> made)
    {
        const string Expected = "A new network, made with `createModel()`.";
        if (loaded is null)
        {
            throw new WrongAnswerException(Expected, "Your function returned null.", "Return the network into which you loaded the file.");
        }

        if (ReferenceEquals(loaded, trained))
        {
            throw new WrongAnswerException(
                Expected,
                "Your function returned the trained network itself.",
                "Whoever loads a file later no longer has that object: make a new one and load into it."
            );
        }

        if (!made.Contains(loaded))
        {
            throw new WrongAnswerException(
                Expected,
                made.Count == 0
                    ? "A network that came from elsewhere: `createModel` was never called."
                    : "A network that came from elsewhere, and not from this call's `createModel`.",
                "Call the parameter `createModel`, which makes a network of the right kind with random weights, and return it when it "
                    + "is loaded."
            );
        }
    }

    private static string Predictions(Module<Tensor, Tensor> trained, Module<Tensor, Tensor> loaded)
    {
        const int Count = 50;
        using var images = PracticeImages.Quarters(Count, seed: 29).ToImageTensor();
        if (loaded.training || loaded.modules().Any(layer => layer.training))
        {
            throw new WrongAnswerException(
                "A network that is ready to predict: in evaluation mode.",
                "It is in training mode, where dropout makes every prediction a little different.",
                "A new network begins in training mode: call `eval()` on it before you return it, on the new one and not on `trained`."
            );
        }

        using var noGradients = no_grad();
        trained.eval();
        var (before, after) = (trained.call(images).data<float>().ToArray(), loaded.call(images).data<float>().ToArray());
        var different = before
            .Zip(after)
            .Count(pair => BitConverter.SingleToInt32Bits(pair.First) != BitConverter.SingleToInt32Bits(pair.Second));
        if (different > 0)
        {
            throw new WrongAnswerException(
                "The same predictions, bit for bit.",
                $"{different} of {before.Length} logits differ, by up to {before.Zip(after, (a, b) => Math.Abs(a - b)).Max():0.######}.",
                "Load the whole file, and change nothing afterwards."
            );
        }

        return $"A new network, loaded from the file, gives the same {before.Length} logits for {Count} images, bit for bit.";
    }

    /// <summary>Names a file that was saved beside the path.</summary>
    private static string Elsewhere(PracticeFolder folder) =>
        folder.Files.FirstOrDefault(file => file != File) is { } other
            ? $" The path ends in {File}; there is a file {other} beside it."
            : "";
}
