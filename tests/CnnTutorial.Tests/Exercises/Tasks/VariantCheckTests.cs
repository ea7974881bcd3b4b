using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises.Tasks;

[Collection(TorchRandom.Name)]
public sealed class VariantCheckTests
{
    private const long Parameters = 215_370;
    private static readonly Module<Tensor, Tensor> Shared = Variant();

    private static readonly Dictionary<string, (Func<Module<Tensor, Tensor>> Create, long Predicted, string Seen)> Mistakes = new()
    {
        ["null"] = (() => null!, Parameters, "returned null"),
        ["the same object"] = (() => Shared, Parameters, "Two calls returned the same object"),
        ["one block"] = (
            () => Sequential(("conv", Conv2d(1, 16, 5, padding: 2)), ("flatten", Flatten()), ("fc", Linear(16 * 784, 10))),
            Parameters,
            "1 in the network"
        ),
        ["24 filters"] = (() => Variant(first: 24), Parameters, "24 filters"),
        ["36 filters in block 2"] = (() => Variant(second: 36), Parameters, "36 filters"),
        ["channels of the old network"] = (() => Variant(channels: 24), Parameters, "made for 24"),
        ["3×3"] = (() => Variant(kernel: 3, padding: 1), Parameters, "Filters of 3×3"),
        ["padding 1"] = (() => Variant(padding: 1), Parameters, "It turns it into 26×26"),
        ["no padding"] = (() => Variant(padding: 0), Parameters, "It turns it into 24×24"),
        ["old fc1"] = (() => Variant(inputs: 1764), Parameters, "It is made for 1,764"),
        ["max-pooling"] = (() => Variant(pool1: MaxPool2d(2), pool2: MaxPool2d(2)), Parameters, "max-pooling in both blocks"),
        ["max in block 1"] = (() => Variant(pool1: MaxPool2d(2)), Parameters, "max-pooling in block 1, average"),
        ["max in block 2"] = (() => Variant(pool2: MaxPool2d(2)), Parameters, "average pooling in block 1, max"),
        ["no ReLU"] = (() => Variant(relu: Identity), Parameters, "no ReLU after the convolutions"),
        ["softmax"] = (() => Variant(last: Softmax(1)), Parameters, "a softmax at the end"),
        ["no dropout"] = (() => Variant(dropout: 0), Parameters, "nothing is dropped out"),
        ["no biases"] = (() => Variant(bias: false), Parameters, "215,184"),
        ["nine logits"] = (() => Variant(classes: 9), Parameters, "[4, 9]"),
        ["predicted the old"] = (() => Variant(), 235_262, "the network of the course, before the change"),
        ["predicted without biases"] = (() => Variant(), 215_370 - 186, "the weights without the biases"),
        ["predicted one map"] = (() => Variant(), 215_370 - 12_000, "as if one map came in"),
        ["predicted 3 × 3"] = (() => Variant(), 160 + 4640 + 200_832 + 1290, "counted as 3 × 3"),
        ["predicted the old fc1"] = (() => Variant(), 416 + 12_832 + 225_920 + 1290, "1,764 inputs"),
        ["predicted the convolutions"] = (() => Variant(), 416 + 12_832, "only the two convolutions"),
        ["predicted at random"] = (() => Variant(), 215_000, "too few"),
    };

    private static readonly Dictionary<string, Func<Module<Tensor, Tensor>>> RightAnswers = new()
    {
        ["as described"] = () => Variant(),
        ["under other names"] = () =>
            Sequential(
                Conv2d(1, 16, 5, padding: 2),
                ReLU(),
                AvgPool2d(2),
                Conv2d(16, 32, 5, padding: 2),
                ReLU(),
                AvgPool2d(2),
                Flatten(),
                Linear(1568, 128),
                ReLU(),
                Dropout(0.5),
                Linear(128, 10)
            ),
        ["blocks inside blocks"] = () =>
            Sequential(
                ("block1", Sequential(("conv", Conv2d(1, 16, 5, padding: 2)), ("relu", ReLU()), ("pool", AvgPool2d(2)))),
                ("block2", Sequential(("conv", Conv2d(16, 32, 5, padding: 2)), ("relu", ReLU()), ("pool", AvgPool2d(2)))),
                (
                    "rest",
                    Sequential(
                        ("flatten", Flatten()),
                        ("fc1", Linear(1568, 128)),
                        ("relu", ReLU()),
                        ("drop", Dropout(0.5)),
                        ("out", Linear(128, 10))
                    )
                )
            ),
        ["adaptive pooling"] = () => Variant(pool1: AdaptiveAvgPool2d([14, 14]), pool2: AdaptiveAvgPool2d([7, 7])),
        ["a class of one's own"] = () => new Network(),
        ["another dropout"] = () => Variant(dropout: 0.3),
    };

    public static TheoryData<string> MistakeNames() => [.. Mistakes.Keys];

    public static TheoryData<string> RightNames() => [.. RightAnswers.Keys];

    [Theory]
    [MemberData(nameof(MistakeNames))]
    public void A_mistake_is_recognised(string mistake)
    {
        var result = Exercise.CheckVariant(Mistakes[mistake].Create, () => Mistakes[mistake].Predicted);
        Assert.Equal(CheckStatus.NotRight, result.Status);
        Assert.NotEmpty(result.Hint);
        Assert.Contains(Mistakes[mistake].Seen, result.Seen, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RightNames))]
    public void A_right_answer_passes(string answer) => Mistake.IsNone(Exercise.CheckVariant(RightAnswers[answer], () => Parameters));

    [Fact]
    public void The_stub_is_not_yet_and_neither_is_half_of_it()
    {
        Assert.Equal(
            CheckStatus.NotYet,
            Exercise.CheckVariant(() => throw new NotImplementedException("Fill me in."), () => Parameters).Status
        );
        Assert.Equal(
            CheckStatus.NotYet,
            Exercise.CheckVariant(() => Variant(), () => throw new NotImplementedException("Fill me in.")).Status
        );
    }

    private static Module<Tensor, Tensor> Variant(
        int first = 16,
        int second = 32,
        int? channels = null,
        int kernel = 5,
        int padding = 2,
        int inputs = 1568,
        double dropout = 0.5,
        bool bias = true,
        int classes = 10,
        Module<Tensor, Tensor>? pool1 = null,
        Module<Tensor, Tensor>? pool2 = null,
        Func<Module<Tensor, Tensor>>? relu = null,
        Module<Tensor, Tensor>? last = null
    ) =>
        Sequential(
            ("block1_conv1", Conv2d(1, first, kernel, padding: padding, bias: bias)),
            ("block1_relu", relu?.Invoke() ?? ReLU()),
            ("block1_pool", pool1 ?? AvgPool2d(2)),
            ("block2_conv1", Conv2d(channels ?? first, second, kernel, padding: padding, bias: bias)),
            ("block2_relu", relu?.Invoke() ?? ReLU()),
            ("block2_pool", pool2 ?? AvgPool2d(2)),
            ("flatten", Flatten()),
            ("fc1", Linear(inputs, 128, hasBias: bias)),
            ("fc1_relu", ReLU()),
            ("dropout", Dropout(dropout)),
            ("predictions", Linear(128, classes, hasBias: bias)),
            ("last", last ?? Identity())
        );

    private static Module<Tensor, Tensor> Identity() => nn.Identity();

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Conv2d _first = Conv2d(1, 16, 5, padding: 2);
        private readonly TorchSharp.Modules.Conv2d _second = Conv2d(16, 32, 5, padding: 2);
        private readonly TorchSharp.Modules.Linear _fc1 = Linear(1568, 128);
        private readonly TorchSharp.Modules.Linear _predictions = Linear(128, 10);

        public Network()
            : base("network") => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var x = functional.avg_pool2d(_first.call(input).relu(), 2);
            x = functional.avg_pool2d(_second.call(x).relu(), 2).flatten(1);
            x = functional.dropout(_fc1.call(x).relu(), 0.5, training);
            return _predictions.call(x);
        }
    }
}
