using System.Text.Json;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A weights file that also holds what training needs to go on: the optimizer's memory and the random numbers as tensors, and in
/// the header's metadata the training's arguments and the results of its epochs.</summary>
internal static class CheckpointFile
{
    private const string TrainingKey = "training";

    /// <summary>Writes the state at the end of an epoch.</summary>
    /// <exception cref="NotSupportedException">The optimizer cannot be saved.</exception>
    public static void Save(string path, Module<Tensor, Tensor> model, optim.Optimizer optimizer, TrainingPlan plan, History history)
    {
        using var scope = NewDisposeScope();
        var tensors = TrainingSnapshot.Of(model, optimizer, out var hasMemory);
        if (!hasMemory)
        {
            throw new NotSupportedException(
                $"A checkpoint holds the optimizer's memory, which {optimizer.GetType().Name} does not make accessible; take an "
                    + "optimizer of torch.optim, or save only the weights with Weights.Save."
            );
        }

        var training = JsonSerializer.Serialize(new Training(plan, history));
        AtomicFile.Write(path, stream => Safetensors.Write(stream, tensors, withChecksum: true, (TrainingKey, training)));
    }

    /// <summary>Restores everything as it was when the checkpoint was made; if an exception is thrown, nothing is changed.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <param name="model">A network of the same architecture.</param>
    /// <param name="optimizer">An optimizer made like the one that was saved.</param>
    /// <param name="plan">The arguments of the present call of Fit.</param>
    /// <param name="epochs">How many epochs were asked for now.</param>
    /// <returns>The epochs that were finished then.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, not a checkpoint, or of another training.</exception>
    public static History Resume(string path, Module<Tensor, Tensor> model, optim.Optimizer optimizer, TrainingPlan plan, int epochs)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"There is no checkpoint at {path}; take Checkpoint.Latest(folder), which finds the newest, or leave resumeFrom "
                    + "out to start from the beginning.",
                path
            );
        }

        using var scope = NewDisposeScope();
        var (tensors, metadata) = WeightsFile.Read(path, model.state_dict(), withTraining: true);
        if (!metadata.TryGetValue(TrainingKey, out var json))
        {
            throw new InvalidDataException(
                $"{path} holds only weights, from which training cannot go on as it was; load them with Weights.Load and leave "
                    + "resumeFrom out, or name a file that a Checkpoint wrote."
            );
        }

        var training = Parse(path, json);
        plan.ThrowIfOther(training.Plan, path);
        if (epochs < training.History.Epochs.Count)
        {
            throw new ArgumentException(
                $"{path} was made after epoch {training.History.Epochs.Count}, and epochs: {epochs} is less; ask for "
                    + $"{training.History.Epochs.Count} or more, or name an earlier checkpoint.",
                nameof(epochs)
            );
        }

        var chosen = optimizer.ParamGroups.Select(group => group.LearningRate).ToList();
        Restore(path, tensors, model, optimizer);
        foreach (var (group, rate, then) in optimizer.ParamGroups.Zip(chosen, training.Plan.LearningRates))
        {
            // A rate that differs from the one with which the training began was chosen on purpose, so it is kept.
            if (rate != then)
            {
                group.LearningRate = rate;
            }
        }

        return training.History;
    }

    private static void Restore(
        string path,
        IReadOnlyDictionary<string, Tensor> tensors,
        Module<Tensor, Tensor> model,
        optim.Optimizer optimizer
    )
    {
        try
        {
            TrainingSnapshot.Restore(tensors, model, optimizer);
            TrainingSnapshot.RestoreSurroundings(tensors, optimizer);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                $"{path} does not fit this optimizer: {e.Message}; make the optimizer from model.parameters() as it was then, or "
                    + "leave resumeFrom out to start from the beginning.",
                e
            );
        }
    }

    private static Training Parse(string path, string json)
    {
        try
        {
            return
                JsonSerializer.Deserialize<Training>(json)
                    is { Plan: { Facts: not null, LearningRates: not null }, History.Epochs: not null } training
                ? training
                : throw new JsonException();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is a checkpoint of another version of this course; delete it and train again.", e);
        }
    }

    private sealed record Training(TrainingPlan Plan, History History);
}
