using CnnTutorial;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks;

/// <summary>The network of notebook 03, and the loop that TorchSharp's own examples show.</summary>
internal static class CourseNetwork
{
    public static Module<Tensor, Tensor> Create() => Sequential(
        ("block1_conv1", Conv2d(1, 24, kernel_size: 3, padding: 1)),
        ("block1_relu", ReLU()),
        ("block1_pool", MaxPool2d(2)),
        ("block2_conv1", Conv2d(24, 36, kernel_size: 3, padding: 1)),
        ("block2_relu", ReLU()),
        ("block2_pool", MaxPool2d(2)),
        ("flatten", Flatten()),
        ("fc1", Linear(36 * 7 * 7, 128)),
        ("fc1_relu", ReLU()),
        ("dropout", Dropout(0.5)),
        ("predictions", Linear(128, 10)));

    /// <summary>One epoch: a scope for each batch, and the layers as they come.</summary>
    /// <param name="memory">Only where nothing but the result is measured, since it makes it faster.</param>
    public static void TrainPlainly(Module<Tensor, Tensor> model, optim.Optimizer optimizer, ImageSplit train, MemoryReuse? memory = null)
    {
        using var scope = NewDisposeScope();
        var loss = CrossEntropyLoss();
        model.train();
        // The reshaping undoes the library's view as channels-last, which such a loop would not have.
        var images = train.ToImageTensor().reshape(-1).reshape(train.Count, 1, 28, 28);
        var labels = train.ToLabelTensor();
        var order = randperm(train.Count, ScalarType.Int64);
        for (var start = 0; start < train.Count; start += 256)
        {
            using var step = NewDisposeScope();
            var rows = order.narrow(0, start, Math.Min(256, train.Count - start));
            optimizer.zero_grad();
            loss.call(model.call(images.index_select(0, rows)), labels.index_select(0, rows)).backward();
            optimizer.step();
            memory?.Step();
        }
    }
}
