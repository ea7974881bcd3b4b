using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Ends a training whose loss or weights became NaN or infinite, and restores the network as it was after the last good
/// epoch.</summary>
internal sealed class NumberGuard : IDisposable
{
    /// <summary>On a GPU, reading a number means waiting for all work before it, so it is done once for this many batches.</summary>
    private const int BatchesBetweenLooks = 50;

    private readonly Module<Tensor, Tensor> _model;
    private readonly optim.Optimizer _optimizer;
    private readonly int _together;
    private readonly List<Tensor> _losses = [];
    private byte[] _good;
    private bool _hadBatchOfOne;
    private int _goodEpoch;

    /// <summary>Begins; the network as it is now counts as good.</summary>
    /// <param name="trainer">The network and its optimizer.</param>
    /// <param name="epoch">How many epochs are finished.</param>
    public NumberGuard(Trainer trainer, int epoch)
    {
        (_model, _optimizer, _goodEpoch) = (trainer.Model, trainer.Optimizer, epoch);
        _together = trainer.Device.type == DeviceType.CPU ? 1 : BatchesBetweenLooks;
        _good = TrainingSnapshot.Copy(_model, _optimizer);
    }

    /// <summary>Remembers a batch's loss.</summary>
    /// <param name="loss">The mean over the batch.</param>
    /// <param name="images">How many images the batch has.</param>
    public void Add(Tensor loss, int images)
    {
        _losses.Add(loss.detach().DetachFromDisposeScope());
        _hadBatchOfOne |= images == 1;
    }

    /// <summary>Whether one of the batches since the last look ends the training; then the network is restored.</summary>
    public bool Stops(TrainingState state)
    {
        if (_losses.Count < _together && state.Batch < state.Batches)
        {
            return false;
        }

        var bad = Values()
            .Select((loss, i) => (Loss: loss, Batch: state.Batch - _losses.Count + 1 + i))
            .Where(pair => !double.IsFinite(pair.Loss))
            .Select(pair => ((double Loss, int Batch)?)pair)
            .FirstOrDefault();
        Forget();
        if (bad is var (value, batch))
        {
            Stop(state, $"at batch {batch} of {state.Batches} the loss is {Text(value)}");
            return true;
        }

        return false;
    }

    /// <summary>Whether the training ends after an epoch: its last step may have made weights NaN or infinite, with which no loss was
    /// computed. If not, the epoch is good.</summary>
    public bool Stops(TrainingState state, EpochResult result)
    {
        if (ModelWeights.NotFinite(_model) is { } name)
        {
            Stop(
                state,
                $"after batch {state.Batches} of {state.Batches} {name} holds NaN or infinite numbers",
                _hadBatchOfOne && name.EndsWith("running_var", StringComparison.Ordinal) ? BatchOfOne(state) : null
            );
            return true;
        }

        if (result.Validation is { Loss: var loss } && !double.IsFinite(loss))
        {
            Stop(state, $"after its last batch the validation loss is {Text(loss)}");
            return true;
        }

        (_good, _goodEpoch) = (TrainingSnapshot.Copy(_model, _optimizer), state.Epoch);
        return false;
    }

    public void Dispose() => Forget();

    private double[] Values()
    {
        using var scope = NewDisposeScope();
        return stack(_losses).to(ScalarType.Float64).cpu().data<double>().ToArray();
    }

    private void Stop(TrainingState state, string what, string? cause = null)
    {
        // Read before the optimizer is restored, together with its learning rate.
        var rate = _optimizer.ParamGroups.Max(group => group.LearningRate);
        TrainingSnapshot.Restore(_good, _model, _optimizer);
        var kept =
            _goodEpoch == 0
                ? "as it was before the training"
                : string.Create(CultureInfo.InvariantCulture, $"as it was after epoch {_goodEpoch}");
        cause ??= string.Create(
            CultureInfo.InvariantCulture,
            $"Most likely the learning rate, {rate}, is too large, so that the steps grow instead of shrinking: make the optimizer with a "
                + $"tenth of it, {rate / 10:G3}, and train again."
        );
        state.Stop($"Stopped in epoch {state.Epoch}: {what}. {cause} The model is {kept}.");
    }

    // A batch norm divides by the number of values of a channel minus one; with one image, BatchNorm1d sees one value.
    private static string BatchOfOne(TrainingState state) =>
        state.Images == state.Batches
            ? "The batches have one image each, and a batch norm computes a variance over a batch, which one image does not have: train "
                + "with a batchSize of 2 or more."
            : "The last batch of the epoch has one image, and a batch norm computes a variance over a batch, which one image does not "
                + "have: train with another batchSize, or leave one image out with Take, so that no batch of one is left.";

    private void Forget()
    {
        _losses.ForEach(loss => loss.Dispose());
        _losses.Clear();
    }

    private static string Text(double value) => double.IsNaN(value) ? "NaN (not a number)" : "infinite";
}
