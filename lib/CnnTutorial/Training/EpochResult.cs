namespace CnnTutorial;

/// <summary>What one epoch of training brought.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Train">Mean loss and metrics over the epoch's batches, measured while the weights were changing and with dropout
/// on.</param>
/// <param name="Validation">Loss and metrics on the validation split after the epoch, dropout off; null where there was none.</param>
/// <param name="Seconds">The time of the training batches, validation not counted.</param>
public sealed record EpochResult(int Epoch, Evaluation Train, Evaluation? Validation, double Seconds)
{
    /// <summary>Training speed.</summary>
    public double ImagesPerSecond => Seconds > 0 ? Train.Count / Seconds : 0;
}
