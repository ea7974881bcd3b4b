using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A network's predictions by the fastest way that network and machine allow; results agree to rounding.</summary>
internal sealed class FastPrediction : IDisposable
{
    private readonly WorkerTeam? _team;

    /// <summary>Finds out what can be done faster.</summary>
    /// <param name="model">The network, in evaluation mode.</param>
    /// <param name="imageShape">The shape of one image.</param>
    /// <param name="device">Where the network is.</param>
    public FastPrediction(Module<Tensor, Tensor> model, IEnumerable<long> imageShape, Device device)
    {
        _team = PartwisePass.Helps(device) ? new WorkerTeam() : null;
        Predict = _team is not null && PartwisePass.Of(model, imageShape, _team) is { } partwise ? partwise.Predict : ForwardPass.Of(model);
    }

    /// <summary>From images to logits.</summary>
    public Func<Tensor, Tensor> Predict { get; }

    public void Dispose() => _team?.Dispose();
}
