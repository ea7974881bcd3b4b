using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using OnnxTensor = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>;

namespace CnnTutorial.Tests.Training;

/// <summary>What ONNX Runtime computes from the file is what the network computes.</summary>
/// <remarks>
/// The network's own scores are computed in 64-bit fractions, which libtorch does without oneDNN. oneDNN's 32-bit convolutions were seen to
/// be wrong in some layouts, by up to 0.1, on a virtual machine that hides its processor's caches; on one that shows them they agree with
/// ONNX Runtime to 1e-6. So that it is not libtorch against ONNX Runtime alone, one convolution is written out by hand, and both agree with
/// it: <see cref="A_convolution_written_out_by_hand_agrees"/>.
/// </remarks>
[Collection(TorchRandom.Name)]
public sealed class OnnxTests
{
    public static TheoryData<string> Names => [.. Networks.Keys];

    private static readonly Dictionary<string, (Func<Module<Tensor, Tensor>> Create, long[] Shape)> Networks = new()
    {
        ["course"] = (CourseModel.Create, [1, 28, 28]),
        ["colour"] = (
            () =>
                Sequential(
                    ("conv1", Conv2d(3, 8, kernel_size: 5, padding: TorchSharp.Padding.Same, bias: false)),
                    ("norm1", BatchNorm2d(8)),
                    ("relu1", ReLU()),
                    ("pool1", AvgPool2d(3, stride: 2, padding: 1)),
                    ("conv2", Conv2d(8, 8, (3, 5), (2, 1), (1, 2))),
                    ("norm2", BatchNorm2d(8, affine: false)),
                    ("tanh", Tanh()),
                    ("pool2", AvgPool2d(2, padding: 1, count_include_pad: false)),
                    ("flatten", Flatten()),
                    ("scores", Linear(8 * 5 * 9, 7)),
                    ("softmax", Softmax(1))
                ),
            [3, 32, 32]
        ),
        ["nested"] = (
            () =>
                Sequential(
                    ("body", Sequential(("conv", Conv2d(1, 6, kernel_size: 3)), ("deep", Sequential(("pool", MaxPool2d(3, 2, 1)))))),
                    ("head", Sequential(Flatten(), Linear(6 * 7 * 7, 5, hasBias: false), Sigmoid()))
                ),
            [1, 16, 16]
        ),
        ["groups and dilation"] = (
            () =>
                Sequential(
                    ("conv", Conv2d(4, 8, kernel_size: 3, dilation: 2, groups: 2)),
                    ("even", Conv2d(8, 4, kernel_size: 4, padding: TorchSharp.Padding.Same, dilation: 3)),
                    ("pool", MaxPool2d(2, dilation: 2)),
                    ("flatten", Flatten()),
                    ("fc", Linear(4 * 7 * 7, 3)),
                    ("log", LogSoftmax(1))
                ),
            [4, 20, 20]
        ),
        ["no flat end"] = (() => Sequential(("conv", Conv2d(1, 2, kernel_size: 3)), ("dropout", Dropout(0.5))), [1, 8, 8]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Onnx_Runtime_computes_the_same(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (create, shape) = Networks[name];
        var model = create();
        // A batch in training mode gives batch norm averages that are not 0 and 1.
        model.train();
        model.call(rand([64, .. shape]));
        var images = rand([1000, .. shape]);

        var (actual, actualShape) = OnnxScores(model, images, shape);

        Assert.True(model.training);
        model.eval();
        using var noGradients = no_grad();
        using var expected = model.to(ScalarType.Float64).call(images.to(ScalarType.Float64));
        Assert.Equal(expected.shape, actualShape);
        Assert.All(expected.data<double>().Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.True(expected.std().item<double>() > 0.001);
    }

    [Fact]
    public void A_convolution_written_out_by_hand_agrees()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var convolution = Conv2d(4, 6, kernel_size: 3, padding: 2, dilation: 2, groups: 2);
        var images = rand(3, 4, 9, 9);
        var (actual, _) = OnnxScores(Sequential(("conv", convolution)), images, [4, 9, 9]);
        var libtorch = convolution.to(ScalarType.Float64).call(images.to(ScalarType.Float64)).data<double>().ToArray();
        var (weights, bias) = (convolution.weight.detach(), convolution.bias!.detach());
        var place = 0;
        for (var image = 0; image < 3; image++)
        {
            for (var map = 0; map < 6; map++)
            {
                for (var (row, column) = (0, 0); row < 9; (row, column) = column == 8 ? (row + 1, 0) : (row, column + 1))
                {
                    var sum = bias[map].item<double>();
                    for (var weight = 0; weight < 2 * 3 * 3; weight++)
                    {
                        var (channel, y, x) = (weight / 9, weight / 3 % 3, weight % 3);
                        var (pixelRow, pixelColumn) = (row - 2 + (2 * y), column - 2 + (2 * x));
                        if (pixelRow is >= 0 and < 9 && pixelColumn is >= 0 and < 9)
                        {
                            var pixel = images[image, (map / 3 * 2) + channel, pixelRow, pixelColumn].item<float>();
                            sum += weights[map, channel, y, x].item<double>() * pixel;
                        }
                    }

                    Assert.Equal(sum, libtorch[place], 1e-12);
                    Assert.Equal(sum, actual[place++], 1e-5);
                }
            }
        }

        Assert.Equal(actual.Length, place);
    }

    [Fact]
    public void Saving_replaces_an_older_file_and_leaves_the_network_as_it_was()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "new folder", "model.onnx");
        var model = CourseModel.Create();
        Onnx.Save(Networks["nested"].Create(), path, 1, 16, 16);
        var before = Toy.Weights(model);

        Onnx.Save(model, path, 1, 28, 28);

        Assert.Equal(before, Toy.Weights(model));
        using var session = new InferenceSession(path);
        Assert.Equal(["images"], session.InputMetadata.Keys);
        Assert.Equal([-1, 1, 28, 28], session.InputMetadata["images"].Dimensions);
        Assert.Equal([-1, 10], session.OutputMetadata["scores"].Dimensions);
        Assert.Equal(["model.onnx"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
    }

    public static TheoryData<string, string> Refusals =>
        new()
        {
            {
                "own class",
                "The layer 'own' (Own) is a class of its own, whose forward method is C# code; write it as a Sequential of Conv2d,"
            },
            { "other layer", "The layer 'gelu' (GELU) is none of the layers that can be written to an ONNX file: Conv2d, BatchNorm2d, " },
            { "ceil", "The layer 'body.pool' (MaxPool2d) has ceil_mode, which this course does not write to ONNX files; make the layer " },
            { "reflect", "The layer 'conv' (Conv2d) has padding_mode Reflect, which this course does not write to ONNX files; make the " },
            { "hook", "The layer 'relu' (ReLU) has a hook, which is C# code; remove the hook first." },
            {
                "not flat",
                "The layer 'fc' (Linear) has an input that is not flat, which this course does not write to ONNX files; make the "
            },
            { "empty", "The network has no layer that computes anything; add one." },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_cannot_be_written_is_named(string what, string begin)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        var relu = ReLU();
        Module<Tensor, Tensor> model = what switch
        {
            "own class" => Sequential(("own", new Own())),
            "other layer" => Sequential(("gelu", GELU())),
            "ceil" => Sequential(("body", Sequential(("pool", MaxPool2d(2, ceil_mode: true))))),
            "reflect" => Sequential(("conv", Conv2d(1, 2, 3, padding: 1, padding_mode: PaddingModes.Reflect))),
            "hook" => Sequential(("relu", relu)),
            "not flat" => Sequential(("fc", Linear(28, 10))),
            _ => Sequential(("dropout", Dropout())),
        };
        if (what == "hook")
        {
            relu.register_forward_hook((_, _, output) => output);
        }

        var error = Assert.Throws<NotSupportedException>(() => Onnx.Save(model, path, 1, 28, 28));

        Assert.StartsWith(begin, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void An_image_of_another_shape_names_the_first_layer_that_it_does_not_fit()
    {
        var error = Assert.Throws<ArgumentException>(() => Onnx.Save(CourseModel.Create(), "/nowhere/model.onnx", 1, 32, 32));
        Assert.StartsWith(
            "The layer 'fc1' (Linear) cannot take an input of shape [batch, 2304] (mat1 and mat2 ",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "); give the inputShape that the network was made for, or mend the layer.",
            error.Message,
            StringComparison.Ordinal
        );

        error = Assert.Throws<ArgumentException>(() => Onnx.Save(CourseModel.Create(), "/nowhere/model.onnx", 1, 0, 32));
        Assert.StartsWith(
            "inputShape is [1, 0, 32], which is no image; give the shape of one image",
            error.Message,
            StringComparison.Ordinal
        );
    }

    private static (float[] Scores, long[] Shape) OnnxScores(Module<Tensor, Tensor> model, Tensor images, long[] shape)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        Onnx.Save(model, path, shape);
        using var session = new InferenceSession(path);
        var input = new OnnxTensor(images.data<float>().ToArray(), [.. images.shape.Select(length => (int)length)]);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("images", input)]);
        var scores = outputs.Single(output => output.Name == "scores").AsTensor<float>();
        return ([.. scores], [.. scores.Dimensions.ToArray().Select(length => (long)length)]);
    }

    private sealed class Own() : Module<Tensor, Tensor>("Own")
    {
        public override Tensor forward(Tensor input) => input.relu();
    }
}
