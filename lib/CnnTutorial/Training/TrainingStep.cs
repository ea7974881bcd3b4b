using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>A step of training: forward, loss, backward, update. <see cref="FastStep"/> does the same faster where it can; the results
/// agree to rounding.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly Trainer _trainer;
    private readonly List<Parameter> _parameters;
    private readonly FastStep _fast;

    /// <summary>Prepares steps.</summary>
    /// <param name="trainer">The network, its loss, its optimizer.</param>
    /// <param name="imageShape">The shape of one image.</param>
    public TrainingStep(Trainer trainer, IReadOnlyList<long> imageShape)
    {
        (_trainer, _parameters) = (trainer, [.. trainer.Optimizer.parameters()]);
        _fast = new FastStep(trainer, imageShape);
        // Gradients from before the training do not count.
        ClearGradients();
    }

    /// <summary>Learns from a batch.</summary>
    public (Tensor Logits, Tensor Loss) Take(Batch batch)
    {
        if (_fast.Learn(batch) is { } done)
        {
            ClearGradients();
            return done;
        }

        var logits = _fast.Forward(batch.Images);
        var loss = _trainer.Loss.call(logits, batch.Labels);
        loss.backward();
        if (!_fast.Update())
        {
            _trainer.Optimizer.step();
        }

        ClearGradients();
        return (logits.detach(), loss.detach());
    }

    public void Dispose() => _fast.Dispose();

    // Set to zero in place: if their memory is kept, it does not become fragmented.
    private void ClearGradients()
    {
        foreach (var parameter in _parameters)
        {
            using var gradient = parameter.grad;
            gradient?.zero_();
        }
    }
}
