using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class ForwardPassTests
{
    private static Sequential Course() =>
        Sequential(
            ("conv1", Conv2d(1, 24, kernel_size: 3, padding: 1)),
            ("relu1", ReLU()),
            ("pool1", MaxPool2d(2)),
            ("conv2", Conv2d(24, 36, kernel_size: 3, padding: 1)),
            ("relu2", ReLU()),
            ("pool2", MaxPool2d(3, stride: 2, padding: 1)),
            ("flatten", Flatten()),
            ("fc1", Linear(36 * 7 * 7, 128)),
            ("relu3", ReLU()),
            ("dropout", Dropout(0.5)),
            ("predictions", Linear(128, 10))
        );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_gives_the_same_logits_and_gradients_bit_for_bit(bool channelsLast)
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        using var model = Course();
        var images = rand(32, 1, 28, 28);
        images = channelsLast ? ChannelsLast.View(images) : images;
        var labels = randint(10, [32], dtype: ScalarType.Int64);

        float[] Run(Func<Tensor, Tensor> forward)
        {
            manual_seed(4); // for dropout
            model.zero_grad();
            var logits = forward(images);
            functional.cross_entropy(logits, labels).backward();
            return
            [
                .. logits.detach().data<float>(),
                .. model.parameters().SelectMany(parameter => parameter.grad!.flatten().data<float>().ToArray()),
            ];
        }

        Assert.Equal(Run(model.call), Run(ForwardPass.Of(model)));
    }

    [Fact]
    public void A_layout_with_channels_last_gives_the_same_weights_to_rounding_after_an_epoch()
    {
        var images = Toy.Images(300, 3);
        float[] Train(bool plain)
        {
            using var scope = NewDisposeScope();
            var model = Toy.Model(seed: 5);
            var optimizer = optim.SGD(model.parameters(), 0.1);
            foreach (var batch in new Batches(images.ToImageTensor(), images.ToLabelTensor(), 32, shuffle: true, seed: 11))
            {
                optimizer.zero_grad();
                functional
                    .cross_entropy(
                        model.call(plain ? batch.Images.reshape(-1).clone().reshape(batch.Images.shape) : batch.Images),
                        batch.Labels
                    )
                    .backward();
                optimizer.step();
            }

            return Toy.Weights(model);
        }

        Assert.All(Train(plain: true).Zip(Train(plain: false)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void A_network_that_decides_itself_how_to_compute_is_left_alone()
    {
        using var own = new Doubling();
        Assert.Equal(2, ForwardPass.Of(own)(ones(1)).item<float>());

        using var model = Course();
        var seen = 0;
        model.register_forward_hook(
            (_, _, output) =>
            {
                seen++;
                return output;
            }
        );
        using var logits = ForwardPass.Of(model)(zeros(1, 1, 28, 28));
        Assert.Equal(1, seen);
    }

    [Fact]
    public void A_hook_on_a_layer_sees_what_it_would_see_otherwise()
    {
        using var model = Course();
        long[]? shape = null;
        ((ReLU)model.named_children().Single(child => child.name == "relu1").module).register_forward_hook(
            (_, _, output) =>
            {
                shape = output.shape;
                return output;
            }
        );
        using var logits = ForwardPass.Of(model)(zeros(1, 1, 28, 28));
        Assert.Equal([1, 24, 28, 28], shape!);
    }

    private sealed class Doubling() : Module<Tensor, Tensor>(nameof(Doubling))
    {
        public override Tensor forward(Tensor input) => input * 2;
    }
}
