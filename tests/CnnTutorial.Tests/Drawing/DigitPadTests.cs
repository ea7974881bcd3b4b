using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Drawing;

/// <summary>Which networks the drawing pad takes, and what it says to the others. What it computes is tested in a browser, in
/// Notebooks.Tests.</summary>
[Collection(TorchRandom.Name)]
public sealed class DigitPadTests
{
    public static TheoryData<string, string> Refused() =>
        new()
        {
            { "tanh", "its layer 'bent' (Tanh) is none of the layers that the pad computes" },
            { "own class", "the network (OwnNetwork) is a class of its own, whose forward method is C# code that a browser cannot run" },
            { "own layer", "its layer 'mine' (OwnNetwork) is a class of its own" },
            { "hook", "its layer 'relu' (ReLU) has a hook" },
            { "dilation", "its layer 'conv' is a Conv2d with groups, a dilation or another padding than zeros" },
            { "groups", "its layer 'conv' is a Conv2d with groups, a dilation or another padding than zeros" },
            { "ceiling", "its layer 'pool' is a MaxPool2d with ceil_mode or a dilation" },
            {
                "no flatten",
                "its layer 'fc' gets 4×28×28 numbers per image of 28×28 and was made for 784; change the first number of that Linear, or "
                    + "put a Flatten before it"
            },
            { "other input", "its layer 'fc' gets 784 numbers per image of 28×28 and was made for 3,072" },
            { "colour", "its layer 'conv' is a Conv2d for 3 channels of pixels and gets 1×28×28 numbers" },
            { "window", "the window of its layer 'conv' is 30×30 pixels and gets an image of 28×28" },
            { "no classes", "it ends with 4×28×28 numbers per image and not with one number for each class" },
            { "large", "it has 795,000 parameters, and the output of a cell has room for 540,000" },
            { "not a number", "the weights of its layer 'fc' are no longer numbers (NaN or infinite)" },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_it_cannot_show_it_names_in_one_sentence(string network, string reason)
    {
        var pad = DigitPad.For(Network(network));
        Assert.StartsWith($"The drawing pad cannot show this network: {reason}", pad.Problem, StringComparison.Ordinal);
        Assert.EndsWith(".", pad.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(". ", pad.Problem, StringComparison.Ordinal);
        Assert.Equal(pad.Problem, pad.ToString());
        Assert.Contains(System.Net.WebUtility.HtmlEncode(reason), pad.ToHtml(), StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", pad.ToHtml(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 32, null)]
    [InlineData(1, 32, "its layer 'conv' is a Conv2d for 3 channels of pixels and gets 1×32×32 numbers of an image of 32×32;")]
    [InlineData(3, 16, "its layer 'fc' gets 1,024 numbers per image of 16×16 in colour and was made for 4,096;")]
    public void A_picture_pad_takes_a_network_for_colour_and_says_what_does_not_fit(int channels, int side, string? reason)
    {
        var model = Sequential(("conv", Conv2d(3, 4, kernel_size: 3, padding: 1)), ("flatten", Flatten()), ("fc", Linear(4 * 32 * 32, 2)));
        var examples = new ImageSplit(new byte[20 * channels * side * side], new byte[20], side, side, channels);
        var pad = PicturePad.For(model, examples, ["a", "b"]);
        if (reason is null)
        {
            Assert.Null(pad.Problem);
            Assert.InRange(pad.ToHtml().Length, 50_000, 1_500_000);
        }
        else
        {
            Assert.StartsWith($"The picture pad cannot show this network: {reason}", pad.Problem, StringComparison.Ordinal);
            Assert.Contains(System.Net.WebUtility.HtmlEncode(reason), pad.ToHtml(), StringComparison.Ordinal);
        }

        if (channels == 3 && side == 32)
        {
            Assert.Throws<ArgumentException>(() => PicturePad.For(model, examples, ["a"]));
        }
    }

    [Fact]
    public void It_leaves_the_model_in_its_mode_with_its_weights_and_gradients()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(
            ("conv", Conv2d(1, 4, kernel_size: 3, padding: 1)),
            ("flatten", Flatten()),
            ("dropout", Dropout(0.5)),
            ("fc", Linear(4 * 28 * 28, 10))
        );
        model.train();
        model.call(rand(2, 1, 28, 28)).sum().backward();
        var before = State();
        var pad = DigitPad.For(model);
        Assert.Null(pad.Problem);
        Assert.Contains("Ankle boot", DigitPad.ForGarments(model).ToHtml(), StringComparison.Ordinal);
        Assert.True(model.training);
        Assert.All(model.parameters(), parameter => Assert.True(parameter.requires_grad));
        Assert.Equal(before, State());

        float[] State() =>
            [.. model.parameters().SelectMany(parameter => parameter.detach().data<float>().Concat(parameter.grad!.data<float>()))];
    }

    [Fact]
    public void A_pad_keeps_the_weights_it_was_made_with()
    {
        var model = Sequential(("flatten", Flatten()), ("fc", Linear(784, 10)));
        var pad = DigitPad.For(model);
        var before = Numbers(pad.ToHtml());
        using (no_grad())
        {
            model.parameters().First().mul_(2);
        }

        Assert.Equal(before, Numbers(pad.ToHtml()));
        Assert.NotEqual(before, Numbers(DigitPad.For(model).ToHtml()));

        static string Numbers(string html) => html.Split("\"numbers\":\"")[1].Split('"')[0];
    }

    [Fact]
    public void Another_number_of_names_than_classes_is_wrong_use()
    {
        var model = Sequential(("flatten", Flatten()), ("fc", Linear(784, 3)));
        var error = Assert.Throws<ArgumentException>(() => DigitPad.For(model));
        Assert.StartsWith(
            "The network chooses among 3 classes, and there are 10 class names; give one for each.",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Null(DigitPad.For(model, ["a", "b", "c"]).Problem);
    }

    private static Module<Tensor, Tensor> Network(string name)
    {
        var conv = Conv2d(1, 4, kernel_size: 3, padding: 1);
        switch (name)
        {
            case "tanh":
                return Sequential(("flatten", Flatten()), ("bent", Tanh()), ("fc", Linear(784, 10)));
            case "own class":
                return new OwnNetwork();
            case "own layer":
                return Sequential(("mine", new OwnNetwork()));
            case "hook":
                var relu = ReLU();
                relu.register_forward_hook((_, _, output) => output.neg());
                return Sequential(("relu", relu), ("flatten", Flatten()), ("fc", Linear(784, 10)));
            case "dilation":
                return Sequential(("conv", Conv2d(1, 4, kernel_size: 3, dilation: 2)));
            case "groups":
                return Sequential(("first", Conv2d(1, 4, kernel_size: 3)), ("conv", Conv2d(4, 4, kernel_size: 3, groups: 2)));
            case "ceiling":
                return Sequential(("conv1", conv), ("pool", MaxPool2d(3, ceil_mode: true)));
            case "no flatten":
                return Sequential(("conv1", conv), ("fc", Linear(784, 10)));
            case "other input":
                return Sequential(("flatten", Flatten()), ("fc", Linear(3 * 32 * 32, 10)));
            case "colour":
                return Sequential(("conv", Conv2d(3, 4, kernel_size: 3)));
            case "window":
                return Sequential(("conv", Conv2d(1, 4, kernel_size: 30)));
            case "no classes":
                return conv;
            case "large":
                return Sequential(("flatten", Flatten()), ("fc", Linear(784, 1000)), ("out", Linear(1000, 10, hasBias: false)));
            default:
                var broken = Linear(784, 10);
                using (no_grad())
                {
                    broken.weight!.fill_(float.NaN);
                }

                return Sequential(("flatten", Flatten()), ("fc", broken));
        }
    }

    private sealed class OwnNetwork : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _out = Linear(784, 10);

        public OwnNetwork()
            : base(nameof(OwnNetwork)) => RegisterComponents();

        public override Tensor forward(Tensor input) => _out.call(input.flatten(1));
    }
}
