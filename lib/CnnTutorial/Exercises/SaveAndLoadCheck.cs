using TorchSharp;
using static TorchSharp.torch;
using Network = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace CnnTutorial;

/// <summary>Step 5: a file, a new object, and the same predictions bit for bit.</summary>
internal static class SaveAndLoadCheck
{
    public static string Run(Func<Network, Func<Network>, string, Network> saveAndLoad)
    {
        var right = PracticeFolder.Run(folder =>
        {
            var first = new SaveAndLoadCall(folder, seed: 23);
            var right = Once(saveAndLoad, folder, first);
            try
            {
                // The same path again, with other weights: an older file is overwritten, and nothing is kept from the first call.
                Once(saveAndLoad, folder, new SaveAndLoadCall(folder, seed: 41), first);
            }
            catch (WrongAnswerException e)
            {
                throw e.After(
                    "A first call was right. A second one, with another trained network and the same path, was not.",
                    "Save in every call, whether the file exists or not, and keep no network from an earlier call."
                );
            }

            return right;
        });
        return PracticeFolder.Run(folder => IsRead(saveAndLoad, folder))
            ? right
            : throw new WrongAnswerException(
                "The new network has its weights from the file.",
                "The file was written and never read: the weights were copied in memory.",
                "Who uses the file later has no `trained`. `Weights.Load(loaded, path)` reads it into the network that you return."
            );
    }

    private static string Once(
        Func<Network, Func<Network>, string, Network> saveAndLoad,
        PracticeFolder folder,
        SaveAndLoadCall call,
        SaveAndLoadCall? earlier = null
    )
    {
        folder.Log.Clear();
        var wanted = PracticeNetwork.Weights(call.Trained);
        // As training leaves it.
        call.Trained.train();
        var (loaded, failure) = Attempt.Of(() => saveAndLoad(call.Trained, call.Create, call.FilePath));
        if (failure is not null)
        {
            // What was saved is looked at only where the file could not be loaded: another exception has another cause.
            var isDamaged = failure.SourceException is InvalidDataException;
            if ((call.NotLoaded(failure.SourceException) ?? (isDamaged ? call.Saved() : null)) is { } reason)
            {
                throw reason;
            }

            failure.Throw();
        }

        LeftSwitchedOff.Check("`SaveAndLoad` had ended");
        PracticeNetwork.ThrowIfFreed(call.Trained, "The network `trained`");
        Objects(call, loaded, earlier);
        Weights(call, wanted, loaded!, earlier);
        return Predictions(call.Trained, loaded!);
    }

    private static void Objects(SaveAndLoadCall call, Network? loaded, SaveAndLoadCall? earlier)
    {
        const string Expected = "A new network, made with `createModel()`.";
        if (loaded is null)
        {
            throw new WrongAnswerException(Expected, "Your function returned null.", "Return the network into which you loaded the file.");
        }

        PracticeNetwork.ThrowIfFreed(loaded, "The network that your function returned");
        if (ReferenceEquals(loaded, call.Trained))
        {
            throw call.Saved()
                ?? new WrongAnswerException(
                    Expected,
                    "Your function returned the trained network itself.",
                    "Whoever loads a file later no longer has that object: make a new one and load into it."
                );
        }

        if (!call.Made.ContainsKey(loaded))
        {
            throw new WrongAnswerException(
                Expected,
                "Your function returned "
                    + (
                        loaded.modules().OfType<Network>().Any(call.Made.ContainsKey)
                            ? "a network around the new one, with more layers: "
                                + $"{string.Join(", ", loaded.named_children().Select(child => child.name))}."
                        : earlier?.Made.ContainsKey(loaded) == true ? "the network that the first call made."
                        : call.Made.Count == 0 ? "a network that came from elsewhere: `createModel` was never called."
                        : "a network that came from elsewhere, and not from this call's `createModel`."
                    ),
                "Call the parameter `createModel`, load into its network, and return that one as it is. A variable of the notebook, or "
                    + "`CreateModel` with a capital C, is not it."
            );
        }
    }

    private static void Weights(SaveAndLoadCall call, float[] wanted, Network loaded, SaveAndLoadCall? earlier)
    {
        if (!PracticeNetwork.Weights(call.Trained).AsSpan().SequenceEqual(wanted))
        {
            throw call.Saved()
                ?? new WrongAnswerException(
                    "The trained network stays as it is.",
                    "The weights of `trained` were overwritten.",
                    "Save the trained network, then load into the new one; you may have swapped the two."
                );
        }

        if (!File.Exists(call.FilePath))
        {
            throw new WrongAnswerException(
                "A file at the path that your function is given.",
                call.WhyNoFile(),
                "`Weights.Save(trained, path)` writes it; use the path as it is, and leave the file there for later."
            );
        }

        var saved = SavedWeights.Read(call.FilePath, "trained", ownFormat: true);
        if (!saved.AsSpan().SequenceEqual(wanted))
        {
            var isOld = earlier is not null && PracticeNetwork.Weights(earlier.Trained).AsSpan().SequenceEqual(saved);
            throw call.Saved()
                ?? new WrongAnswerException(
                    "The file holds the weights of the trained network.",
                    isOld ? "The file still holds the weights of the first call's network." : "The file holds other weights.",
                    "Save `trained` as it is given, before you load."
                );
        }

        var weights = PracticeNetwork.Weights(loaded);
        if (call.Made.Values.Any(made => made.AsSpan().SequenceEqual(weights)))
        {
            throw call.NotLoaded(failure: null) ?? call.StillRandom(loaded);
        }
    }

    /// <summary>Whether the new network's weights come from the file: as soon as there is one, all networks get other weights.</summary>
    /// <remarks>Only a network that has those other weights, while the file has the right ones, tells. Code that throws here may do so
    /// because it compares the two networks itself.</remarks>
    private static bool IsRead(Func<Network, Func<Network>, string, Network> saveAndLoad, PracticeFolder folder)
    {
        var others = PracticeNetwork.Create(seed: 61);
        var call = new SaveAndLoadCall(folder, seed: 59);
        var wanted = PracticeNetwork.Weights(call.Trained);
        var isChanged = false;
        folder.Log.AfterSave = Change;
        call.BeforeCreate = () =>
        {
            if (File.Exists(call.FilePath))
            {
                Change();
            }
        };
        var (loaded, failure) = Attempt.Of(() => saveAndLoad(call.Trained, call.Create, call.FilePath));
        return failure is not null
            || loaded is null
            || !PracticeNetwork.Weights(loaded).AsSpan().SequenceEqual(PracticeNetwork.Weights(others))
            || !File.Exists(call.FilePath)
            || !SavedWeights.Read(call.FilePath, "trained", ownFormat: true).AsSpan().SequenceEqual(wanted);

        void Change()
        {
            if (!isChanged)
            {
                isChanged = true;
                PracticeNetwork.Copy(others, call.Trained);
                call.Made.Keys.ToList().ForEach(model => PracticeNetwork.Copy(others, model));
            }
        }
    }

    private static string Predictions(Network trained, Network loaded)
    {
        const int Count = 50;
        using var images = PracticeImages.Quarters(Count, seed: 29).ToImageTensor();
        // Layers around others have a mode too, which changes nothing.
        if (loaded.modules().Any(layer => layer.training && !layer.children().Any()))
        {
            throw new WrongAnswerException(
                "A network that is ready to predict: in evaluation mode.",
                "The new network is in training mode, where dropout makes every prediction a little different.",
                "A new network begins in training mode: call `eval()` on it before you return it, on the new one and not on `trained`, and "
                    + "`train()` nowhere after it."
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
}
