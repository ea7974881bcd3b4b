using System.Globalization;
using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>The arguments of a training that must be the same when it goes on from a checkpoint.</summary>
/// <param name="Facts">By their names in a sentence, such as <c>the batch size</c>.</param>
/// <param name="LearningRates">One for each of the optimizer's groups, when training began.</param>
internal sealed record TrainingPlan(IReadOnlyDictionary<string, string> Facts, IReadOnlyList<double> LearningRates)
{
    /// <summary>Collects the arguments of a training.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="images">The training images, described.</param>
    /// <param name="validation">The images to validate with, or null.</param>
    /// <param name="batchSize">Images per batch.</param>
    /// <param name="seed">The seed of the order, or null.</param>
    public static TrainingPlan Of(Trainer trainer, string images, ImageSplit? validation, int batchSize, int? seed) =>
        new(
            new Dictionary<string, string>
            {
                ["the loss"] = trainer.Loss.GetType().Name,
                ["the optimizer"] = trainer.Optimizer.GetType().Name,
                ["the optimizer's settings"] = SettingsOf(trainer.Optimizer),
                ["the metrics"] = string.Join(", ", trainer.Metrics.Select(metric => metric.Name)),
                ["the batch size"] = $"{batchSize}",
                ["the seed"] = seed is null ? "none" : $"{seed}",
                ["the training images"] = images,
                ["the validation images"] = Describe(validation),
            },
            [.. trainer.Optimizer.ParamGroups.Select(group => group.LearningRate)]
        );

    /// <summary>The optimizer's settings, except its learning rate, which may change.</summary>
    private static string SettingsOf(optim.Optimizer optimizer) =>
        string.Join(
            "; ",
            optimizer
                .ParamGroups.OfType<ParamGroup>()
                .Select(group =>
                    string.Join(
                        ", ",
                        group
                            .Options.GetType()
                            .GetFields(BindingFlags.Instance | BindingFlags.Public)
                            .Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Name} {field.GetValue(group.Options)}"))
                    )
                )
        );

    /// <summary>Images by their number, size and content.</summary>
    public static string Describe(ImageSplit? split) =>
        split is null ? "none" : $"{split}, {Fingerprint.Of(split.Labels)}-{Fingerprint.Of(split.Images)}";

    /// <exception cref="InvalidDataException">The checkpoint is of a training with other arguments.</exception>
    public void ThrowIfOther(TrainingPlan saved, string path)
    {
        foreach (var (name, value) in Facts)
        {
            if (saved.Facts.GetValueOrDefault(name) is var other && other != value)
            {
                throw new InvalidDataException(
                    $"{path} is a checkpoint of another training: {name}: there {other ?? "unknown"}, here {value}. Use the same "
                        + "trainer and arguments as then, or leave resumeFrom out to start from the beginning (Weights.Load loads "
                        + "only the checkpoint's weights)."
                );
            }
        }
    }
}
