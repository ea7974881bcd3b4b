using System.Security.Cryptography;
using System.Text.RegularExpressions;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Runs after the learner's callback, or the library's own, and notes what that did.</summary>
/// <param name="folder">Where the callback should save.</param>
/// <param name="epochs">How many epochs the training has.</param>
internal sealed partial class CheckpointWatch(PracticeFolder folder, int epochs) : Callback
{
    private readonly Beginning _first = new();
    private Dictionary<string, string> _files = [];
    private int _unfinished;

    /// <summary>When each file was written: an epoch, 0 for before the first, or one more than the last for the end of
    /// training; and whether it was after a batch.</summary>
    public List<(int Epoch, string File, bool InBatch)> Writes { get; } = [];

    /// <summary>The first file that was removed again.</summary>
    public (int Epoch, string File)? Removed { get; private set; }

    /// <summary>The weights after each epoch; at 0, before the first.</summary>
    public List<float[]> Weights { get; } = [];

    /// <summary>Runs before the learner's callback.</summary>
    public Callback First => _first;

    /// <summary>A file with a right epoch in its name that appeared only after a later epoch.</summary>
    public (int Epoch, string File)? Late =>
        Writes
            .Where(write =>
                Name().Match(write.File) is { Success: true } match
                && int.Parse(match.Groups[1].Value) is var number
                && number % 10 == 0
                && write.Epoch > number
            )
            .Where(write => Writes.TrueForAll(other => other == write || other.File != write.File))
            .Select(write => ((int, string)?)(write.Epoch, write.File))
            .FirstOrDefault();

    /// <summary>Takes the files that are there for those of an earlier training.</summary>
    public void Begin()
    {
        Note(0);
        Writes.Clear();
    }

    public override void OnTrainBegin(TrainingState state)
    {
        Weights.Add(PracticeNetwork.Weights(state.Model));
        Note(0);
    }

    public override void OnBatchEnd(TrainingState state) => Note(state.Epoch, inBatch: true);

    internal override void AfterEpoch(TrainingState state)
    {
        LeftSwitchedOff.Check("`OnEpochEnd` had ended");
        if (_unfinished == 0 && CheckContext.Current is { Running: > 0 })
        {
            _unfinished = state.Epoch;
        }

        PracticeNetwork.ThrowIfFreed(state.Model, "The network in training");
        var weights = PracticeNetwork.Weights(state.Model);
        if (!weights.AsSpan().SequenceEqual(_first.Weights))
        {
            throw new WrongAnswerException(
                "A callback that saves the network and leaves it as it is.",
                $"After epoch {state.Epoch} your callback changed the weights of the network in training.",
                "`Weights.Save(state.Model, path)` is enough. What you load into `state.Model`, or convert it to, is trained on."
            );
        }

        if (!Modes(state).SequenceEqual(_first.Modes))
        {
            throw new WrongAnswerException(
                "A callback that saves the network and leaves it as it is.",
                $"After epoch {state.Epoch} your callback left the network, or a layer of it, in "
                    + $"{(_first.Modes.Contains(false) ? "training mode, and it was in evaluation mode" : "evaluation mode")}.",
                "`Weights.Save` needs no `eval()`: leave it out, or call `state.Model.train()` after the saving. A loop that does not call "
                    + "`train()` in each epoch would go on without dropout."
            );
        }

        if (state.Model.parameters().Any(parameter => !parameter.requires_grad))
        {
            throw new WrongAnswerException(
                "A callback that saves the network and leaves it as it is.",
                $"After epoch {state.Epoch} weights of the network were frozen: their `requires_grad` is false, so they learn no more.",
                "Leave out `requires_grad`: `Weights.Save` needs no change of the network."
            );
        }

        if (state.StopReason is { } reason)
        {
            throw new WrongAnswerException(
                "A training that goes on after a checkpoint.",
                $"Your callback stopped the training after epoch {state.Epoch}: “{reason}”.",
                "Leave out `state.Stop(…)`."
            );
        }

        Weights.Add(weights);
        Note(state.Epoch);
    }

    public override void OnTrainEnd(TrainingState state, History history) => Note(epochs + 1);

    /// <exception cref="WrongAnswerException">A method of the callback was still running when it had returned.</exception>
    public void ThrowIfUnfinished(string expected)
    {
        CheckContext.Current?.Finish(TimeSpan.FromSeconds(2));
        var failure = CheckContext.Current?.Failure;
        if (_unfinished > 0 || failure is not null)
        {
            throw new WrongAnswerException(
                expected,
                failure is null
                    ? $"After epoch {_unfinished} a method of your callback had returned and was still at work: it is `async void`."
                    : "A method of your callback is `async void`, and it ended in an exception that nothing catches. "
                        + $"{ExceptionCause.Of(failure).Seen}",
                "Leave out `async` and `await`: the `Trainer` waits only for a method that is written without them; otherwise it "
                    + "goes on at once and changes the weights."
            );
        }

        if (Writes.Count < 3)
        {
            // A task that nothing waits for may still be saving.
            Thread.Sleep(300);
            Note(epochs + 1);
        }
    }

    private static List<bool> Modes(TrainingState state) => [.. state.Model.modules().Prepend(state.Model).Select(each => each.training)];

    private void Note(int epoch, bool inBatch = false)
    {
        var files = new Dictionary<string, string>();
        // A file that is still being written has another name until it is whole.
        foreach (var file in folder.Files.Where(file => !file.EndsWith(".tmp", StringComparison.Ordinal)))
        {
            try
            {
                files[file] = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder.Path, file))));
            }
            catch (IOException)
            {
                // It is being written, or is gone again: the next call finds out.
            }
        }

        Writes.AddRange(files.Where(file => _files.GetValueOrDefault(file.Key) != file.Value).Select(file => (epoch, file.Key, inBatch)));
        if (Removed is null && _files.Keys.FirstOrDefault(file => !files.ContainsKey(file)) is { } removed)
        {
            Removed = (epoch, removed);
        }

        _files = files;
    }

    [GeneratedRegex(@"^epoch-(\d+)\.(weights|safetensors)$")]
    private static partial Regex Name();

    /// <summary>Keeps the weights as the learner's callback finds them.</summary>
    private sealed class Beginning : Callback
    {
        public float[] Weights { get; private set; } = [];

        public List<bool> Modes { get; private set; } = [];

        public override void OnEpochEnd(TrainingState state, EpochResult result) =>
            (Weights, Modes) = (PracticeNetwork.Weights(state.Model), CheckpointWatch.Modes(state));
    }
}
