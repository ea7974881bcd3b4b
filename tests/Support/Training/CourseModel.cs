using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Support.Training;

/// <summary>The network of notebook 03.</summary>
internal static class CourseModel
{
    public static Module<Tensor, Tensor> Create() =>
        Sequential(
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
            ("predictions", Linear(128, 10))
        );
}
