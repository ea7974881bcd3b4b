namespace CnnTutorial;

/// <summary>Keeps the loss of every batch of a training, which an epoch's mean hides.</summary>
/// <remarks>It reads a number at every step, so the program waits for a GPU that would otherwise work ahead.</remarks>
public sealed class BatchLosses : Callback
{
    private readonly List<double> _values = [];
    private double _sum;
    private int _images;

    /// <summary>The mean loss of each batch, in the order of the steps.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingState state) => _values.Clear();

    /// <inheritdoc/>
    public override void OnBatchEnd(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Batch == 1)
        {
            (_sum, _images) = (0, 0);
        }

        // The state has the mean of the epoch so far; the batch's loss is the difference to the step before.
        var sum = state.Running.Loss * state.ImagesDone;
        _values.Add((sum - _sum) / (state.ImagesDone - _images));
        (_sum, _images) = (sum, state.ImagesDone);
    }
}
