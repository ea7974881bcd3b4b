using CnnTutorial.Tests.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises;

[Collection(TorchRandom.Name)]
public sealed class CheckpointCheckTests
{
    private static readonly Dictionary<string, (Func<string, Callback> Code, string Seen)> Mistakes = new()
    {
        ["never"] = (_ => new Saving((_, _) => { }), "Nothing was saved in 25 epochs"),
        ["into another folder"] = (
            folder => At(Path.Combine(folder, "..", Path.GetFileName(folder) + "-elsewhere"), epoch => epoch % 10 == 0),
            "Nothing was saved in 25 epochs"
        ),
        ["every epoch"] = (folder => At(folder, _ => true), "A file after every epoch"),
        ["at epochs 9 and 19"] = (folder => At(folder, epoch => (epoch + 1) % 10 == 0), "9, 19: one off"),
        ["at epochs 11 and 21"] = (folder => At(folder, epoch => (epoch - 1) % 10 == 0 && epoch > 1), "11, 21: one off"),
        ["at the end only"] = (folder => new Saving((_, _) => { }, state => Save(folder, state)), "One file, at the end of the training"),
        ["at the end too"] = (
            folder => new Saving((state, epoch) => SaveIf(epoch % 10 == 0, folder, state, epoch), state => Save(folder, state)),
            "one more at the end"
        ),
        ["epoch 10 only"] = (folder => At(folder, epoch => epoch == 10), "none after epoch 20"),
        ["every five epochs"] = (folder => At(folder, epoch => epoch % 5 == 0), "Files after the epochs 5, 10, 15, 20, 25."),
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
                    SaveIf(epoch is 10 or 20, folder, state, 10);
                    SaveIf(epoch is 20, folder, state, 20);
                }
            ),
            "was written again"
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
            "It holds those of another network"
        ),
        ["a network of another kind"] = (
            folder => new Saving((_, epoch) => SaveOther(epoch, folder, Toy.Model())),
            "holds the weights of another network"
        ),
        ["not a network at all"] = (folder => new Saving((_, epoch) => WriteText(epoch, folder)), "cannot be loaded"),
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
    public void TorchSharps_own_format_is_right_too() =>
        Mistake.IsNone(
            Exercise.CheckCheckpoints(folder => new Saving(
                (state, epoch) =>
                {
                    if (epoch % 10 == 0)
                    {
                        state.Model.save(Path.Combine(folder, $"epoch-{epoch}.safetensors"));
                    }
                }
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

    /// <summary>Takes the weights when training begins, and saves those.</summary>
    private sealed class SavingTheBeginning(string folder) : Callback
    {
        private readonly Module<Tensor, Tensor> _copy = PracticeNetwork.Create();

        public override void OnTrainBegin(TrainingState state) => PracticeNetwork.Copy(state.Model, _copy);

        public override void OnEpochEnd(TrainingState state, EpochResult result) => SaveOther(result.Epoch, folder, _copy);
    }
}
