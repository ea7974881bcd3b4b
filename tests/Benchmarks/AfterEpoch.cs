using CnnTutorial;

namespace Benchmarks;

/// <summary>Does something after each epoch of a training; it gets the epoch's number, from 1.</summary>
internal sealed class AfterEpoch(Action<int> act) : Callback
{
    public override void OnEpochEnd(TrainingState state, EpochResult result) => act(result.Epoch);
}
