using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Runs a network to look at it: dropout off, no gradients, and afterwards in the mode in which it was.</summary>
internal static class Judging
{
    /// <summary>Does something with a network in eval mode and without gradients; it gets the device on which the network is.</summary>
    public static void Quietly(Module<Tensor, Tensor> model, Action<Device> look)
    {
        var wasTraining = model.training;
        model.eval();
        try
        {
            using var noGradients = no_grad();
            using var memory = MemoryReuse.Begin();
            look(model.parameters().FirstOrDefault()?.device ?? CPU);
        }
        finally
        {
            model.train(wasTraining);
        }
    }
}
