using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A network with all that training needs: the loss, the optimizer, the metrics and the device. What Keras calls a compiled
/// model.</summary>
public sealed partial class Trainer
{
    private readonly Module<Tensor, Tensor, Tensor> _loss;
    private readonly optim.Optimizer? _optimizer;
    private readonly IReadOnlyList<Metric> _metrics;

    /// <summary>Puts the parts together.</summary>
    /// <param name="model">The network: from images <c>[N, 1, rows, columns]</c> to logits <c>[N, classes]</c>. It must be on the device
    /// already, since the optimizer was made from its parameters.</param>
    /// <param name="loss">From logits and labels <c>[N]</c> (int64) to one mean loss, such as <c>nn.CrossEntropyLoss()</c>.</param>
    /// <param name="optimizer">What changes the weights; null for a network that is only judged.</param>
    /// <param name="metrics">What to report beside the loss; null for accuracy alone.</param>
    /// <param name="device">Where to compute; null for the CPU.</param>
    /// <exception cref="ArgumentException">The network is on another device.</exception>
    public Trainer(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer? optimizer = null,
        IReadOnlyList<Metric>? metrics = null,
        Device? device = null
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        NativeLibraries.EnsureLoaded();
        Device = device ?? CPU;
        if (model.parameters().FirstOrDefault(parameter => parameter.device_type != Device.type) is { } elsewhere)
        {
            throw new ArgumentException(
                $"The model is on {elsewhere.device_type} and the trainer was given {Device.type}; write model.to(device) before you "
                    + "make the optimizer.",
                nameof(model)
            );
        }

        Model = model;
        _loss = loss;
        _optimizer = optimizer;
        _metrics = metrics ?? [Metric.Accuracy];
    }

    /// <summary>The network.</summary>
    public Module<Tensor, Tensor> Model { get; }

    /// <summary>Where it computes.</summary>
    public Device Device { get; }

    /// <summary>Whether training adds a progress bar; the exercise's checks train without a word.</summary>
    internal bool ShowsProgress { get; init; } = true;

    /// <summary>Trains the network, epoch by epoch, on shuffled mini-batches.</summary>
    /// <param name="train">The images to learn from.</param>
    /// <param name="validation">Images to judge by after every epoch, or null.</param>
    /// <param name="epochs">How many times each image is seen.</param>
    /// <param name="batchSize">Images a step; the last batch of an epoch may be smaller.</param>
    /// <param name="seed">Fixes the order of the images; null for one drawn from TorchSharp's generator, which <c>torch.manual_seed</c>
    /// fixes.</param>
    /// <param name="resumeFrom">A file that a <see cref="Checkpoint"/> wrote, such as <c>Checkpoint.Latest(folder)</c>: training goes on
    /// after its epoch, on the CPU bit for bit as if it had never stopped. Null to begin with the network as it is.</param>
    /// <param name="callbacks">What else is to happen while it trains.</param>
    /// <returns>The finished epochs; fewer than asked for when the stop button was pressed or a callback stopped it.</returns>
    /// <exception cref="ArgumentException">Images, labels, model or optimizer are such that nothing could be learned; one sentence says
    /// what is wrong.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another training; network and optimizer stay as they
    /// are.</exception>
    /// <exception cref="InvalidOperationException">The trainer was made without an optimizer.</exception>
    public History Fit(
        ImageSplit train,
        ImageSplit? validation = null,
        int epochs = 10,
        int batchSize = 256,
        int? seed = null,
        string? resumeFrom = null,
        params Callback[] callbacks
    )
    {
        ArgumentNullException.ThrowIfNull(train);
        ThrowIfUnfit(train.Labels, train.Rows, train.Columns, validation, epochs, batchSize);

        // The whole split lives on the device from here on, as bytes: a step then copies nothing but its batch.
        using var scope = NewDisposeScope();
        return Fit(
            new Batches(train.ToByteTensor(Device), train.ToLabelTensor(Device), batchSize, shuffle: true, seed),
            validation,
            epochs,
            batchSize,
            () => PlanOf(TrainingPlan.Describe(train), validation, batchSize, seed),
            resumeFrom,
            callbacks
        );
    }

    /// <summary>Trains the network, epoch by epoch, on shuffled mini-batches of images that stay on disk, since they need not fit into
    /// memory.</summary>
    /// <param name="train">The images to learn from, which stay open.</param>
    /// <param name="validation">Images to judge by after every epoch, or null.</param>
    /// <param name="epochs">How many times each image is seen.</param>
    /// <param name="batchSize">Images a step; the last batch of an epoch may be smaller.</param>
    /// <param name="seed">Fixes the order of the images; null for one drawn from TorchSharp's generator, which <c>torch.manual_seed</c>
    /// fixes.</param>
    /// <param name="resumeFrom">A file that a <see cref="Checkpoint"/> wrote, such as <c>Checkpoint.Latest(folder)</c>: training goes on
    /// after its epoch, on the CPU bit for bit as if it had never stopped. Null to begin with the network as it is.</param>
    /// <param name="callbacks">What else is to happen while it trains.</param>
    /// <returns>The finished epochs; fewer than asked for when the stop button was pressed or a callback stopped it.</returns>
    /// <exception cref="ArgumentException">Images, labels, model or optimizer are such that nothing could be learned; one sentence says
    /// what is wrong.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another training; network and optimizer stay as they
    /// are.</exception>
    /// <exception cref="InvalidOperationException">The trainer was made without an optimizer.</exception>
    public History Fit(
        ImageSplitOnDisk train,
        ImageSplit? validation = null,
        int epochs = 10,
        int batchSize = 256,
        int? seed = null,
        string? resumeFrom = null,
        params Callback[] callbacks
    )
    {
        ArgumentNullException.ThrowIfNull(train);
        ThrowIfUnfit(train.Labels, train.Rows, train.Columns, validation, epochs, batchSize);
        return Fit(
            train.Batches(batchSize, seed, Device),
            validation,
            epochs,
            batchSize,
            () => PlanOf(train.Describe(), validation, batchSize, seed),
            resumeFrom,
            callbacks
        );
    }

    private History Fit(
        IBatchSource batches,
        ImageSplit? validation,
        int epochs,
        int batchSize,
        Func<TrainingPlan> planOf,
        string? resumeFrom,
        Callback[] callbacks
    )
    {
        var optimizer = Optimizer;
        // Networks of earlier runs of the learner's cell: the garbage collector sees their few objects, not their weights.
        GC.Collect();
        using var scope = NewDisposeScope();
        using var memory = MemoryReuse.Begin();
        using var running = new RunningMeans(_metrics, Device);
        var results = new List<EpochResult>();
        var learningRate = optimizer.ParamGroups.First().LearningRate;
        var plan = resumeFrom is not null || callbacks.Any(callback => callback is Checkpoint) ? planOf() : null;
        if (resumeFrom is not null)
        {
            results.AddRange(CheckpointFile.Resume(resumeFrom, Model, optimizer, plan!, epochs).Epochs);
            batches.Epoch = results.Count;
        }

        using var step = new TrainingStep(Model, _loss, optimizer, batches.ImageShape, Device);
        var held = validation is null ? default((Tensor, Tensor)?) : (validation.ToByteTensor(Device), validation.ToLabelTensor(Device));
        using var guard = new NumberGuard(Model, optimizer, Device, results.Count);
        var state = new TrainingState(
            Model,
            epochs,
            batches.Count,
            batches.ImageCount,
            running.Means,
            results,
            path => CheckpointFile.Save(path, Model, optimizer, plan!, new History(results, learningRate, batchSize))
        );
        var all = !ShowsProgress || callbacks.Any(callback => callback is Progress) ? callbacks : [new Progress(), .. callbacks];
        var stop = HostContext.CancellationToken;

        Each(all, callback => callback.OnTrainBegin(state));
        for (state.Epoch = results.Count + 1; state.Epoch <= epochs && state.StopReason is null; state.Epoch++)
        {
            if (!RunEpoch(batches, batch => Learn(batch, step, running, memory, guard), running, guard, state, all, stop))
            {
                break;
            }

            var result = new EpochResult(
                state.Epoch,
                running.Means(),
                held is var (images, labels) ? Evaluate(images, labels) : null,
                state.EpochTime.TotalSeconds
            );
            if (guard.Stops(state, result))
            {
                break;
            }

            results.Add(result);
            Each(all, callback => callback.OnEpochEnd(state, result));
            Each(all, callback => callback.AfterEpoch(state));
        }

        var history = new History(results, learningRate, batchSize, state.StopReason);
        state.Epoch = Math.Min(state.Epoch, epochs);
        Each(all, callback => callback.OnTrainEnd(state, history));
        return history;
    }

    /// <summary>One pass over the images.</summary>
    /// <returns>False where it was stopped before its last batch.</returns>
    private bool RunEpoch(
        IBatchSource batches,
        Action<Batch> step,
        RunningMeans running,
        NumberGuard guard,
        TrainingState state,
        Callback[] callbacks,
        CancellationToken stop
    )
    {
        Model.train();
        running.Reset();
        (state.Batch, state.ImagesDone, state.EpochTime) = (0, 0, TimeSpan.Zero);
        var start = Stopwatch.GetTimestamp();
        foreach (var batch in batches)
        {
            using (batch)
            {
                step(batch);
            }

            state.Batch++;
            state.ImagesDone = running.Count;
            state.EpochTime = Stopwatch.GetElapsedTime(start);
            if (guard.Stops(state))
            {
                return false;
            }

            Each(callbacks, callback => callback.OnBatchEnd(state));
            if (stop.IsCancellationRequested)
            {
                state.Stop(
                    $"Stopped by you in epoch {state.Epoch}, after batch {state.Batch} of {state.Batches}. The model keeps what it has "
                        + "learned so far."
                );
            }

            if (state.StopReason is not null && state.Batch < state.Batches)
            {
                return false;
            }
        }

        return true;
    }

    private static void Learn(Batch batch, TrainingStep step, RunningMeans running, MemoryReuse memory, NumberGuard guard)
    {
        // The garbage collector does not see native memory: without this scope a few epochs fill the machine.
        using var scope = NewDisposeScope();
        var (logits, loss) = step.Take(batch);
        running.Add(logits, batch.Labels, loss);
        guard.Add(loss);
        memory.Step();
    }

    private static void Each(Callback[] callbacks, Action<Callback> act)
    {
        foreach (var callback in callbacks)
        {
            act(callback);
        }
    }
}
