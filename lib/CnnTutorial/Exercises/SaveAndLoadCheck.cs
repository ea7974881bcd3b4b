using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Step 5: a file, a new object, and the same predictions bit for bit.</summary>
internal static class SaveAndLoadCheck
{
    private const string Reload = "`Weights.Load(loaded, path)` reads them into the network that you return.";

    public static string Run(Func<Module<Tensor, Tensor>, Func<Module<Tensor, Tensor>>, string, Module<Tensor, Tensor>> saveAndLoad)
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
                throw new WrongAnswerException(
                    e.Expected,
                    "A first call was right. A second one, with another trained network and the same path, was not. " + e.Message,
                    e.Hint + " Save in every call, whether the file exists or not, and keep no network from an earlier call."
                );
            }

            return right;
        });
        PracticeFolder.Run(folder =>
        {
            ThrowIfNotRead(saveAndLoad, folder);
            return true;
        });
        return right;
    }

    private static string Once(
        Func<Module<Tensor, Tensor>, Func<Module<Tensor, Tensor>>, string, Module<Tensor, Tensor>> saveAndLoad,
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
            var damaged = failure.SourceException is InvalidDataException;
            if ((call.NotLoaded(failure.SourceException) ?? (damaged ? call.Saved() : null)) is { } reason)
            {
                throw reason;
            }

            failure.Throw();
        }

        LeftSwitchedOff.Check("`SaveAndLoad`");
        Objects(call, loaded, earlier);
        Weights(call, wanted, loaded!, earlier);
        return Predictions(call.Trained, loaded!);
    }

    private static void Objects(SaveAndLoadCall call, Module<Tensor, Tensor>? loaded, SaveAndLoadCall? earlier)
    {
        const string Expected = "A new network, made with `createModel()`.";
        if (loaded is null)
        {
            throw new WrongAnswerException(Expected, "Your function returned null.", "Return the network into which you loaded the file.");
        }

        if (PracticeNetwork.IsFreed(call.Trained) || PracticeNetwork.IsFreed(loaded))
        {
            throw new WrongAnswerException(
                "Both networks can be used afterwards.",
                PracticeNetwork.IsFreed(loaded)
                    ? "Your function returned a network that was freed already: its weights are gone."
                    : "Your function freed `trained`: its weights are gone, and its caller may still need them.",
                "`using` or `Dispose()` frees a network: leave it out."
            );
        }

        if (ReferenceEquals(loaded, call.Trained))
        {
            throw call.Saved()
                ?? new WrongAnswerException(
                    Expected,
                    "Your function returned the trained network itself.",
                    "Whoever loads a file later no longer has that object: make a new one and load into it."
                );
        }

        if (!call.HasMade(loaded))
        {
            var inside = loaded.modules().Any(module => module is Module<Tensor, Tensor> part && call.HasMade(part));
            throw new WrongAnswerException(
                Expected,
                inside
                        ? "Your function returned a network around the new one, with more layers: "
                            + $"{string.Join(", ", loaded.named_children().Select(child => child.name))}."
                    : earlier?.HasMade(loaded) == true ? "Your function returned the network that the first call made."
                    : "Your function returned a network that came from elsewhere: "
                        + (call.Made.Count == 0 ? "`createModel` was never called." : "this call's `createModel` did not make it."),
                inside
                    ? "Return the network of `createModel()` itself: the trained one gives logits, and so must the loaded one."
                    : "Call the parameter `createModel`, load into its network, and return that one. A variable of the notebook, or "
                        + "`CreateModel` with a capital C, is not it."
            );
        }
    }

    private static void Weights(SaveAndLoadCall call, float[] wanted, Module<Tensor, Tensor> loaded, SaveAndLoadCall? earlier)
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
                call.IsDeleted ? "The file was saved, and it is gone again."
                    : call.Elsewhere() is { Length: > 0 } elsewhere ? "The file is not where it should be." + elsewhere
                    : "There is no file.",
                "`Weights.Save(trained, path)` writes it; use the path as it is, and leave the file there for later."
            );
        }

        float[] saved;
        try
        {
            saved = SavedWeights.Read(call.FilePath, "trained", ownFormat: true);
        }
        catch (WrongAnswerException) when (call.Saved() is { } reason)
        {
            throw reason;
        }

        if (!saved.AsSpan().SequenceEqual(wanted))
        {
            throw call.Saved()
                ?? new WrongAnswerException(
                    "The file holds the weights of the trained network.",
                    call.Made.Any(pair => pair.Weights.AsSpan().SequenceEqual(saved)) ? "The file holds the random weights of the new one."
                        : earlier is not null && PracticeNetwork.Weights(earlier.Trained).AsSpan().SequenceEqual(saved)
                            ? "The file still holds the weights of the first call's network."
                        : "The file holds other weights.",
                    "Save `trained` as it is given, before you load."
                );
        }

        var weights = PracticeNetwork.Weights(loaded);
        if (call.Made.Any(pair => pair.Weights.AsSpan().SequenceEqual(weights)))
        {
            throw call.NotLoaded(failure: null)
                ?? call.LoadedInto(loaded)
                ?? new WrongAnswerException(
                    "The new network has the weights of the file.",
                    "The new network still has the random weights with which it was made.",
                    Reload
                );
        }
    }

    /// <summary>Finds out whether the new network's weights come from the file: as soon as there is one, all networks get other
    /// weights.</summary>
    /// <remarks>Only a network that has those other weights, while the file has the right ones, tells. Code that throws here may do so
    /// because it compares the two networks itself.</remarks>
    private static void ThrowIfNotRead(
        Func<Module<Tensor, Tensor>, Func<Module<Tensor, Tensor>>, string, Module<Tensor, Tensor>> saveAndLoad,
        PracticeFolder folder
    )
    {
        var others = PracticeNetwork.Create(seed: 61);
        var isChanged = false;
        SaveAndLoadCall call = null!;
        call = new SaveAndLoadCall(folder, seed: 59) { BeforeCreate = () => Change(File.Exists(call.FilePath)) };
        var wanted = PracticeNetwork.Weights(call.Trained);
        folder.Log.AfterSave = () => Change(true);
        var (loaded, failure) = Attempt.Of(() => saveAndLoad(call.Trained, call.Create, call.FilePath));
        folder.Log.AfterSave = null;
        if (
            failure is null
            && loaded is not null
            && PracticeNetwork.Weights(loaded).AsSpan().SequenceEqual(PracticeNetwork.Weights(others))
            && File.Exists(call.FilePath)
            && SavedWeights.Read(call.FilePath, "trained", ownFormat: true).AsSpan().SequenceEqual(wanted)
        )
        {
            throw new WrongAnswerException(
                "The new network has its weights from the file.",
                "The file was written and never read: the weights were copied from `trained`, in memory.",
                "Who uses the file later has no `trained`. " + Reload
            );
        }

        void Change(bool now)
        {
            if (now && !isChanged)
            {
                isChanged = true;
                PracticeNetwork.Copy(others, call.Trained);
                foreach (var (model, _) in call.Made)
                {
                    PracticeNetwork.Copy(others, model);
                }
            }
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
                "The new network is in training mode, where dropout makes every prediction a little different.",
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
}
