using System.Security.Cryptography;
using System.Text.RegularExpressions;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Step 4: after epochs 10 and 20, and at no other time, a file with the weights of that moment.</summary>
internal static partial class CheckpointCheck
{
    // Not a multiple of ten, so that what is saved at the end of training shows.
    private const int Epochs = 25;
    private const string Expected = "A file after epoch 10 and one after epoch 20: epoch-10.safetensors and epoch-20.safetensors.";

    public static string Run(Func<string, Callback> create) =>
        PracticeFolder.Run(folder =>
        {
            var callback =
                create(folder)
                ?? throw new WrongAnswerException(
                    "A callback.",
                    "Your function returned null.",
                    "Make the callback in the check cell: `folder => new SaveEveryTenEpochs(folder)`."
                );
            var watch = new Watch(folder);
            var model = PracticeNetwork.Create(seed: 17);
            try
            {
                new Trainer(model, CrossEntropyLoss(), optim.SGD(model.parameters(), 0.05)) { ShowsProgress = false }.Fit(
                    PracticeImages.Quarters(20, seed: 19),
                    epochs: Epochs,
                    batchSize: 20,
                    seed: 1,
                    callbacks: [callback, watch]
                );
            }
            catch (Exception e)
                when (e is IOException or UnauthorizedAccessException
                    && e.Message.Contains(folder, StringComparison.Ordinal)
                    && !e.Message.Contains(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
                )
            {
                throw new WrongAnswerException(
                    Expected,
                    "The path to which you save is the folder itself.",
                    "That is a folder; add a file name with Path.Combine: `Path.Combine(_folder, $\"epoch-{result.Epoch}.safetensors\")`."
                );
            }

            When(watch);
            Names(watch);
            Contents(folder, watch);
            return "In a training of 25 epochs two files were written, after epochs 10 and 20; both can be loaded and hold the weights "
                + "of their epoch.";
        });

    private static void When(Watch watch)
    {
        var times = watch.Writes.Select(write => write.Epoch).Distinct().ToList();
        if (times is [10, 20])
        {
            return;
        }

        var (seen, hint) = times switch
        {
            [] => (
                $"Nothing was saved in {Epochs} epochs: no file appeared in the folder.",
                "`OnEpochEnd` is called after each epoch: save there if `result.Epoch % 10 == 0`, with `Weights.Save`, to a path in the "
                    + "folder that your constructor was given: `Path.Combine(_folder, …)`."
            ),
            [Epochs] or [Epochs + 1] => (
                "One file, at the end of the training.",
                "`OnEpochEnd` is called after each epoch: save there whenever the epoch's number is divisible by ten."
            ),
            { Count: >= Epochs } => ("A file after every epoch.", "Save only if `result.Epoch % 10 == 0`."),
            [9, 19] or [11, 21] or [1, 11, 21] => (
                $"Files after the epochs {string.Join(", ", times)}: one off.",
                "`result.Epoch` counts from 1: after the tenth epoch it is 10, and `10 % 10 == 0`."
            ),
            [10, 20, Epochs + 1] or [10, 20, Epochs] => (
                "Files after epochs 10 and 20, and one more at the end of the training.",
                "Save in `OnEpochEnd` alone."
            ),
            [10] => (
                "A file after epoch 10 and none after epoch 20.",
                "Every tenth epoch: the remainder `result.Epoch % 10` is zero again at 20."
            ),
            [0, ..] => ("A file before the first epoch.", "Save in `OnEpochEnd`, not when training begins."),
            _ => ($"Files after the epochs {string.Join(", ", times)}.", "Save in `OnEpochEnd`, if `result.Epoch % 10 == 0`."),
        };
        throw new WrongAnswerException(Expected, seen, hint);
    }

    private static void Names(Watch watch)
    {
        var files = watch.Writes.Select(write => write.File).Distinct().ToList();
        if (files.Count == 1)
        {
            throw new WrongAnswerException(
                Expected,
                $"One file, {files[0]}, which epoch 20 overwrote.",
                "Put the epoch's number into the file's name: `$\"epoch-{result.Epoch}.safetensors\"`."
            );
        }

        if (files.Count != watch.Writes.Count)
        {
            throw new WrongAnswerException(
                Expected,
                "After epoch 20 the file of epoch 10 was written again.",
                "Write one file an epoch, the one with its number."
            );
        }

        foreach (var (epoch, file) in watch.Writes)
        {
            if (!Number().Matches(file).Any(match => int.Parse(match.Value) == epoch))
            {
                throw new WrongAnswerException(
                    Expected,
                    $"The file after epoch {epoch} is called {file}.",
                    "The name holds the epoch's number: `$\"epoch-{result.Epoch}.safetensors\"`."
                );
            }
        }

        if (files.Count != 2)
        {
            throw new WrongAnswerException(Expected, $"{files.Count} files: {string.Join(", ", files)}.", "One file for each checkpoint.");
        }

        foreach (var (epoch, file) in watch.Writes)
        {
            if (file != $"epoch-{epoch}.safetensors")
            {
                throw new WrongAnswerException(
                    Expected,
                    $"At the right time, but the file is called {file}, not epoch-{epoch}.safetensors.",
                    "Who looks for the file knows its name from the task: `$\"epoch-{result.Epoch}.safetensors\"`, in the folder itself, "
                        + "with the hyphen, and the number without zeros before it."
                );
            }
        }
    }

    private static void Contents(string folder, Watch watch)
    {
        foreach (var (epoch, file) in watch.Writes)
        {
            var saved = SavedWeights.Read(Path.Combine(folder, file));
            if (!saved.SequenceEqual(watch.Weights[epoch]))
            {
                var other = watch.Weights.FindIndex(weights => weights.SequenceEqual(saved));
                throw new WrongAnswerException(
                    $"{file} holds the weights after epoch {epoch}.",
                    other switch
                    {
                        0 => "It holds the weights from before the training: an untrained network.",
                        > 0 => $"It holds those after epoch {other}.",
                        _ => "It holds those of another network.",
                    },
                    "Save `state.Model`: the network in training, as it is at that moment."
                );
            }
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();

    /// <summary>Comes after the learner's callback, or the library's own, and notes what that did.</summary>
    private sealed class Watch(string folder) : Callback
    {
        private Dictionary<string, string> _files = [];

        /// <summary>When each file was written: an epoch, 0 for before the first, or one more than the last for the end of
        /// training.</summary>
        public List<(int Epoch, string File)> Writes { get; } = [];

        /// <summary>The weights after each epoch; at 0, before the first.</summary>
        public List<float[]> Weights { get; } = [];

        public override void OnTrainBegin(TrainingState state) => Note(0, state.Model);

        internal override void AfterEpoch(TrainingState state) => Note(state.Epoch, state.Model);

        public override void OnTrainEnd(TrainingState state, History history) => Note(Epochs + 1, state.Model);

        private void Note(int epoch, Module<Tensor, Tensor> model)
        {
            Weights.Add(PracticeNetwork.Weights(model));
            var files = Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .ToDictionary(
                    path => Path.GetRelativePath(folder, path),
                    path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))
                );
            Writes.AddRange(files.Where(file => _files.GetValueOrDefault(file.Key) != file.Value).Select(file => (epoch, file.Key)));
            _files = files;
        }
    }
}
