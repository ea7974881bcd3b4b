using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises;

[Collection(TorchRandom.Name)]
public sealed class ThirdBlockCheckTests
{
    private static readonly (string, Module<Tensor, Tensor>)[] NoLayers = [];
    private static Module<Tensor, Tensor>? _kept;

    private static readonly Dictionary<string, (Func<Module<Tensor, Tensor>> Code, string Seen)> Mistakes = new()
    {
        ["no third block"] = (() => Model(NoLayers, 36 * 7 * 7), "The network of notebook 03"),
        ["another name"] = (() => Model(Block(name: "conv3")), "The layers block1_conv1"),
        ["32 filters"] = (() => Model(Block(filters: 32), 32 * 3 * 3), "32 filters"),
        ["5×5"] = (() => Model(Block(kernel: 5, padding: 2)), "Filters of 5×5"),
        ["no padding"] = (() => Model(Block(padding: 0), 48 * 2 * 2), "It made [n, 48, 5, 5] of it"),
        ["stride 2"] = (() => Model(Block(stride: 2), 48 * 2 * 2), "It made [n, 48, 4, 4] of it"),
        ["after flatten"] = (() => Sequential([.. First(), Flattened, .. Block(), .. Last(432)]), "got a flat row of 1764 numbers"),
        ["before block 2"] = (
            () =>
                Sequential([
                    .. First()[..3],
                    ("block3_conv1", Conv2d(24, 48, 3, padding: 1)),
                    ("block3_relu", ReLU()),
                    ("block2_conv1", Conv2d(48, 36, 3, padding: 1)),
                    .. First()[4..],
                    Flattened,
                    .. Last(1764),
                ]),
            "24 input channels"
        ),
        ["before block 2's pool"] = (
            () => Sequential([.. First()[..5], .. Block(), ("block2_pool", MaxPool2d(2)), Flattened, .. Last(432)]),
            "It got [n, 36, 14, 14]"
        ),
        ["no ReLU"] = (() => Model(Block().Where(layer => layer.Item1 != "block3_relu")), "Negative numbers reach fc1"),
        ["no pool"] = (() => Model(Block().Where(layer => layer.Item1 != "block3_pool"), 48 * 7 * 7), "nothing was pooled"),
        ["no pool, and fc1 as if there were one"] = (
            () => Model(Block().Where(layer => layer.Item1 != "block3_pool")),
            "nothing was pooled"
        ),
        ["fc1 not changed"] = (() => Model(Block(), 36 * 7 * 7), "It is made for 1,764"),
        ["pool rounded up"] = (() => Model([.. Block()[..2], ("block3_pool", MaxPool2d(2, ceil_mode: true))], 48 * 4 * 4), "It gives 768"),
        ["softmax at the end"] = (() => Sequential([.. Layers(Block(), 432), ("softmax", Softmax(1))]), "a softmax stands at the end"),
        ["five classes"] = (() => Sequential([.. Layers(Block(), 432)[..^1], ("predictions", Linear(128, 5))]), "[4, 5]"),
        ["no dropout"] = (() => Sequential([.. Layers(Block(), 432).Where(layer => layer.Item1 != "dropout")]), "nothing is dropped out"),
        ["less dropout"] = (
            () => Sequential([.. Layers(Block(), 432).Select(layer => layer.Item1 == "dropout" ? ("dropout", Dropout(0.2)) : layer)]),
            "It switches off 20 %"
        ),
        ["a name twice"] = (() => Model([Block()[0], ("block2_relu", ReLU()), Block()[2]]), "2 layers are called block2_relu"),
        ["another name for the ReLU"] = (
            () => Model([Block()[0], ("block3_activation", ReLU()), Block()[2]]),
            "none of them is called block3_relu"
        ),
        ["another name for fc1"] = (
            () => Sequential([.. Layers(Block(), 432).Select(layer => layer.Item1 == "fc1" ? ("dense", layer.Item2) : layer)]),
            "none of them is called fc1"
        ),
        ["another fc1"] = (
            () =>
                Sequential([
                    .. Layers(Block(), 432)[..^4],
                    ("fc1", Linear(432, 64)),
                    ("fc1_relu", ReLU()),
                    ("dropout", Dropout(0.5)),
                    ("predictions", Linear(64, 10)),
                ]),
            "52,014 parameters"
        ),
        ["the same object"] = (() => _kept ??= Model(Block()), "Two calls returned the same object"),
        ["null"] = (() => null!, "returned null"),
    };

    public static TheoryData<string> Names() => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistake_is_recognised(string mistake) =>
        Mistake.IsRecognised(
            Exercise.CheckThirdBlock(Mistakes[mistake].Code),
            Mistakes[mistake].Seen,
            Mistakes.Values.Select(other => other.Seen)
        );

    [Fact]
    public void The_right_network_passes()
    {
        var result = Exercise.CheckThirdBlock(() => Model(Block()));
        Mistake.IsNone(result);
        Assert.Contains("80,366 parameters instead of 235,262", result.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public void ReLU_may_stand_after_the_pool() =>
        Mistake.IsNone(Exercise.CheckThirdBlock(() => Model([Block()[0], Block()[2], Block()[1]])));

    private static (string, Module<Tensor, Tensor>) Flattened => ("flatten", Flatten());

    private static Module<Tensor, Tensor> Model(IEnumerable<(string, Module<Tensor, Tensor>)> block, int flattened = 432) =>
        Sequential(Layers(block, flattened));

    private static (string, Module<Tensor, Tensor>)[] Layers(IEnumerable<(string, Module<Tensor, Tensor>)> block, int flattened) =>
        [.. First(), .. block, Flattened, .. Last(flattened)];

    private static (string, Module<Tensor, Tensor>)[] First() =>
        [
            ("block1_conv1", Conv2d(1, 24, 3, padding: 1)),
            ("block1_relu", ReLU()),
            ("block1_pool", MaxPool2d(2)),
            ("block2_conv1", Conv2d(24, 36, 3, padding: 1)),
            ("block2_relu", ReLU()),
            ("block2_pool", MaxPool2d(2)),
        ];

    private static (string, Module<Tensor, Tensor>)[] Block(
        int filters = 48,
        int kernel = 3,
        int padding = 1,
        int stride = 1,
        string name = "block3_conv1"
    ) => [(name, Conv2d(36, filters, kernel, stride, padding)), ("block3_relu", ReLU()), ("block3_pool", MaxPool2d(2))];

    private static (string, Module<Tensor, Tensor>)[] Last(int flattened) =>
        [("fc1", Linear(flattened, 128)), ("fc1_relu", ReLU()), ("dropout", Dropout(0.5)), ("predictions", Linear(128, 10))];
}
