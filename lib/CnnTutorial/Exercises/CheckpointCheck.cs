using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Step 4: after every tenth epoch, and at no other time, a file with the weights of that moment.</summary>
internal static class CheckpointCheck
{
    // Not a multiple of ten, to detect a file saved at the end of training; and two batches per epoch, to detect code that counts
    // batches.
    private const int Epochs = 35;
    private const int Images = 20;
    private const int BatchSize = 10;
    private const string Ending = ".safetensors";
    private const string Expected =
        "A file after each of the epochs 10, 20 and 30: epoch-10.safetensors, epoch-20.safetensors and epoch-30.safetensors.";

    // Beyond the numbers that anybody would write down one by one; and a multiple of ten, to detect code that leaves out the last epoch.
    private const int LaterEpochs = 120;

    private const string Static =
        "Is there a count, a path or a network in a `static` field, or outside the class? Keep the folder in a field of the "
        + "object, and ask `result.Epoch` for the number.";

    public static string Run(Func<string, Callback> create)
    {
        var ending = PracticeFolder.Run(folder =>
        {
            var (watch, callback) = Train(create, folder, Epochs);
            if (watch.Writes.Count == 0)
            {
                throw Nothing(create, callback);
            }

            When(watch);
            Names(watch);
            Contents(folder, watch);
            return Path.GetExtension(watch.Writes[0].File);
        });
        try
        {
            PracticeFolder.Run(folder => Again(create, folder, ending));
        }
        catch (WrongAnswerException e)
        {
            throw e.After($"In a first training all was right. In a second one, of {LaterEpochs} epochs, it was not.");
        }

        return $"In a training of {Epochs} epochs three files were written, after epochs 10, 20 and 30; all can be loaded and hold "
            + $"the weights of their epoch. So it was in a training of {LaterEpochs} epochs, in a folder with files of an earlier one.";
    }

    private static (CheckpointWatch Watch, Callback Callback) Train(Func<string, Callback> create, PracticeFolder folder, int epochs)
    {
        var watch = new CheckpointWatch(folder, epochs);
        watch.Begin();
        var callback =
            create(folder.Path)
            ?? throw new WrongAnswerException(
                "A callback.",
                "Your function returned null.",
                "Make the callback in the check cell: `folder => new SaveEveryTenEpochs(folder)`."
            );
        if (epochs == LaterEpochs)
        {
            // Each callback saves in its own folder, whichever was made last.
            create(folder.Other);
        }

        var model = PracticeNetwork.Create(seed: epochs);
        try
        {
            new Trainer(model, CrossEntropyLoss(), optim.SGD(model.parameters(), 0.05)) { ShowsProgress = false }.Fit(
                PracticeImages.Quarters(Images, seed: 19),
                epochs: epochs,
                batchSize: BatchSize,
                seed: 1,
                callbacks: [watch.First, callback, watch]
            );
        }
        catch (Exception e)
            when (e is IOException and not DirectoryNotFoundException or UnauthorizedAccessException
                && e.Message.Contains(folder.Path, StringComparison.Ordinal)
                && !e.Message.Contains(folder.Path + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            )
        {
            throw new WrongAnswerException(
                Expected,
                "The path to which you save is the folder itself.",
                "That is a folder; add a file name with Path.Combine: `Path.Combine(_folder, $\"epoch-{result.Epoch}.safetensors\")`."
            );
        }
        catch (IOException) when (folder.Log.Saved is [.., { Failure: not null }] && folder.Stray is not null)
        {
            // The reason follows.
        }

        watch.ThrowIfUnfinished(Expected);
        // A copy elsewhere does no harm where the files are in the folder too.
        return watch.Writes.Count == 0 && folder.Stray is { } stray ? throw Elsewhere(folder, stray) : (watch, callback);
    }

    /// <summary>Trains for longer, with a new callback, where an earlier training has left files.</summary>
    private static bool Again(Func<string, Callback> create, PracticeFolder folder, string ending)
    {
        int[] old = [10, 20];
        Array.ForEach(old, epoch => Weights.Save(PracticeNetwork.Create(seed: epoch), Path.Combine(folder.Path, Name(epoch))));
        var (watch, _) = Train(create, folder, LaterEpochs);
        // A copy of the older file is no mistake.
        watch.Writes.RemoveAll(write => write.Epoch % 10 == 0 && write.File != Name(write.Epoch));
        var wanted = Enumerable.Range(1, LaterEpochs / 10).Select(number => 10 * number).ToList();
        var missing = wanted.Where(epoch => !watch.Writes.Exists(write => write.Epoch == epoch)).ToList();
        var extra = watch.Writes.Find(write => write.Epoch % 10 != 0);
        if (extra.File is null && missing.Count == 0)
        {
            Contents(folder, watch);
            return true;
        }

        var (seen, hint) = missing switch
        {
            _ when extra.File is not null => ($"After epoch {extra.Epoch} {extra.File} was saved.", Static),
            _ when missing.TrueForAll(old.Contains) => (
                $"The folder held {string.Join(" and ", missing.Select(Name))} of an earlier training, and they were not written again: "
                    + "they still hold the old weights.",
                "Does your code ask whether the file exists? Save in any case; `Weights.Save` replaces an older file."
            ),
            _ when missing is [LaterEpochs] => (
                $"There was no file after epoch {LaterEpochs}, the last one.",
                "The last epoch is like any other: save if `result.Epoch % 10 == 0`. Does your condition go on with "
                    + "`&& result.Epoch < state.Epochs`?"
            ),
            _ when missing[0] > 30 && missing.Count == wanted.Count(epoch => epoch >= missing[0]) => (
                $"There was no file after epoch {missing[0]}, nor after any later one.",
                "“and so on”: ask for the remainder, `result.Epoch % 10 == 0`, and not for numbers that you write down one by one."
            ),
            _ => ($"There was no file after the epochs {string.Join(", ", missing)}.", Static),
        };
        throw new WrongAnswerException("A file after each tenth epoch, in every training.", seen, hint);

        string Name(int epoch) => $"epoch-{epoch}{ending}";
    }

    /// <summary>Why no file appeared.</summary>
    private static WrongAnswerException Nothing(Func<string, Callback> create, Callback callback)
    {
        const string Method = nameof(Callback.OnEpochEnd);
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var own = callback.GetType().GetMethods(All).Where(method => method.Name.Equals(Method, StringComparison.OrdinalIgnoreCase));
        if (own.FirstOrDefault(method => method.GetBaseDefinition().DeclaringType != typeof(Callback)) is { } hiding)
        {
            return new(
                Expected,
                $"Nothing was saved in {Epochs} epochs. Your class has a method {hiding.Name} of its own, which the training does not "
                    + "call: it does not override the one of `Callback`.",
                $"Write it with the word `override`, and with both parameters: `public override void {Method}(TrainingState state, "
                    + "EpochResult result)`."
            );
        }

        const int More = 40;
        if (PracticeFolder.Run(other => Train(create, other, More).Watch.Writes) is [var first, ..])
        {
            return new(
                Expected,
                $"Nothing was saved in {Epochs} epochs; in a training of {More} epochs there was a file after epoch {first.Epoch}.",
                "Does your condition ask for `state.Epochs`? That is how many epochs there will be; `result.Epoch` is the one that is "
                    + "over: `result.Epoch % 10 == 0`."
            );
        }

        return new(
            Expected,
            $"Nothing was saved in {Epochs} epochs: no file appeared in the folder that your constructor was given.",
            $"`{Method}` is called after each epoch: save there if `result.Epoch % 10 == 0`, with `Weights.Save`, to a path in the "
                + "folder that your constructor was given: `Path.Combine(_folder, …)`."
        );
    }

    /// <summary>For a file that was saved outside the folder.</summary>
    private static WrongAnswerException Elsewhere(PracticeFolder folder, string path)
    {
        var (place, cause) = (Path.GetDirectoryName(path), "Is the folder of the constructor in a field of the object, and not `static`?");
        if (path.StartsWith(folder.Path, StringComparison.Ordinal))
        {
            cause = "A separator belongs between the folder and the file's name; `_folder + …` puts none there.";
        }
        else if (place == Path.GetPathRoot(path))
        {
            cause = "Does the name begin with a slash? Then it is a whole path, and `Path.Combine` drops the folder before it.";
        }
        else if (place == Environment.CurrentDirectory)
        {
            cause = "That is the current folder, where the notebook is: put the folder before the name.";
        }

        return new(
            Expected,
            $"The file was saved as {folder.Show(path)}, and not in the folder that your constructor was given.",
            cause + " Save to `Path.Combine(_folder, $\"epoch-{result.Epoch}.safetensors\")`."
        );
    }

    private static void When(CheckpointWatch watch)
    {
        if (watch.Late is { } late)
        {
            if (watch.Writes.Find(write => write.File == "epoch-0" + Path.GetExtension(write.File)) is { File: { } zero } at)
            {
                throw new WrongAnswerException(
                    Expected,
                    $"The file after epoch {at.Epoch} is called {zero}.",
                    "The number in the name is that of the epoch that is over, `result.Epoch`, which counts from 1; is yours a count of "
                        + "your own?"
                );
            }

            throw new WrongAnswerException(
                Expected,
                $"{late.File} appeared only {(late.Epoch > Epochs ? "after the training" : $"after epoch {late.Epoch}")}: it was not "
                    + "there yet when `OnEpochEnd` returned.",
                "Save in the call for that epoch, and not in the next one; and wait for a `Task` that saves: the training goes on at once "
                    + "and changes the weights."
            );
        }

        if (watch.Writes.FirstOrDefault(write => write.InBatch) is { File: not null } early)
        {
            throw new WrongAnswerException(
                Expected,
                $"{early.File} was written after a batch of epoch {early.Epoch}; an epoch has {Images / BatchSize} batches here, and "
                    + "the epoch "
                    + "was not over.",
                "`OnBatchEnd` is called after each batch, `OnEpochEnd` after each epoch: save in `OnEpochEnd`, if `result.Epoch % 10 == 0`."
            );
        }

        var times = watch.Writes.Select(write => write.Epoch).Distinct().ToList();
        if (times is [10, 20, 30])
        {
            return;
        }

        var list = string.Join(", ", times);
        var (seen, hint) = times switch
        {
            [Epochs] or [Epochs + 1] => (
                "One file, at the end of the training.",
                "`OnEpochEnd` is called after each epoch: save there whenever the epoch's number is divisible by ten."
            ),
            { Count: >= Epochs } => ("A file after every epoch.", "Save only if `result.Epoch % 10 == 0`."),
            [9, 19, 29] or [11, 21, 31] or [1, 11, 21, 31] => (
                $"Files after the epochs {list}: one off.",
                "`result.Epoch` counts from 1: after the tenth epoch it is 10, and `10 % 10 == 0`."
            ),
            [10, 20, 30, Epochs + 1] => (
                "Files after epochs 10, 20 and 30, and one more at the end of the training.",
                "Save only in `OnEpochEnd`."
            ),
            [10, 20, 30, Epochs] => (
                $"Files after epochs 10, 20 and 30, and one more after epoch {Epochs}, the last.",
                "The last epoch is like any other: save only if `result.Epoch % 10 == 0`. Does your condition go on with "
                    + "`|| result.Epoch == state.Epochs`?"
            ),
            [10] or [10, 20] => (
                $"Only after these epochs there was a file: {list}.",
                "“and so on”: ask for the remainder, `result.Epoch % 10 == 0`, which is zero again at 20 and at 30."
            ),
            [0, ..] => ("A file before the first epoch.", "Save in `OnEpochEnd`, not when training begins."),
            [var first, ..] when times.Zip(times.Skip(1), (a, b) => b - a).All(step => step == 1) && times.Count > 1 => (
                $"Files after each of the epochs {first} to {times[^1]}.",
                "Is it `/ 10`, or `>= 10`? Every tenth epoch is the one whose remainder is zero: `result.Epoch % 10 == 0`."
            ),
            _ when times.SequenceEqual(Enumerable.Range(1, Epochs).Where(epoch => epoch % 10 != 0)) => (
                "Files after every epoch but 10, 20 and 30: the condition is reversed.",
                "`==` instead of `!=`: save only if `result.Epoch % 10 == 0`."
            ),
            [var first, var second, ..] when times.Zip(times.Skip(1), (a, b) => b - a).All(step => step == second - first) => (
                $"Files after the epochs {list}: every {second - first} epochs, from {first} on.",
                "Save in `OnEpochEnd`, if `result.Epoch % 10 == 0`."
            ),
            _ => ($"Files after the epochs {list}.", "Save in `OnEpochEnd`, if `result.Epoch % 10 == 0`."),
        };
        throw new WrongAnswerException(Expected, seen, hint);
    }

    private static void Names(CheckpointWatch watch)
    {
        var files = watch.Writes.Select(write => write.File).Distinct().ToList();
        if (files.Count == 1)
        {
            throw new WrongAnswerException(
                Expected,
                $"One file, {files[0]}, which epoch 20 overwrote.",
                files[0].Contains('{', StringComparison.Ordinal)
                    ? "The `$` before the text is missing: only in `$\"epoch-{result.Epoch}.safetensors\"` the braces are replaced by "
                        + "the number."
                    : "Put the epoch's number into the file's name: `$\"epoch-{result.Epoch}.safetensors\"`."
            );
        }

        if (watch.Removed is { } removed)
        {
            throw new WrongAnswerException(
                Expected,
                $"{removed.File} was removed again after epoch {removed.Epoch}.",
                "All checkpoints stay: leave out `File.Delete` and `Directory.Delete`."
            );
        }

        if (watch.Writes.GroupBy(write => write.File).FirstOrDefault(writes => writes.Count() > 1) is { } again)
        {
            throw new WrongAnswerException(
                Expected,
                $"{again.Key} was written {again.Count()} times, at last after epoch {again.Last().Epoch}.",
                "Write one file per checkpoint, the one with its epoch's number, and no other."
            );
        }

        if (files.Count != 3)
        {
            throw new WrongAnswerException(Expected, $"{files.Count} files: {string.Join(", ", files)}.", "One file for each checkpoint.");
        }

        // Both endings are allowed.
        if (
            watch.Writes.Find(write =>
                $"epoch-{write.Epoch}" is var name && write.File != name + ".weights" && write.File != name + Ending
            ) is
            { File: { } file } other
        )
        {
            throw new WrongAnswerException(
                Expected,
                $"At the right time, but the file after epoch {other.Epoch} is called {file}, not epoch-{other.Epoch}{Ending}.",
                "The task says what the file is called: `$\"epoch-{result.Epoch}.safetensors\"`, in the folder itself, with "
                    + "the hyphen, and the number without zeros before it."
            );
        }
    }

    private static void Contents(PracticeFolder folder, CheckpointWatch watch)
    {
        foreach (var (epoch, file, _) in watch.Writes)
        {
            var saved = SavedWeights.Read(Path.Combine(folder.Path, file), "state.Model", ownFormat: false);
            if (!saved.AsSpan().SequenceEqual(watch.Weights[epoch]))
            {
                var other = watch.Weights.FindIndex(weights => weights.AsSpan().SequenceEqual(saved));
                var apart =
                    saved.Length == watch.Weights[epoch].Length
                        ? saved.Zip(watch.Weights[epoch], (a, b) => Math.Abs(a - b)).Max()
                        : float.NaN;
                throw new WrongAnswerException(
                    $"{file} holds the weights after epoch {epoch}.",
                    other switch
                    {
                        0 => $"{file} holds the weights from before the training: an untrained network.",
                        > 0 => $"{file} holds those after epoch {other}.",
                        _ when apart < 1e-2 => $"{file} holds weights that are up to {apart:0.######} off: rounded, or of another type.",
                        _ => $"{file} holds those of another network: they are up to {apart:0.###} apart.",
                    },
                    "Save `state.Model`: the network in training, as it is at that moment."
                );
            }
        }
    }
}
