using CnnTutorial;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks;

/// <summary>What the network of notebook 03 costs, and the loop that TorchSharp's own examples show.</summary>
internal static class CourseNetwork
{
    public const int BatchSize = 256;

    /// <summary>Multiplications and additions that an image costs forward and backward, each counted as one.</summary>
    /// <remarks>
    /// Forward 2 · outputs · weights of one output, for each layer. Backward twice that, for the gradients of weights and of inputs; the
    /// first layer needs only those of the weights.
    /// </remarks>
    public const double OperationsPerImage = (3 * ((2 * 196 * 36 * 9 * 24) + (2 * 1764 * 128) + (2 * 128 * 10))) + (2 * (2 * 784 * 24 * 9));

    /// <summary>Made-up images, since speed and memory do not depend on what they show.</summary>
    public static ImageSplit Images(int count)
    {
        var random = new Random(1);
        var images = new byte[count * 784];
        var labels = new byte[count];
        random.NextBytes(images);
        for (var i = 0; i < count; i++)
        {
            labels[i] = (byte)random.Next(10);
        }

        return new ImageSplit(images, labels, 28, 28);
    }

    /// <summary>One epoch: a scope for each batch, and the layers as they come.</summary>
    /// <param name="model">The network.</param>
    /// <param name="optimizer">Its optimizer.</param>
    /// <param name="train">What to learn from.</param>
    /// <param name="tricks">Which of the library's tricks to use in such a loop, to measure each by itself.</param>
    public static void TrainPlainly(Module<Tensor, Tensor> model, optim.Optimizer optimizer, ImageSplit train, Tricks tricks = Tricks.None)
    {
        using var memory = tricks >= Tricks.Memory ? MemoryReuse.Begin() : null;
        using var scope = NewDisposeScope();
        var loss = CrossEntropyLoss();
        model.train();
        // The reshaping undoes the library's view as channels-last, which such a loop would not have.
        var images = train.ToImageTensor().reshape(-1).reshape(train.Count, 1, 28, 28);
        var labels = train.ToLabelTensor();
        var order = randperm(train.Count, ScalarType.Int64);
        var forward = tricks >= Tricks.PoolFirst ? ForwardPass.Of(model) : model.call;
        var adam = tricks >= Tricks.Adam ? AdamStep.Of(optimizer) : null;
        for (var start = 0; start < train.Count; start += BatchSize)
        {
            using var step = NewDisposeScope();
            var rows = order.narrow(0, start, Math.Min(BatchSize, train.Count - start));
            var batch = images.index_select(0, rows);
            optimizer.zero_grad();
            loss.call(forward(tricks >= Tricks.ChannelsLast ? ChannelsLast.View(batch) : batch), labels.index_select(0, rows)).backward();
            if (adam is null)
            {
                optimizer.step();
            }
            else
            {
                adam.Take([
                    [.. optimizer.parameters().Select(parameter => parameter.grad)],
                ]);
            }

            memory?.Step();
        }
    }
}
