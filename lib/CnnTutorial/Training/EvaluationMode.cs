using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Runs a network in evaluation mode (dropout off) and without gradients.</summary>
internal static class EvaluationMode
{
    /// <summary>Calls a function with the network in this mode; the function gets the network's device.</summary>
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
