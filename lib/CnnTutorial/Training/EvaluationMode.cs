using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A network as it is when it is judged: in evaluation mode (dropout off) and without gradients.</summary>
internal static class EvaluationMode
{
    /// <summary>Does something with a network in eval mode and without gradients; it gets the device on which the network is.</summary>
    public static void Run(Module<Tensor, Tensor> model, Action<Device> look)
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
