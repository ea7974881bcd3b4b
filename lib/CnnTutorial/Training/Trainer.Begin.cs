using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <content>What is looked at and noted before training begins.</content>
public sealed partial class Trainer
{
    private optim.Optimizer Optimizer =>
        _optimizer
        ?? throw new InvalidOperationException("This trainer has no optimizer, so it can only evaluate and predict; give it one to train.");

    private void ThrowIfUnfit(ReadOnlySpan<byte> labels, int rows, int columns, ImageSplit? validation, int epochs, int batchSize)
    {
        if (epochs < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(epochs), $"epochs is {epochs}; ask for 1 or more.");
        }

        if (batchSize < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(batchSize), $"batchSize is {batchSize}; a batch has 1 image or more.");
        }

        TrainingInput.ThrowIfUnfit(Model, Optimizer);
        TrainingInput.ThrowIfUnfit(Model, Device, labels, rows, columns, "the training split", toLearnFrom: true);
        if (validation is not null)
        {
            TrainingInput.ThrowIfUnfit(
                Model,
                Device,
                validation.Labels,
                validation.Rows,
                validation.Columns,
                "the validation split",
                toLearnFrom: false
            );
        }
    }

    private TrainingPlan PlanOf(string images, ImageSplit? validation, int batchSize, int? seed) =>
        new(
            new Dictionary<string, string>
            {
                ["the loss"] = _loss.GetType().Name,
                ["the optimizer"] = Optimizer.GetType().Name,
                ["the optimizer's settings"] = TrainingPlan.SettingsOf(Optimizer),
                ["the metrics"] = string.Join(", ", _metrics.Select(metric => metric.Name)),
                ["the batch size"] = $"{batchSize}",
                ["the seed"] = seed is null ? "none" : $"{seed}",
                ["the training images"] = images,
                ["the validation images"] = TrainingPlan.Describe(validation),
            },
            [.. Optimizer.ParamGroups.Select(group => group.LearningRate)]
        );
}
