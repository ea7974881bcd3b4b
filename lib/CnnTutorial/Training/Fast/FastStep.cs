using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Where everything that only makes training faster is switched on: layers in a faster order (<see cref="ForwardPass"/>), a
/// batch in parts on several cores (<see cref="PartwisePass"/>), Adam in one pass (<see cref="AdamStep"/>). Each is used where network,
/// loss, optimizer and machine allow; results agree to rounding.</summary>
internal sealed class FastStep : IDisposable
{
    private readonly Trainer _trainer;
    private readonly List<Tensor> _parameters;
    private readonly AdamStep? _adam;
    private readonly WorkerTeam? _team;
    private readonly PartwisePass? _partwise;

    /// <summary>Finds out what can be done faster.</summary>
    /// <param name="trainer">The network, its loss, its optimizer.</param>
    /// <param name="imageShape">The shape of one image.</param>
    public FastStep(Trainer trainer, IReadOnlyList<long> imageShape)
    {
        (_trainer, _parameters) = (trainer, [.. trainer.Optimizer.parameters()]);
        _adam = AdamStep.Of(trainer.Optimizer);
        Forward = ForwardPass.Of(trainer.Model);
        var learning = trainer
            .Model.parameters()
            .Where(parameter => parameter.requires_grad)
            .Select(parameter => parameter.Handle)
            .ToHashSet();
        if (
            PartwisePass.Helps(trainer.Device)
            && PartwisePass.CanSplit(trainer.Loss)
            && _parameters.All(parameter => learning.Contains(parameter.Handle))
        )
        {
            _team = new WorkerTeam();
            _partwise = PartwisePass.Of(trainer.Model, imageShape, _team);
        }
    }

    /// <summary>What <c>model.call</c> computes.</summary>
    public Func<Tensor, Tensor> Forward { get; }

    /// <summary>Takes a whole step, or returns null if a batch cannot be computed in parts.</summary>
    public (Tensor Logits, Tensor Loss)? Learn(Batch batch)
    {
        // A callback may freeze weights between two epochs.
        if (_partwise is null || _parameters.Exists(parameter => !parameter.requires_grad))
        {
            return null;
        }

        var (logits, loss, gradients) = _partwise.Learn(batch, _trainer.Loss, _parameters);
        if (_adam is not null)
        {
            _adam.Take(gradients, _team);
        }
        else
        {
            for (var i = 0; i < _parameters.Count; i++)
            {
                _parameters[i].grad = gradients.Select(part => part[i]).Aggregate((sum, gradient) => sum.AddInPlace(gradient));
            }

            _trainer.Optimizer.step();
        }

        foreach (var gradient in gradients.SelectMany(part => part))
        {
            gradient.Dispose();
        }

        return (logits, loss);
    }

    /// <summary>Takes the optimizer's step with the gradients that the weights have; false if the optimizer must do that itself.</summary>
    public bool Update()
    {
        _adam?.Take([
            [.. _parameters.Select(parameter => parameter.grad)],
        ]);
        return _adam is not null;
    }

    public void Dispose() => _team?.Dispose();
}
