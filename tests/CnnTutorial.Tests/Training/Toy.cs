using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

/// <summary>A task that a tiny network learns in a moment: which of four quarters of an image is bright.</summary>
internal static class Toy
{
    public const int Size = 8;
    public const int Classes = PracticeImages.Classes;

    public static ImageSplit Images(int count, int seed) => PracticeImages.Quarters(count, seed, Size);

    public static Module<Tensor, Tensor> Model(int seed = 1)
    {
        manual_seed(seed);
        return Sequential(
            ("conv", Conv2d(1, 4, kernel_size: 3, padding: 1)),
            ("relu", ReLU()),
            ("pool", MaxPool2d(2)),
            ("flatten", Flatten()),
            ("dropout", Dropout(0.2)),
            ("predictions", Linear(4 * 4 * 4, Classes))
        );
    }

    public static Trainer Trainer(Module<Tensor, Tensor> model, double learningRate = 0.01) =>
        new(model, CrossEntropyLoss(), optim.Adam(model.parameters(), learningRate));

    public static float[] Weights(Module<Tensor, Tensor> model) => PracticeNetwork.Weights(model);

    /// <summary>All that an optimizer remembers.</summary>
    public static byte[] Memory(optim.Optimizer optimizer)
    {
        using var stream = new MemoryStream();
        ((OptimizerHelper)optimizer).save_state_dict(new BinaryWriter(stream));
        return stream.ToArray();
    }

    /// <summary>The state of TorchSharp's random numbers.</summary>
    public static byte[] RandomNumbers()
    {
        using var state = get_rng_state();
        return state.bytes.ToArray();
    }

    /// <summary>Images as files, of which a window holds a part.</summary>
    public static ImageSplitOnDisk OnDisk(ImageSplit split, string folder, int windows)
    {
        var (images, labels) = (Path.Combine(folder, "images"), Path.Combine(folder, "labels"));
        using (var stream = File.Create(images))
        {
            IdxFile.FromImages(split.Images, split.Rows, split.Columns).Write(stream);
        }

        using (var stream = File.Create(labels))
        {
            IdxFile.FromLabels(split.Labels).Write(stream);
        }

        return ImageSplitOnDisk.Open(images, labels, split.Images.Length / windows);
    }

    // Collects first: what other tests have left must not be freed in between, which could hide a leak.
    public static long LiveTensorsOfAllThreads()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
