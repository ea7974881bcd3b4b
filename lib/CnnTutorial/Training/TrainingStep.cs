using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A step of training: forward, loss, backward, update. By the fastest way that network, optimizer and machine allow, which all
/// give the same weights to rounding.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly Module<Tensor, Tensor, Tensor> _loss;
    private readonly optim.Optimizer _optimizer;
    private readonly List<Tensor> _parameters;
    private readonly AdamStep? _adam;
    private readonly Func<Tensor, Tensor> _forward;
    private readonly WorkerTeam? _team;
    private readonly PartwisePass? _partwise;

    public TrainingStep(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer optimizer,
        IReadOnlyList<long> imageShape,
        Device device
    )
    {
        (_loss, _optimizer, _parameters) = (loss, optimizer, [.. optimizer.parameters()]);
        _adam = AdamStep.Of(optimizer);
        _forward = ForwardPass.Of(model);
        var learning = model.parameters().Where(parameter => parameter.requires_grad).Select(parameter => parameter.Handle).ToHashSet();
        if (PartwisePass.Helps(device) && PartwisePass.CanSplit(loss) && _parameters.All(parameter => learning.Contains(parameter.Handle)))
        {
            _team = new WorkerTeam();
            _partwise = PartwisePass.Of(model, imageShape, _team);
        }

        // Gradients of whatever ran before do not count.
        ClearGradients();
    }

    /// <summary>Learns from a batch.</summary>
    public (Tensor Logits, Tensor Loss) Take(Batch batch)
    {
        if (_partwise is not null)
        {
            var (logits, loss, gradients) = _partwise.Learn(batch, _loss, _parameters);
            Update(gradients);
            foreach (var gradient in gradients.SelectMany(part => part))
            {
                gradient?.Dispose();
            }

            return (logits, loss);
        }
        else
        {
            var logits = _forward(batch.Images);
            var loss = _loss.call(logits, batch.Labels);
            loss.backward();
            Update([
                [.. _parameters.Select(parameter => parameter.grad)],
            ]);
            ClearGradients();
            return (logits.detach(), loss.detach());
        }
    }

    public void Dispose() => _team?.Dispose();

    private void Update(IReadOnlyList<IReadOnlyList<Tensor?>> gradients)
    {
        if (_adam is not null)
        {
            _adam.Take(gradients, _team);
            return;
        }

        if (_partwise is not null)
        {
            for (var i = 0; i < _parameters.Count; i++)
            {
                _parameters[i].grad = gradients
                    .Select(part => part[i])
                    .OfType<Tensor>()
                    .Aggregate((Tensor?)null, (sum, gradient) => sum is null ? gradient : sum.add_(gradient));
            }
        }

        _optimizer.step();
        ClearGradients();
    }

    // Set to zero where they lie: memory that stays where it is leaves no holes between steps.
    private void ClearGradients()
    {
        foreach (var parameter in _parameters)
        {
            using var gradient = parameter.grad;
            gradient?.zero_();
        }
    }
}
