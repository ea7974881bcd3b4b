namespace CnnTutorial;

/// <summary>Stops training when the validation loss (without validation: the training loss) no longer falls.</summary>
/// <param name="patience">How many epochs in a row may bring no improvement.</param>
/// <param name="minimumImprovement">A smaller fall of the loss does not count.</param>
public sealed class EarlyStopping(int patience = 3, double minimumImprovement = 0) : Callback
{
    private double _best = double.PositiveInfinity;
    private int _waited;

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingState state)
    {
        (_best, _waited) = (double.PositiveInfinity, 0);
        // In a training that goes on from a checkpoint, the finished epochs count too.
        foreach (var result in state.Finished)
        {
            OnEpochEnd(state, result);
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochResult result)
    {
        var loss = (result.Validation ?? result.Train).Loss;
        if (loss < _best - minimumImprovement)
        {
            (_best, _waited) = (loss, 0);
        }
        else if (++_waited >= patience)
        {
            state.Stop($"Stopped early after epoch {result.Epoch}: the loss did not fall below {_best:0.0000} for {patience} epochs.");
        }
    }
}
