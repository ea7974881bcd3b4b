namespace CnnTutorial;

/// <summary>Code that runs at fixed points of training. Override what you need.</summary>
public abstract class Callback
{
    /// <summary>Before the first batch.</summary>
    public virtual void OnTrainBegin(TrainingState state) { }

    /// <summary>After each batch's step.</summary>
    public virtual void OnBatchEnd(TrainingState state) { }

    /// <summary>After each epoch and its validation.</summary>
    public virtual void OnEpochEnd(TrainingState state, EpochResult result) { }

    /// <summary>After the <see cref="OnEpochEnd"/> of all callbacks, so that a recorder sees what they changed.</summary>
    internal virtual void AfterEpoch(TrainingState state) { }

    /// <summary>After the last epoch, also if training was stopped early.</summary>
    public virtual void OnTrainEnd(TrainingState state, History history) { }
}
