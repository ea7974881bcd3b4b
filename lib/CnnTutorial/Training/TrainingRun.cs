using System.Diagnostics;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>One call of <c>Fit</c>: its arguments and its state.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly Trainer _trainer;
    private readonly IBatchSource _batches;
    private readonly int _batchSize;
    private readonly TrainingPlan? _plan;
    private readonly IReadOnlyList<Callback> _callbacks;
    private readonly List<EpochResult> _finished = [];
    private readonly double _learningRate;
    private readonly (Tensor Images, Tensor Labels)? _validation;
    private readonly RunningMeans _running;
    private readonly TrainingStep _step;
    private readonly TrainingState _state;
    private readonly NumberGuard _guard;
    private readonly MemoryReuse _memory;

    /// <summary>Prepares a run. What it puts on the device belongs to the caller's dispose scope.</summary>
    /// <param name="trainer">The network, its loss, its optimizer.</param>
    /// <param name="batches">What to learn from.</param>
    /// <param name="validation">The images to evaluate with after every epoch, or null.</param>
    /// <param name="epochs">How many in all.</param>
    /// <param name="batchSize">For the history.</param>
    /// <param name="plan">For checkpoints; null if none is read or written.</param>
    /// <param name="resumeFrom">A checkpoint to go on from, or null.</param>
    /// <param name="callbacks">Code that runs during the training.</param>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another training.</exception>
    public TrainingRun(
        Trainer trainer,
        IBatchSource batches,
        ImageSplit? validation,
        int epochs,
        int batchSize,
        TrainingPlan? plan,
        string? resumeFrom,
        IReadOnlyList<Callback> callbacks
    )
    {
        (_trainer, _batches, _batchSize, _plan) = (trainer, batches, batchSize, plan);
        _callbacks = !trainer.ShowsProgress || callbacks.Any(callback => callback is Progress) ? callbacks : [new Progress(), .. callbacks];
        _learningRate = trainer.Optimizer.ParamGroups.First().LearningRate;
        if (resumeFrom is not null)
        {
            _finished.AddRange(CheckpointFile.Resume(resumeFrom, trainer.Model, trainer.Optimizer, plan!, epochs).Epochs);
            batches.Epoch = _finished.Count;
        }

        _memory = MemoryReuse.Begin();
        _validation = validation is null ? null : (validation.ToByteTensor(trainer.Device), validation.ToLabelTensor(trainer.Device));
        _running = new RunningMeans(trainer.Metrics, trainer.Device);
        _step = new TrainingStep(trainer, batches.ImageShape);
        _guard = new NumberGuard(trainer, _finished.Count);
        _state = new TrainingState(trainer.Model, epochs, batches.Count, batches.ImageCount, _running.Means, _finished, SaveCheckpoint);
    }

    /// <summary>Trains until all epochs are done, or something stops it.</summary>
    public History ToTheEnd()
    {
        var stop = HostContext.CancellationToken;
        Each(callback => callback.OnTrainBegin(_state));
        for (_state.Epoch = _finished.Count + 1; _state.Epoch <= _state.Epochs && _state.StopReason is null; _state.Epoch++)
        {
            if (!RunEpoch(stop))
            {
                break;
            }

            var validation = _validation is var (images, labels) ? _trainer.Evaluate(images, labels) : null;
            var result = new EpochResult(_state.Epoch, _running.Means(), validation, _state.EpochTime.TotalSeconds);
            if (_guard.Stops(_state, result))
            {
                break;
            }

            _finished.Add(result);
            Each(callback => callback.OnEpochEnd(_state, result));
            Each(callback => callback.AfterEpoch(_state));
        }

        var history = new History(_finished, _learningRate, _batchSize, _state.StopReason);
        _state.Epoch = Math.Min(_state.Epoch, _state.Epochs);
        Each(callback => callback.OnTrainEnd(_state, history));
        return history;
    }

    public void Dispose()
    {
        _guard.Dispose();
        _step.Dispose();
        _running.Dispose();
        _memory.Dispose();
    }

    /// <summary>One pass over the images.</summary>
    /// <returns>False if it was stopped before its last batch.</returns>
    private bool RunEpoch(CancellationToken stop)
    {
        _trainer.Model.train();
        _running.Reset();
        (_state.Batch, _state.ImagesDone, _state.EpochTime) = (0, 0, TimeSpan.Zero);
        var start = Stopwatch.GetTimestamp();
        foreach (var batch in _batches)
        {
            using (batch)
            {
                Learn(batch);
            }

            _memory.Step();
            _state.Batch++;
            _state.ImagesDone = _running.Count;
            _state.EpochTime = Stopwatch.GetElapsedTime(start);
            if (_guard.Stops(_state))
            {
                return false;
            }

            Each(callback => callback.OnBatchEnd(_state));
            if (stop.IsCancellationRequested)
            {
                _state.Stop(
                    $"Stopped by you in epoch {_state.Epoch}, after batch {_state.Batch} of {_state.Batches}. The model keeps what it "
                        + "has learned so far."
                );
            }

            if (_state.StopReason is not null && _state.Batch < _state.Batches)
            {
                return false;
            }
        }

        return true;
    }

    private void Learn(Batch batch)
    {
        // The garbage collector does not see native memory: without this scope a few epochs fill the memory.
        using var scope = NewDisposeScope();
        var (logits, loss) = _step.Take(batch);
        _running.Add(logits, batch.Labels, loss);
        _guard.Add(loss, batch.Count);
    }

    private void SaveCheckpoint(string path) =>
        CheckpointFile.Save(path, _trainer.Model, _trainer.Optimizer, _plan!, new History(_finished, _learningRate, _batchSize));

    private void Each(Action<Callback> act)
    {
        foreach (var callback in _callbacks)
        {
            act(callback);
        }
    }
}
