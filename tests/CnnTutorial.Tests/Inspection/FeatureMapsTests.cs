using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Inspection;

/// <summary>What layers make of images, compared with the same worked out by hand.</summary>
[Collection(TorchRandom.Name)]
public sealed class FeatureMapsTests
{
    [Fact]
    public void Maps_are_the_sums_of_products_that_a_convolution_is_defined_as()
    {
        using var scope = NewDisposeScope();
        var model = Toy.Model();
        var split = Toy.Images(3, 5);
        var (kernels, biases) = (FeatureMaps.KernelsOf(model, "conv"), model.get_parameter("conv.bias")!.data<float>().ToArray());
        var maps = FeatureMaps.Of(model, split, 2, "conv");
        var cutOff = FeatureMaps.Of(model, split, 2, "relu");
        Assert.Equal([4, Toy.Size, Toy.Size], maps.shape);
        var pixels = split.Image(2).ToArray();
        for (var filter = 0; filter < 4; filter++)
        {
            for (var row = 0; row < Toy.Size; row++)
            {
                for (var column = 0; column < Toy.Size; column++)
                {
                    double sum = biases[filter];
                    for (var at = 0; at < 9; at++)
                    {
                        var (y, x) = (row + (at / 3) - 1, column + (at % 3) - 1);
                        sum +=
                            y < 0 || x < 0 || y >= Toy.Size || x >= Toy.Size
                                ? 0
                                : kernels[filter, 0, at / 3, at % 3].item<float>() * pixels[(y * Toy.Size) + x] / 255.0;
                    }

                    Assert.Equal(sum, maps[filter, row, column].item<float>(), 1e-5);
                    Assert.Equal(Math.Max(0, sum), cutOff[filter, row, column].item<float>(), 1e-5);
                }
            }
        }
    }

    [Fact]
    public void Outputs_of_many_images_come_in_their_order_and_without_dropout()
    {
        using var scope = NewDisposeScope();
        // More images than the thousand that are computed at once; dropout must change nothing.
        var split = Toy.Images(1005, 6);
        var model = Toy.Model();
        var flat = LayerOutputs.Of(model, split, "flatten");
        Assert.Equal([1005, 64], flat.shape);
        Assert.True(flat.equal(LayerOutputs.Of(model, split, "dropout")).all().item<bool>());
        foreach (var image in (int[])[0, 999, 1000, 1004])
        {
            Assert.True(flat[image].allclose(FeatureMaps.Of(model, split, image, "pool").flatten(), atol: 1e-6));
        }
    }

    [Fact]
    public void A_layer_that_works_in_place_does_not_change_what_was_seen_before_it()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("conv", Conv2d(1, 2, kernel_size: 3)), ("relu", ReLU(inplace: true)));
        Assert.True(FeatureMaps.Of(model, Toy.Images(1, 1), 0, "conv").min().item<float>() < 0);
    }

    [Fact]
    public void Looking_leaves_mode_weights_hooks_random_numbers_and_tensors_as_they_were()
    {
        var model = Toy.Model();
        var split = Toy.Images(4, 2);
        LayerOutputs.Of(model, split, "relu").Dispose();
        var (weights, random, live) = (Toy.Weights(model), Toy.RandomNumbers(), Toy.LiveTensorsOfAllThreads());
        LayerOutputs.Of(model, split, "relu").Dispose();
        FeatureMaps.Of(model, split, 1, "conv").Dispose();
        FeatureMaps.KernelsOf(model, "conv").Dispose();
        OcclusionMap.Of(model, split, 1);
        Assert.Throws<ArgumentException>(() => FeatureMaps.Of(model, split, 0, "flatten"));
        Assert.Equal(weights, Toy.Weights(model));
        Assert.Equal(random, Toy.RandomNumbers());
        Assert.True(model.training);
        Assert.DoesNotContain(model.modules().OfType<Module<Tensor, Tensor>>(), ModuleHooks.Exist);
        Assert.Equal(live, Toy.LiveTensorsOfAllThreads());
    }

    public static TheoryData<string, string> Refused() =>
        new()
        {
            {
                "block1_conv1",
                "The model has no layer 'block1_conv1'; name one of these: conv, relu, pool, flatten, dropout, predictions."
            },
            { "flatten", "The layer 'flatten' turns an image into 64 numbers in a row, not into maps; name a layer before Flatten." },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_has_no_maps_is_named_in_one_sentence(string layer, string message)
    {
        var error = Assert.Throws<ArgumentException>(() => FeatureMaps.Of(Toy.Model(), Toy.Images(1, 1), 0, layer));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_image_and_no_convolution_is_named_too()
    {
        var (model, split) = (Toy.Model(), Toy.Images(3, 1));
        Assert.StartsWith(
            "There is no image 3: the split has 3, numbered from 0.",
            Assert.Throws<ArgumentOutOfRangeException>(() => FeatureMaps.Of(model, split, 3, "conv")).Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "There is no image -1",
            Assert.Throws<ArgumentOutOfRangeException>(() => OcclusionMap.Of(model, split, -1)).Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "The layer 'relu' is a ReLU and has no kernels; name a Conv2d.",
            Assert.Throws<ArgumentException>(() => FeatureMaps.KernelsOf(model, "relu")).Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "There is no image to look at",
            Assert.Throws<ArgumentException>(() => LayerOutputs.Of(model, split.Take(0), "conv")).Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "The layer 'idle' is not used in the forward pass",
            Assert.Throws<ArgumentException>(() => LayerOutputs.Of(new WithIdleLayer(), split, "idle")).Message,
            StringComparison.Ordinal
        );
    }

    private sealed class WithIdleLayer : Module<Tensor, Tensor>
    {
        public WithIdleLayer()
            : base(nameof(WithIdleLayer)) => register_module("idle", ReLU());

        public override Tensor forward(Tensor input) => input.flatten(1);
    }
}
