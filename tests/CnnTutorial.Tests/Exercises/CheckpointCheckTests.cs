using CnnTutorial.Tests.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises;

[Collection(TorchRandom.Name)]
public sealed class CheckpointCheckTests
{
    private const string NotThereYet = "it was not there yet when `OnEpochEnd` returned";

    private static readonly Dictionary<string, (Func<string, Callback> Code, string Seen)> Mistakes = new()
    {
        ["never"] = (_ => new Saving((_, _) => { }), "no file appeared in the folder that your constructor was given"),
        ["into another folder"] = (
            folder => At(Path.Combine(folder, "..", Path.GetFileName(folder) + "-elsewhere"), epoch => epoch % 10 == 0),
            "The file was saved as checkpoints-elsewhere/epoch-10.safetensors"
        ),
        ["a slash before the name"] = (
            folder => Named(folder, epoch => $"/epoch-{epoch}.safetensors"),
            $"The file was saved as {Path.GetFullPath("/epoch-10.safetensors")}"
        ),
        ["asks for all epochs"] = (
            folder => new Saving((state, _) => SaveIf(state.Epochs % 10 == 0, folder, state, state.Epochs)),
            "in a training of 40 epochs there was a file after epoch 1"
        ),
        ["without override"] = (folder => new Hiding(folder), "a method OnEpochEnd of its own, which the training does not call"),
        ["without the second parameter"] = (
            folder => new Overloading(folder),
            "a method OnEpochEnd of its own, which the training does not call"
        ),
        ["the last epoch too"] = (
            folder => new Saving((state, epoch) => SaveIf(epoch % 10 == 0 || epoch == state.Epochs, folder, state, epoch)),
            "one more after epoch 35, the last"
        ),
        ["by a list"] = (folder => At(folder, epoch => epoch is 10 or 20 or 30), "There was no file after epoch 40, nor after any later"),
        ["by a longer list"] = (
            folder => At(folder, epoch => epoch <= 100 && epoch % 10 == 0),
            "There was no file after epoch 110, nor after any later"
        ),
        ["only if there is no file"] = (
            folder => At(folder, epoch => epoch % 10 == 0 && !File.Exists(Path.Combine(folder, $"epoch-{epoch}.safetensors"))),
            "The folder held epoch-10.safetensors and epoch-20.safetensors of an earlier training"
        ),
        ["moved to where a file is"] = (folder => Moving(folder, overwrite: false), "because one of this name was there already"),
        ["a static folder"] = (folder => new StaticFolder(folder), "The file was saved as other-checkpoints/epoch-10.safetensors"),
        ["a static network"] = (folder => new StaticModel(folder), "epoch-10.safetensors holds those of another network"),
        ["left in evaluation mode"] = (
            folder => new Saving(
                (state, epoch) =>
                {
                    state.Model.eval();
                    SaveIf(epoch % 10 == 0, folder, state, epoch);
                }
            ),
            "After epoch 1 your callback left the network, or a layer of it, in evaluation mode"
        ),
        ["in TorchSharp's own format"] = (
            folder => Own(folder, "safetensors"),
            "is in TorchSharp's own format, which `state.Model.save` writes"
        ),
        ["using on the network"] = (
            folder => new Saving(
                (state, epoch) =>
                {
                    if (epoch % 10 == 0)
                    {
                        using var model = state.Model;
                        Weights.Save(model, Path.Combine(folder, $"epoch-{epoch}.safetensors"));
                    }
                }
            ),
            "The network in training was freed: its weights are gone."
        ),
        ["one call late"] = (
            folder =>
            {
                Action? save = null;
                return new Saving(
                    (state, epoch) =>
                    {
                        save?.Invoke();
                        save = () => SaveIf(epoch % 10 == 0, folder, state, epoch);
                    }
                );
            },
            NotThereYet
        ),
        ["every epoch"] = (folder => At(folder, _ => true), "A file after every epoch"),
        ["at epochs 9 and 19"] = (folder => At(folder, epoch => (epoch + 1) % 10 == 0), "9, 19, 29: one off"),
        ["at epochs 11 and 21"] = (folder => At(folder, epoch => (epoch - 1) % 10 == 0 && epoch > 1), "11, 21, 31: one off"),
        ["at the end only"] = (folder => new Saving((_, _) => { }, state => Save(folder, state)), "One file, at the end of the training"),
        ["at the end too"] = (
            folder => new Saving((state, epoch) => SaveIf(epoch % 10 == 0, folder, state, epoch), state => Save(folder, state)),
            "one more at the end"
        ),
        ["epoch 10 only"] = (folder => At(folder, epoch => epoch == 10), "Only after these epochs there was a file: 10."),
        ["every five epochs"] = (folder => At(folder, epoch => epoch % 5 == 0), "5, 10, 15, 20, 25, 30, 35: every 5 epochs, from 5 on"),
        ["before the first epoch"] = (
            folder => new Saving((_, _) => { }, begin: state => Save(folder, state)),
            "A file before the first epoch"
        ),
        ["one file overwritten"] = (
            folder => new Saving((state, epoch) => SaveIf(epoch % 10 == 0, folder, state, 0)),
            "which epoch 20 overwrote"
        ),
        ["the older file written again"] = (
            folder => new Saving(
                (state, epoch) =>
                {
                    SaveIf(epoch % 10 == 0, folder, state, epoch);
                    SaveIf(epoch is 20, folder, state, 10);
                }
            ),
            "epoch-10.safetensors was written 2 times, at last after epoch 20"
        ),
        ["numbered from zero"] = (
            folder => new Saving((state, epoch) => SaveIf(epoch % 10 == 0, folder, state, epoch - 1)),
            "is called epoch-9.safetensors"
        ),
        ["without the hyphen"] = (
            folder => Named(folder, epoch => $"epoch{epoch}.safetensors"),
            "is called epoch10.safetensors, not epoch-10.safetensors"
        ),
        ["with zeros"] = (
            folder => Named(folder, epoch => $"epoch-{epoch:000}.safetensors"),
            "is called epoch-010.safetensors, not epoch-10.safetensors"
        ),
        ["as the library names them"] = (folder => new Checkpoint(folder), "is called epoch-0010.safetensors, not epoch-10.safetensors"),
        ["the folder as the path"] = (folder => Named(folder, _ => ""), "The path to which you save is the folder itself"),
        ["the folder as the path, in TorchSharp's own format"] = (
            folder => new Saving((state, _) => state.Model.save(folder)),
            "The path to which you save is the folder itself"
        ),
        ["an untrained network"] = (folder => new SavingTheBeginning(folder), "an untrained network"),
        ["a network of the same kind"] = (
            folder => new Saving((_, epoch) => SaveOther(epoch, folder, PracticeNetwork.Create())),
            "epoch-10.safetensors holds those of another network"
        ),
        ["a network of another kind"] = (
            folder => new Saving((_, epoch) => SaveOther(epoch, folder, Toy.Model())),
            "holds the weights of a network with other layers"
        ),
        ["not a network at all"] = (folder => new Saving((_, epoch) => WriteText(epoch, folder)), "cannot be loaded"),
        ["epochs 10 and 20 by name"] = (
            folder => At(folder, epoch => epoch is 10 or 20),
            "Only after these epochs there was a file: 10, 20."
        ),
        ["divided and not the remainder"] = (folder => At(folder, epoch => epoch / 10 == 1), "Files after each of the epochs 10 to 19"),
        ["the condition turned round"] = (folder => At(folder, epoch => epoch % 10 != 0), "the condition is reversed"),
        ["a file of the latest too"] = (
            folder => new Saving(
                (state, epoch) =>
                {
                    SaveIf(epoch % 10 == 0, folder, state, epoch);
                    if (epoch % 10 == 0)
                    {
                        Save(folder, state);
                    }
                }
            ),
            "last.safetensors was written 3 times, at last after epoch 30"
        ),
        ["batches counted"] = (folder => new CountingBatches(folder), "was written after a batch of epoch 5"),
        ["at every batch of the right epoch"] = (folder => new SavingAtBatches(folder), "was written after a batch of epoch 10"),
        ["gradients left off"] = (
            folder => new Saving(
                (state, epoch) =>
                {
                    no_grad();
                    SaveIf(epoch % 10 == 0, folder, state, epoch);
                }
            ),
            "After `OnEpochEnd` had ended, gradients were still switched off"
        ),
        ["frozen"] = (
            folder => new Saving(
                (state, epoch) =>
                {
                    foreach (var parameter in state.Model.parameters())
                    {
                        parameter.requires_grad = false;
                    }

                    SaveIf(epoch % 10 == 0, folder, state, epoch);
                }
            ),
            "After epoch 1 weights of the network were frozen"
        ),
        ["a count of its own, raised after the saving"] = (
            folder =>
            {
                var count = 0;
                return new Saving((state, _) => SaveIf(count % 10 == 0, folder, state, count++));
            },
            "The file after epoch 1 is called epoch-0.safetensors"
        ),
        ["never in the last epoch"] = (
            folder => new Saving((state, epoch) => SaveIf(epoch % 10 == 0 && epoch < state.Epochs, folder, state, epoch)),
            "There was no file after epoch 120, the last one"
        ),
        ["glued without a separator"] = (
            folder => new Saving((state, epoch) => SaveGlued(epoch, state, folder + $"epoch-{epoch}.safetensors")),
            "The file was saved as checkpointsepoch-10.safetensors"
        ),
        ["into the current folder"] = (
            _ => new Saving((state, epoch) => SaveGlued(epoch, state, $"epoch-{epoch}.safetensors")),
            $"The file was saved as {Path.GetFullPath("epoch-10.safetensors")}"
        ),
        ["async void, and late"] = (folder => new AsyncSaving(folder, fails: false), "still at work: it is `async void`"),
        ["async void that throws"] = (
            folder => new AsyncSaving(folder, fails: true),
            "an exception that nothing catches. IOException: no space"
        ),
        ["a task nobody waits for"] = (folder => new TaskSaving(folder), NotThereYet),
        ["only the newest is kept"] = (folder => new KeepingTheNewest(folder), "epoch-10.safetensors was removed again after epoch 20"),
        ["the weights rounded"] = (folder => new SavingRounded(folder), "off: rounded, or of another type"),
        ["the network changed"] = (
            folder => new Saving(
                (state, epoch) =>
                {
                    SaveIf(epoch % 10 == 0, folder, state, epoch);
                    PracticeNetwork.Copy(PracticeNetwork.Create(seed: 3), state.Model);
                }
            ),
            "After epoch 1 your callback changed the weights"
        ),
        ["the training stopped"] = (
            folder => new Saving(
                (state, epoch) =>
                {
                    SaveIf(epoch % 10 == 0, folder, state, epoch);
                    if (epoch == 10)
                    {
                        state.Stop("enough");
                    }
                }
            ),
            "Your callback stopped the training after epoch 10"
        ),
        ["a static count"] = (folder => new StaticCount(folder), "was not. After epoch 5 epoch-5.safetensors was saved."),
        ["null"] = (_ => null!, "returned null"),
        ["it throws"] = (
            _ => new Saving((_, _) => throw new InvalidOperationException("disk on fire")),
            "InvalidOperationException: disk on fire"
        ),
    };

    public static TheoryData<string> Names() => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistake_is_recognised(string mistake) =>
        Mistake.IsRecognised(
            Exercise.CheckCheckpoints(Mistakes[mistake].Code),
            Mistakes[mistake].Seen,
            Mistakes.Values.Select(other => other.Seen)
        );

    [Fact]
    public void A_right_callback_passes() => Mistake.IsNone(Exercise.CheckCheckpoints(folder => At(folder, epoch => epoch % 10 == 0)));

    [Fact]
    public void A_count_of_its_own_is_right_too() =>
        Mistake.IsNone(
            Exercise.CheckCheckpoints(folder =>
            {
                var epochs = 0;
                return new Saving((state, _) => SaveIf(++epochs % 10 == 0, folder, state, epochs));
            })
        );

    [Fact]
    public async Task No_file_is_left_behind_wherever_it_landed()
    {
        var before = Leftovers();
        Exercise.CheckCheckpoints(Mistakes["glued without a separator"].Code);
        Exercise.CheckCheckpoints(Mistakes["into the current folder"].Code);
        Exercise.CheckCheckpoints(Mistakes["a slash before the name"].Code);
        // A late save must find its folder, or fail without harm.
        Exercise.CheckCheckpoints(Mistakes["async void, and late"].Code);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal(before, Leftovers());

        static string[] Leftovers() =>
            [
                .. Directory.EnumerateFileSystemEntries(Path.GetTempPath(), "cnn-tutorial-check-*").Order(),
                .. Directory.EnumerateFiles(Environment.CurrentDirectory, "*epoch*").Order(),
                .. Directory.EnumerateFiles("/", "*epoch*").Order(),
            ];
    }

    [Fact]
    public void Other_ways_of_saving_are_right_too()
    {
        Mistake.IsNone(Exercise.CheckCheckpoints(folder => Moving(folder, overwrite: true)));
        Mistake.IsNone(Exercise.CheckCheckpoints(folder => Named(folder, epoch => $"epoch-{epoch}.weights")));
        Mistake.IsNone(
            Exercise.CheckCheckpoints(folder => new Saving(
                (state, epoch) =>
                {
                    var path = Path.Combine(folder, $"epoch-{epoch}.safetensors");
                    if (epoch % 10 == 0 && File.Exists(path))
                    {
                        File.Move(path, path + ".old", overwrite: true);
                    }

                    SaveIf(epoch % 10 == 0, folder, state, epoch);
                }
            ))
        );
        var elsewhere = Path.Combine(Path.GetTempPath(), $"cnn-tutorial-copy-{Guid.NewGuid()}");
        Mistake.IsNone(
            Exercise.CheckCheckpoints(folder => new Saving(
                (state, epoch) =>
                {
                    SaveIf(epoch % 10 == 0, elsewhere, state, epoch);
                    SaveIf(epoch % 10 == 0, folder, state, epoch);
                }
            ))
        );
        Assert.Empty(Directory.GetFiles(elsewhere));
        Directory.Delete(elsewhere);
        Mistake.IsNone(
            Exercise.CheckCheckpoints(folder => new Saving(
                (state, epoch) =>
                {
                    state.Model.eval();
                    SaveIf(epoch % 10 == 0, folder, state, epoch);
                    state.Model.train();
                }
            ))
        );
    }

    [Fact]
    public void Who_clears_the_folder_first_is_right() =>
        Mistake.IsNone(
            Exercise.CheckCheckpoints(folder => new Saving(
                (state, epoch) => SaveIf(epoch % 10 == 0, folder, state, epoch),
                begin: _ => Array.ForEach(Directory.GetFiles(folder), File.Delete)
            ))
        );

    [Fact]
    public void A_folder_is_called_a_folder_and_no_full_disk()
    {
        var result = Exercise.CheckCheckpoints(folder => Named(folder, _ => ""));
        Assert.Contains("That is a folder; add a file name with Path.Combine", result.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("disk", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_stub_is_not_yet() =>
        Assert.Equal(
            CheckStatus.NotYet,
            Exercise.CheckCheckpoints(_ => new Saving((_, _) => throw new NotImplementedException("Fill me in."))).Status
        );

    private static Saving At(string folder, Func<int, bool> when) => new((state, epoch) => SaveIf(when(epoch), folder, state, epoch));

    private static Saving Named(string folder, Func<int, string> name) =>
        new(
            (state, epoch) =>
            {
                if (epoch % 10 == 0)
                {
                    // As the learner would write it; an empty name gives the folder.
                    Weights.Save(state.Model, Path.Combine(folder, name(epoch)).TrimEnd(Path.DirectorySeparatorChar));
                }
            }
        );

    private static Saving Own(string folder, string ending) =>
        new(
            (state, epoch) =>
            {
                if (epoch % 10 == 0)
                {
                    state.Model.save(Path.Combine(folder, $"epoch-{epoch}.{ending}"));
                }
            }
        );

    private static Saving Moving(string folder, bool overwrite) =>
        new(
            (state, epoch) =>
            {
                if (epoch % 10 == 0)
                {
                    var whole = Path.GetTempFileName();
                    Weights.Save(state.Model, whole);
                    File.Move(whole, Path.Combine(folder, $"epoch-{epoch}.safetensors"), overwrite);
                }
            }
        );

    private static void SaveIf(bool save, string folder, TrainingState state, int number)
    {
        if (save)
        {
            Weights.Save(state.Model, Path.Combine(folder, $"epoch-{number}.safetensors"));
        }
    }

    private static void Save(string folder, TrainingState state) => Weights.Save(state.Model, Path.Combine(folder, "last.safetensors"));

    private static void SaveOther(int epoch, string folder, Module<Tensor, Tensor> model)
    {
        if (epoch % 10 == 0)
        {
            Weights.Save(model, Path.Combine(folder, $"epoch-{epoch}.safetensors"));
        }
    }

    private static void WriteText(int epoch, string folder)
    {
        if (epoch % 10 == 0)
        {
            File.WriteAllText(Path.Combine(folder, $"epoch-{epoch}.safetensors"), $"epoch {epoch}");
        }
    }

    private sealed class Saving(Action<TrainingState, int> epochEnd, Action<TrainingState>? end = null, Action<TrainingState>? begin = null)
        : Callback
    {
        public override void OnTrainBegin(TrainingState state) => begin?.Invoke(state);

        public override void OnEpochEnd(TrainingState state, EpochResult result) => epochEnd(state, result.Epoch);

        public override void OnTrainEnd(TrainingState state, History history) => end?.Invoke(state);
    }

    private static void SaveGlued(int epoch, TrainingState state, string path)
    {
        if (epoch % 10 == 0)
        {
            Weights.Save(state.Model, path);
        }
    }

    private sealed class CountingBatches(string folder) : Callback
    {
        private int _batches;

        public override void OnBatchEnd(TrainingState state) => SaveIf(++_batches % 10 == 0, folder, state, _batches);
    }

    private sealed class SavingAtBatches(string folder) : Callback
    {
        public override void OnBatchEnd(TrainingState state) => SaveIf(state.Epoch % 10 == 0, folder, state, state.Epoch);
    }

    private sealed class AsyncSaving(string folder, bool fails) : Callback
    {
        public override async void OnEpochEnd(TrainingState state, EpochResult result)
        {
            if (result.Epoch % 10 == 0)
            {
                await Task.Delay(50);
                if (fails)
                {
                    throw new IOException("no space");
                }

                SaveIf(true, folder, state, result.Epoch);
            }
        }
    }

    private sealed class TaskSaving(string folder) : Callback
    {
        public override void OnEpochEnd(TrainingState state, EpochResult result)
        {
            if (result.Epoch % 10 == 0)
            {
                _ = Task.Run(async () =>
                {
                    await Task.Delay(100);
                    SaveIf(true, folder, state, result.Epoch);
                });
            }
        }
    }

    private sealed class KeepingTheNewest(string folder) : Callback
    {
        public override void OnEpochEnd(TrainingState state, EpochResult result)
        {
            if (result.Epoch % 10 == 0)
            {
                foreach (var old in Directory.GetFiles(folder))
                {
                    File.Delete(old);
                }

                SaveIf(true, folder, state, result.Epoch);
            }
        }
    }

    private sealed class SavingRounded(string folder) : Callback
    {
        public override void OnEpochEnd(TrainingState state, EpochResult result)
        {
            if (result.Epoch % 10 == 0)
            {
                using var none = no_grad();
                var copy = PracticeNetwork.Create();
                PracticeNetwork.Copy(state.Model, copy);
                foreach (var parameter in copy.parameters())
                {
                    parameter.mul_(1000).round_().div_(1000);
                }

                SaveOther(result.Epoch, folder, copy);
            }
        }
    }

    private sealed class StaticCount(string folder) : Callback
    {
        private static int _epochs;

        public override void OnTrainBegin(TrainingState state) => _epochs = state.Epochs == 35 ? 0 : _epochs;

        public override void OnEpochEnd(TrainingState state, EpochResult result) =>
            SaveIf(++_epochs % 10 == 0, folder, state, result.Epoch);
    }

    /// <summary>Takes the weights when training begins, and saves those.</summary>
    private sealed class SavingTheBeginning(string folder) : Callback
    {
        private readonly Module<Tensor, Tensor> _copy = PracticeNetwork.Create();

        public override void OnTrainBegin(TrainingState state) => PracticeNetwork.Copy(state.Model, _copy);

        public override void OnEpochEnd(TrainingState state, EpochResult result) => SaveOther(result.Epoch, folder, _copy);
    }

    private sealed class Hiding(string folder) : Callback
    {
        public new void OnEpochEnd(TrainingState state, EpochResult result) => SaveIf(result.Epoch % 10 == 0, folder, state, result.Epoch);
    }

    private sealed class Overloading(string folder) : Callback
    {
        public void OnEpochEnd(TrainingState state) => SaveIf(state.Epoch % 10 == 0, folder, state, state.Epoch);
    }

    private sealed class StaticFolder : Callback
    {
        private static string _folder = "";

        public StaticFolder(string folder) => _folder = folder;

        public override void OnEpochEnd(TrainingState state, EpochResult result) =>
            SaveIf(result.Epoch % 10 == 0, _folder, state, result.Epoch);
    }

    /// <summary>Keeps the network of the first training for all.</summary>
    private sealed class StaticModel(string folder) : Callback
    {
        private static Module<Tensor, Tensor>? _model;

        public override void OnEpochEnd(TrainingState state, EpochResult result)
        {
            _model = state.Epochs == 35 ? state.Model : _model;
            SaveOther(result.Epoch, folder, _model!);
        }
    }
}
