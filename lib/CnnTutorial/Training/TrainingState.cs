using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>The state of a training, as a <see cref="Callback"/> sees it.</summary>
public sealed class TrainingState
{
    private readonly Func<Evaluation> _running;
    private readonly Action<string> _saveCheckpoint;

    internal TrainingState(
        Module<Tensor, Tensor> model,
        int epochs,
        int batches,
        int images,
        Func<Evaluation> running,
        IReadOnlyList<EpochResult> finished,
        Action<string> saveCheckpoint
    )
    {
        Finished = finished;
        _saveCheckpoint = saveCheckpoint;
        Model = model;
        Epochs = epochs;
        Batches = batches;
        Images = images;
        _running = running;
    }

    /// <summary>The state of a training loop of your own, for the callbacks that it calls.</summary>
    /// <param name="model">The network in training.</param>
    /// <param name="epoch">The epoch that is over, from 1.</param>
    /// <param name="epochs">How many epochs there will be.</param>
    public static TrainingState InLoop(Module<Tensor, Tensor> model, int epoch, int epochs)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(epoch, 1);
        return new TrainingState(
            model,
            epochs,
            batches: 0,
            images: 0,
            () => throw new NotSupportedException("Only the Trainer keeps a running mean; a loop of your own has its own sums."),
            [],
            _ =>
                throw new NotSupportedException("A Checkpoint needs the Trainer; in a loop of your own save the network with Weights.Save.")
        )
        {
            Epoch = epoch,
        };
    }

    /// <summary>The network in training.</summary>
    public Module<Tensor, Tensor> Model { get; }

    /// <summary>The current epoch, from 1.</summary>
    public int Epoch { get; internal set; }

    /// <summary>How many epochs were asked for.</summary>
    public int Epochs { get; }

    /// <summary>The epochs that are finished, including those before an interruption. A callback that counts begins with these.</summary>
    public IReadOnlyList<EpochResult> Finished { get; }

    /// <summary>The batches of this epoch that are done.</summary>
    public int Batch { get; internal set; }

    /// <summary>Batches per epoch.</summary>
    public int Batches { get; }

    /// <summary>Images per epoch.</summary>
    public int Images { get; }

    /// <summary>The images of this epoch that are done.</summary>
    public int ImagesDone { get; internal set; }

    /// <summary>The time that this epoch's batches took so far.</summary>
    public TimeSpan EpochTime { get; internal set; }

    /// <summary>Why training will stop, or null.</summary>
    public string? StopReason { get; private set; }

    /// <summary>Mean loss and metrics over this epoch's batches so far. It waits for the device, so do not ask at every batch.</summary>
    public Evaluation Running => _running();

    /// <summary>Stops training after the current batch.</summary>
    /// <param name="reason">One sentence for the learner.</param>
    public void Stop(string reason) => StopReason ??= reason;

    /// <summary>Writes all that training needs to go on from here.</summary>
    internal void SaveCheckpoint(string path) => _saveCheckpoint(path);
}
