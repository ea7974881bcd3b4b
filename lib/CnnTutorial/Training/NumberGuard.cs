using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Ends a training whose numbers are no longer numbers, and puts the network back as it was after the last epoch that was
/// good.</summary>
internal sealed class NumberGuard : IDisposable
{
    /// <summary>On a GPU looking at a number means waiting for all that was asked before it: once for this many batches.</summary>
    private const int BatchesBetweenLooks = 50;

    private readonly Module<Tensor, Tensor> _model;
    private readonly optim.Optimizer _optimizer;
    private readonly int _together;
    private readonly List<Tensor> _losses = [];
    private TrainingSnapshot _good;
    private int _goodEpoch;

    /// <summary>Begins: what the network is now is good.</summary>
    public NumberGuard(Module<Tensor, Tensor> model, optim.Optimizer optimizer, Device device, int epoch)
    {
        (_model, _optimizer, _goodEpoch) = (model, optimizer, epoch);
        _together = device.type == DeviceType.CPU ? 1 : BatchesBetweenLooks;
        _good = TrainingSnapshot.Take(model, optimizer);
    }

    /// <summary>Remembers a batch's loss.</summary>
    public void Add(Tensor loss) => _losses.Add(loss.detach().DetachFromDisposeScope());

    /// <summary>Whether one of the batches since the last look ends the training; then the network is put back.</summary>
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

    /// <summary>Whether an epoch's end ends the training: its last step may have ruined weights that no later loss was computed with. If
    /// not, it is good.</summary>
    public bool Stops(TrainingState state, EpochResult result)
    {
        if (ModelWeights.NotFinite(_model) is { } name)
        {
            Stop(state, $"after batch {state.Batches} of {state.Batches} {name} holds NaN or infinite numbers");
            return true;
        }

        if (result.Validation is { Loss: var loss } && !double.IsFinite(loss))
        {
            Stop(state, $"after its last batch the validation loss is {Text(loss)}");
            return true;
        }

        (_good, _goodEpoch) = (TrainingSnapshot.Take(_model, _optimizer), state.Epoch);
        return false;
    }

    public void Dispose() => Forget();

    private double[] Values()
    {
        if (_losses.Count == 1)
        {
            return [_losses[0].ToDouble()];
        }

        using var scope = NewDisposeScope();
        return stack(_losses).to(ScalarType.Float64).cpu().data<double>().ToArray();
    }

    private void Stop(TrainingState state, string what)
    {
        // Read before the optimizer is put back, with its learning rate.
        var rate = _optimizer.ParamGroups.Max(group => group.LearningRate);
        _good.Restore(_model, _optimizer);
        var kept =
            _goodEpoch == 0
                ? "as it was before the training"
                : string.Create(CultureInfo.InvariantCulture, $"as it was after epoch {_goodEpoch}");
        state.Stop(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Stopped in epoch {state.Epoch}: {what}. Most likely the learning rate, {rate}, is too large, so that the steps grow "
                    + $"instead of shrinking: make the optimizer with a tenth of it, {rate / 10:G3}, and train again. The model is {kept}."
            )
        );
    }

    private void Forget()
    {
        _losses.ForEach(loss => loss.Dispose());
        _losses.Clear();
    }

    private static string Text(double value) => double.IsNaN(value) ? "NaN (not a number)" : "infinite";
}
