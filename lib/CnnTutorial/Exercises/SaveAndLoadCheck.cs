using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Step 5: a file, a new object, and the same predictions bit for bit.</summary>
internal static class SaveAndLoadCheck
{
    public static string Run(Func<Module<Tensor, Tensor>, Func<Module<Tensor, Tensor>>, string, Module<Tensor, Tensor>> saveAndLoad) =>
        PracticeFolder.Run(folder =>
        {
            var path = Path.Combine(folder, "practice.safetensors");
            var trained = PracticeNetwork.Create(dropout: 0.5, seed: 23);
            var wanted = PracticeNetwork.Weights(trained);
            var made = new List<(Module<Tensor, Tensor> Model, float[] Weights)>();
            // As training leaves it.
            trained.train();
            Module<Tensor, Tensor> loaded;
            try
            {
                loaded = saveAndLoad(trained, Create, path);
            }
            catch (FileNotFoundException) when (!File.Exists(path))
            {
                throw new WrongAnswerException(
                    "A file at the path that your function is given.",
                    "You load from the path, and nothing was saved there.",
                    "Save `trained` to `path` before you load: `Weights.Save(trained, path)`."
                );
            }

            Objects(trained, loaded, made.ConvertAll(pair => pair.Model));
            if (!PracticeNetwork.Weights(trained).SequenceEqual(wanted))
            {
                throw new WrongAnswerException(
                    "The trained network stays as it is.",
                    "Its weights were overwritten.",
                    "Save the trained network, then load into the new one; you may have swapped the two."
                );
            }

            if (!File.Exists(path))
            {
                throw new WrongAnswerException(
                    "A file at the path that your function is given.",
                    "There is no file.",
                    "`Weights.Save(trained, path)` writes it."
                );
            }

            var saved = SavedWeights.Read(path);
            if (made.Exists(pair => pair.Weights.SequenceEqual(saved)))
            {
                throw new WrongAnswerException(
                    "The file holds the weights of the trained network.",
                    "It holds the random weights of the new one.",
                    "Save `trained`, before you load."
                );
            }

            if (!saved.SequenceEqual(wanted))
            {
                throw new WrongAnswerException(
                    "The file holds the weights of the trained network.",
                    "It holds others.",
                    "Save `trained` as it is given."
                );
            }

            var weights = PracticeNetwork.Weights(loaded);
            if (made.Exists(pair => pair.Weights.SequenceEqual(weights)))
            {
                throw new WrongAnswerException(
                    "The new network has the weights of the file.",
                    "It still has the random weights with which it was made.",
                    "`Weights.Load(loaded, path)` reads them in."
                );
            }

            return Predictions(trained, loaded);

            Module<Tensor, Tensor> Create()
            {
                var model = PracticeNetwork.Create(dropout: 0.5, seed: 100 + made.Count);
                made.Add((model, PracticeNetwork.Weights(model)));
                return model;
            }
        });

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
                "A network that came from elsewhere.",
                "Call the parameter `createModel`, which makes a network of the right kind with random weights, and return it when it "
                    + "is loaded."
            );
        }
    }

    private static string Predictions(Module<Tensor, Tensor> trained, Module<Tensor, Tensor> loaded)
    {
        const int Count = 50;
        var images = PracticeImages.Quarters(Count, seed: 29).ToImageTensor();
        if (loaded.training)
        {
            throw new WrongAnswerException(
                "A network that is ready to predict: in evaluation mode.",
                "It is in training mode, where dropout makes every prediction a little different.",
                "A new network begins in training mode: call `eval()` on it before you return it."
            );
        }

        using var noGradients = no_grad();
        trained.eval();
        var (before, after) = (trained.call(images).data<float>().ToArray(), loaded.call(images).data<float>().ToArray());
        var different = before
            .Zip(after)
            .Count(pair => BitConverter.SingleToInt32Bits(pair.First) != BitConverter.SingleToInt32Bits(pair.Second));
        return different == 0
            ? $"A new network, loaded from the file, gives the same {before.Length} logits for {Count} images, bit for bit."
            : throw new WrongAnswerException(
                "The same predictions, bit for bit.",
                $"{different} of {before.Length} logits differ.",
                "Load the file wholly, and change nothing after."
            );
    }
}
