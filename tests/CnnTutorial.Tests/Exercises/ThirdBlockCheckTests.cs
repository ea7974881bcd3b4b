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
        ["another name"] = (() => Model(Block(name: "conv3")), "it is called conv3"),
        ["it has 32 filters"] = (() => Model(Block(filters: 32), 32 * 3 * 3), "it has 32 filters"),
        ["5×5"] = (() => Model(Block(kernel: 5, padding: 2)), "filters of 5×5"),
        ["no padding"] = (() => Model(Block(padding: 0), 48 * 2 * 2), "padding 0"),
        ["stride 2"] = (() => Model(Block(stride: 2), 48 * 2 * 2), "stride 2"),
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
            "It got [n, 24, 14, 14], from block1_pool"
        ),
        ["as if it came after block 1"] = (
            () => With("block3_conv1", Conv2d(24, 48, 3, padding: 1)),
            "block3_conv1: it takes 24 input channels, and not 36"
        ),
        ["a log-softmax at the end"] = (
            () => Sequential([.. Layers(Block(), 432), ("log_softmax", LogSoftmax(1))]),
            "Logarithms of probabilities"
        ),
        ["flatten mixes the images"] = (() => With("flatten", Flatten(0)), "fc1 gets [1728]"),
        ["flatten keeps the channels apart"] = (() => With("flatten", Flatten(2)), "fc1 gets [4, 48, 9]"),
        ["flattened by hand, with the images"] = (() => new Written(flattenFrom: 0), "fc1 gets [1728]"),
        ["no layer registered"] = (
            () => new Written(registers: false),
            "layers in its fields that the network does not know: block1_conv1"
        ),
        ["a layer set after the registering"] = (
            () => new Late(),
            "layers in its fields that the network does not know: block3_conv1, _list."
        ),
        ["one layer of zeros"] = (
            () => Changed(weight => weight.zero_()),
            "networks with the same weights in block3_conv1, all of them 0."
        ),
        ["one layer the same each time"] = (
            () => Changed(weight => weight.copy_(linspace(-1, 1, weight.numel()).view(weight.shape))),
            "networks with the same weights in block3_conv1, from -1 to 1"
        ),
        ["freed"] = (
            () =>
            {
                using var model = Model(Block());
                return model;
            },
            "The network that your function returned was freed"
        ),
        ["before block 2's pool"] = (
            () => Sequential([.. First()[..5], .. Block(), ("block2_pool", MaxPool2d(2)), Flattened, .. Last(432)]),
            "It got [n, 36, 14, 14]"
        ),
        ["no ReLU"] = (
            () => Model(Block().Where(layer => layer.Item1 != "block3_relu")),
            "block3_relu is missing: after block3_conv1 comes block3_pool, and negative numbers"
        ),
        ["no pool"] = (() => Model(Block().Where(layer => layer.Item1 != "block3_pool"), 48 * 7 * 7), "block3_pool is missing"),
        ["no pool, and fc1 as if there were one"] = (
            () => Model(Block().Where(layer => layer.Item1 != "block3_pool")),
            "block3_pool is missing"
        ),
        ["fc1 not changed"] = (() => Model(Block(), 36 * 7 * 7), "it is made for 1,764 numbers"),
        ["pool rounded up"] = (
            () => Model([.. Block()[..2], ("block3_pool", MaxPool2d(2, ceil_mode: true))], 48 * 4 * 4),
            "it rounds up (ceil_mode)"
        ),
        ["softmax at the end"] = (() => Sequential([.. Layers(Block(), 432), ("softmax", Softmax(1))]), "a softmax stands at the end"),
        ["five classes"] = (() => Sequential([.. Layers(Block(), 432)[..^1], ("predictions", Linear(128, 5))]), "[4, 5]"),
        ["no dropout"] = (() => Sequential([.. Layers(Block(), 432).Where(layer => layer.Item1 != "dropout")]), "nothing is dropped out"),
        ["less dropout"] = (
            () => Sequential([.. Layers(Block(), 432).Select(layer => layer.Item1 == "dropout" ? ("dropout", Dropout(0.2)) : layer)]),
            "it switches off 20 %"
        ),
        ["a name twice"] = (() => Model([Block()[0], ("block2_relu", ReLU()), Block()[2]]), "2 layers are called block2_relu"),
        ["another name for the ReLU"] = (
            () => Model([Block()[0], ("block3_activation", ReLU()), Block()[2]]),
            "it is called block3_activation"
        ),
        ["another name for fc1"] = (
            () => Sequential([.. Layers(Block(), 432).Select(layer => layer.Item1 == "fc1" ? ("dense", layer.Item2) : layer)]),
            "it is called dense"
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
            "it gives 64 numbers, and not 128"
        ),
        ["one more dropout"] = (
            () => Sequential([.. First(), .. Block(), ("dropout2", Dropout(0.5)), Flattened, .. Last(432)]),
            "dropout2, a Dropout of 50 %, after block3_pool"
        ),
        ["two dropouts in one place"] = (
            () => Sequential([.. First(), .. Block(), Flattened, .. Last(432)[..3], ("dropout2", Dropout(0.5)), Last(432)[3]]),
            "dropout2, a Dropout of 50 %, after dropout"
        ),
        ["dropout after the last layer"] = (
            () => Sequential([.. First(), .. Block(), Flattened, .. Last(432)[..2], Last(432)[3], Last(432)[2]]),
            "a dropout stands after the last layer"
        ),
        ["dropout before fc1"] = (
            () => Sequential([.. First(), .. Block(), Flattened, Last(432)[2], .. Last(432)[..2], Last(432)[3]]),
            "earlier in the network"
        ),
        ["a ReLU forgotten in forward"] = (
            () => new Written(relu: false),
            "fc1_relu is missing: after fc1 comes predictions, and negative numbers go on to it"
        ),
        ["a slightly leaky ReLU"] = (() => With("block3_relu", LeakyReLU(0.01)), "block3_relu: it is a LeakyReLU"),
        ["no names"] = (
            () => Sequential([.. Layers(Block(), 432).Select((layer, i) => ($"layer{i}", layer.Item2))]),
            "No layer has its name: they are called layer0, layer1"
        ),
        ["a dropout as a function that is always on"] = (() => new Written(dropoutTraining: true), "a dropout is always on"),
        ["Identity for a ReLU"] = (() => With("block3_relu", Identity()), "block3_relu: it is an Identity"),
        ["Sigmoid for a ReLU"] = (() => With("fc1_relu", Sigmoid()), "fc1_relu: it is a Sigmoid"),
        ["average pooling"] = (() => With("block2_pool", AvgPool2d(2)), "block2_pool: it is an AvgPool2d with a window of 2×2"),
        ["another window"] = (() => With("block3_pool", MaxPool2d(3, stride: 2)), "a window of 3×3"),
        ["dilation"] = (() => With("block3_conv1", Conv2d(36, 48, 3, padding: 2, dilation: 2)), "block3_conv1: dilation 2"),
        ["dilation in the first block"] = (
            () => With("block1_conv1", Conv2d(1, 24, 3, padding: 2, dilation: 2)),
            "block1_conv1: dilation 2"
        ),
        ["other padding"] = (
            () => With("block2_conv1", Conv2d(24, 36, 3, padding: 1, padding_mode: PaddingModes.Reflect)),
            "it pads by Reflect"
        ),
        ["no bias"] = (() => With("block3_conv1", Conv2d(36, 48, 3, padding: 1, bias: false)), "it has no bias"),
        ["normalised"] = (
            () => Model([Block()[0], ("block3_norm", BatchNorm2d(48)), .. Block()[1..]]),
            "There is one more layer, block3_norm, a BatchNorm2d, after block3_conv1"
        ),
        ["layers shared between two calls"] = (
            () => Sequential([.. First(), Shared, .. Block()[1..], Flattened, .. Last(432)]),
            "share layers: block3_conv1"
        ),
        ["the same random weights each time"] = (
            () =>
            {
                manual_seed(3);
                return Model(Block());
            },
            "networks with the same weights: do the random numbers"
        ),
        ["frozen"] = (
            () =>
            {
                var model = Model(Block());
                model.parameters().First().requires_grad = false;
                return model;
            },
            "are frozen"
        ),
        ["gradients left off"] = (
            () =>
            {
                var model = Model(Block());
                no_grad();
                return model;
            },
            "gradients were still switched off"
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
    public void Biases_may_begin_at_zero() =>
        Mistake.IsNone(
            Exercise.CheckThirdBlock(() =>
            {
                using var none = no_grad();
                var model = Model(Block());
                model.named_parameters().First(each => each.name == "fc1.bias").parameter.zero_();
                return model;
            })
        );

    [Fact]
    public void It_may_be_a_class_with_functions_for_what_has_no_weights() => Mistake.IsNone(Exercise.CheckThirdBlock(() => new Written()));

    [Fact]
    public void Blocks_may_stand_in_each_other() =>
        Mistake.IsNone(
            Exercise.CheckThirdBlock(() =>
                Sequential([("features", Sequential([.. First(), .. Block()])), ("classifier", Sequential([Flattened, .. Last(432)]))])
            )
        );

    [Fact]
    public void The_same_may_be_said_in_other_words()
    {
        Mistake.IsNone(Exercise.CheckThirdBlock(() => With("block3_conv1", Conv2d(36, 48, 3, padding: Padding.Same))));
        Mistake.IsNone(Exercise.CheckThirdBlock(() => With("block3_pool", MaxPool2d(2, stride: 2))));
        Mistake.IsNone(Exercise.CheckThirdBlock(() => With("fc1", Linear(432, 128))));
    }

    [Fact]
    public void ReLU_may_stand_after_the_pool() =>
        Mistake.IsNone(Exercise.CheckThirdBlock(() => Model([Block()[0], Block()[2], Block()[1]])));

    private static readonly (string, Module<Tensor, Tensor>) Shared = ("block3_conv1", Conv2d(36, 48, 3, padding: 1));

    /// <summary>The right network with one layer replaced.</summary>
    private static Module<Tensor, Tensor> With(string name, Module<Tensor, Tensor> layer) =>
        Sequential([.. Layers(Block(), 432).Select(each => each.Item1 == name ? (name, layer) : each)]);

    /// <summary>The right network with other weights in its new convolution.</summary>
    private static Module<Tensor, Tensor> Changed(Action<Tensor> change)
    {
        using var none = no_grad();
        var model = Model(Block());
        change(model.named_parameters().First(each => each.name == "block3_conv1.weight").parameter);
        return model;
    }

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

    /// <summary>The network as a class.</summary>
    private sealed class Written : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> block1_conv1 = Conv2d(1, 24, 3, padding: 1);
        private readonly Module<Tensor, Tensor> block2_conv1 = Conv2d(24, 36, 3, padding: 1);
        private readonly Module<Tensor, Tensor> block3_conv1 = Conv2d(36, 48, 3, padding: 1);
        private readonly Module<Tensor, Tensor> fc1 = Linear(432, 128);
        private readonly Module<Tensor, Tensor> predictions = Linear(128, 10);
        private readonly bool _dropoutTraining;
        private readonly bool _relu;
        private readonly int _flattenFrom;

        public Written(bool dropoutTraining = false, bool relu = true, int flattenFrom = 1, bool registers = true)
            : base("written")
        {
            (_dropoutTraining, _relu, _flattenFrom) = (dropoutTraining, relu, flattenFrom);
            if (registers)
            {
                RegisterComponents();
            }
        }

        public override Tensor forward(Tensor x)
        {
            x = functional.max_pool2d(functional.relu(block1_conv1.call(x)), 2);
            x = functional.max_pool2d(functional.relu(block2_conv1.call(x)), 2);
            x = functional.max_pool2d(functional.relu(block3_conv1.call(x)), 2);
            x = fc1.call(x.flatten(_flattenFrom));
            x = _relu ? functional.relu(x) : x;
            return predictions.call(functional.dropout(x, 0.5, training || _dropoutTraining));
        }
    }

    /// <summary>A class whose new layers come too late to be registered.</summary>
    private sealed class Late : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> block2_conv1 = Conv2d(24, 36, 3, padding: 1);
        private readonly Module<Tensor, Tensor> block3_conv1;
        private readonly List<Module<Tensor, Tensor>> _list = [ReLU()];

        public Late()
            : base("late")
        {
            RegisterComponents();
            block3_conv1 = Conv2d(36, 48, 3, padding: 1);
        }

        public override Tensor forward(Tensor x) => _list[0].call(block3_conv1.call(block2_conv1.call(x)));
    }
}
