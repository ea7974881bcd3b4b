using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Runs a network to look at it: dropout off, no gradients, and afterwards in the mode in which it was.</summary>
internal static class Judging
{
    /// <summary>Runs a network over the images of a split, part by part, each in a dispose scope of its own.</summary>
    /// <param name="model">The network.</param>
    /// <param name="split">The images.</param>
    /// <param name="partSize">Images at a time.</param>
    /// <param name="look">Gets the images, float32 <c>[N, 1, rows, columns]</c> in [0, 1], and the network's logits.</param>
    public static void Run(Module<Tensor, Tensor> model, ImageSplit split, int partSize, Action<Tensor, Tensor> look) => Quietly(model, device =>
    {
        using var scope = NewDisposeScope();
        var images = split.ToByteTensor(device);
        for (long start = 0; start < split.Count; start += partSize)
        {
            using var part = NewDisposeScope();
            var scaled = Pixels.Scale(images.narrow(0, start, Math.Min(partSize, split.Count - start)));
            look(scaled, model.call(scaled));
        }
    });

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
