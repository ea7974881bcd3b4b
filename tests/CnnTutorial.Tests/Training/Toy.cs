using TorchSharp;
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
            ("predictions", Linear(4 * 4 * 4, Classes)));
    }

    public static Trainer Trainer(Module<Tensor, Tensor> model, double learningRate = 0.01) =>
        new(model, CrossEntropyLoss(), optim.Adam(model.parameters(), learningRate));

    public static float[] Weights(Module<Tensor, Tensor> model) => PracticeNetwork.Weights(model);
}
