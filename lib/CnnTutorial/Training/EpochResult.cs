namespace CnnTutorial;

/// <summary>The result of one epoch of training.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Train">Mean loss and metrics over the epoch's batches, measured while the weights were changing and with dropout
/// on.</param>
/// <param name="Validation">Loss and metrics on the validation split after the epoch, dropout off; null if there was none.</param>
/// <param name="Seconds">The time of the training batches, validation not counted.</param>
public sealed record EpochResult(int Epoch, Evaluation Train, Evaluation? Validation, double Seconds)
{
    /// <summary>The result of an epoch of a training loop of your own, for the callbacks that it calls.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="trainLoss">The mean loss of a training image.</param>
    /// <param name="validationLoss">The mean loss of a validation image.</param>
    /// <param name="validationAccuracy">The share of right answers on the validation split, in [0, 1].</param>
    public static EpochResult InLoop(int epoch, double trainLoss, double validationLoss, double validationAccuracy) =>
        new(
            epoch,
            new Evaluation(trainLoss, new Dictionary<string, double>(), 0),
            new Evaluation(validationLoss, new Dictionary<string, double> { [Metric.Accuracy.Name] = validationAccuracy }, 0),
            0
        );

    /// <summary>Training speed.</summary>
    public double ImagesPerSecond => Seconds > 0 ? Train.Count / Seconds : 0;
}
