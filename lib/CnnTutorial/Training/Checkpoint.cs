namespace CnnTutorial;

/// <summary>Saves the weights every few epochs, as <c>epoch-0010.weights</c> and so on.</summary>
public sealed class Checkpoint : Callback
{
    private readonly string _folder;
    private readonly int _every;

    /// <summary>Makes the callback.</summary>
    /// <param name="folder">Where the files go; made when it is missing.</param>
    /// <param name="every">The number of epochs from one checkpoint to the next, at least 1.</param>
    public Checkpoint(string folder, int every = 10)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        _folder = folder;
        _every = every;
    }

    /// <summary>The file of an epoch's checkpoint.</summary>
    /// <param name="epoch">From 1.</param>
    public string PathOf(int epoch) => Path.Combine(_folder, $"epoch-{epoch:0000}.weights");

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochResult result)
    {
        if (result.Epoch % _every == 0)
        {
            Weights.Save(state.Model, PathOf(result.Epoch));
        }
    }
}
