namespace CnnTutorial;

/// <summary>Watches during an epoch whether a batch is freed when the next one is asked for.</summary>
internal sealed class BatchLifetimes
{
    private const string Expected = "A batch lives until the next one is asked for.";

    // The batches are kept so that the garbage collector does not free what the learner's code forgot.
    private readonly List<Batch> _batches = [];
    private readonly List<long> _live = [];
    private int _held;

    /// <summary>How many batches were not yet freed when the last one came.</summary>
    public int Held => _held;

    /// <summary>To be called with each batch, before the check uses it.</summary>
    public void Note(Batch? batch)
    {
        // Another check reports a null.
        if (batch is { Images: not null, Labels: not null })
        {
            _held = _batches.Count(earlier => !earlier.Images.IsInvalid || !earlier.Labels.IsInvalid);
            _batches.Add(batch);
            _live.Add(LiveTensors.Count);
        }
    }

    /// <exception cref="WrongAnswerException">Tensors pile up until the epoch ends.</exception>
    public void ThrowIfLate()
    {
        if (_held > 0)
        {
            throw new WrongAnswerException(
                Expected,
                $"Nothing is left after the epoch, but when its last batch came, {_held} earlier {(_held == 1 ? "one" : "ones")} still "
                    + "lived: in the end the whole "
                    + "data set is in memory once more.",
                "A dispose scope around the whole loop frees all of it at the end, and a list keeps all of it. Write `using var` before "
                    + "the batch, inside the loop."
            );
        }

        var perBatch = LiveTensors.PerBatch(_live);
        if (perBatch >= 1)
        {
            throw new WrongAnswerException(
                Expected,
                $"The batches were freed in time, but each left {perBatch:0.#} more of its tensors alive until the epoch was over.",
                "A slice, as `narrow` makes it, is a tensor too: write `using var` before it, inside the loop."
            );
        }
    }
}
