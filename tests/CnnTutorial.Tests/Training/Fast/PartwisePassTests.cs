using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Modules = TorchSharp.Modules;

namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class PartwisePassTests
{
    private static readonly long[] ImageShape = [1, Toy.Size, Toy.Size];

    private static float[] Fit(int threads, Func<IEnumerable<Modules.Parameter>, optim.Optimizer> optimizer)
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(threads);
            var model = Toy.Model(seed: 7);
            new Trainer(model, CrossEntropyLoss(), optimizer(model.parameters())).Fit(
                Toy.Images(500, 3),
                Toy.Images(100, 4),
                epochs: 2,
                batchSize: 64,
                seed: 5
            );
            return Toy.Weights(model);
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_number_of_threads_changes_no_bit_of_the_weights(bool adam)
    {
        Assert.SkipUnless(PartwisePass.Helps(CPU), "Batches are computed in parts on Linux with an x64 processor only.");
        optim.Optimizer Make(IEnumerable<Modules.Parameter> weights) =>
            adam ? optim.Adam(weights, 0.01) : optim.SGD(weights, 0.05, momentum: 0.9);
        Assert.Equal(Fit(1, Make), Fit(3, Make));
    }

    [Fact]
    public void Another_optimizer_takes_the_steps_that_it_takes_in_a_plain_loop()
    {
        using var scope = NewDisposeScope();
        var images = Toy.Images(300, 3);
        var (fitted, plain) = (Toy.Model(seed: 5), Toy.Model(seed: 5));
        manual_seed(6);
        new Trainer(fitted, CrossEntropyLoss(), optim.SGD(fitted.parameters(), 0.1, momentum: 0.9)).Fit(
            images,
            epochs: 1,
            batchSize: 64,
            seed: 11
        );
        manual_seed(6);
        var optimizer = optim.SGD(plain.parameters(), 0.1, momentum: 0.9);
        foreach (var batch in new Batches(images.ToImageTensor(), images.ToLabelTensor(), 64, shuffle: true, seed: 11))
        {
            optimizer.zero_grad();
            functional.cross_entropy(plain.call(batch.Images), batch.Labels).backward();
            optimizer.step();
        }

        Assert.All(Toy.Weights(plain).Zip(Toy.Weights(fitted)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    public static TheoryData<string> Networks => [.. Makers.Keys];

    private static readonly Dictionary<string, Func<Module<Tensor, Tensor>>> Makers = new()
    {
        ["the toy"] = () => Toy.Model(),
        ["blocks as in the course, and a large linear layer"] = () =>
            Sequential(
                ("conv1", Conv2d(1, 8, 3, padding: 1)),
                ("relu1", ReLU()),
                ("pool1", MaxPool2d(2)),
                ("conv2", Conv2d(8, 70, 3, padding: 1)),
                ("relu2", ReLU()),
                ("pool2", MaxPool2d(2)),
                ("flatten", Flatten()),
                ("fc1", Linear(70 * Toy.Size * Toy.Size / 16, 1000)),
                ("relu3", ReLU()),
                ("dropout", Dropout(0.5)),
                ("fc2", Linear(1000, Toy.Classes))
            ),
        ["strides, groups, no bias, average pooling"] = () =>
            Sequential(
                ("conv1", Conv2d(1, 8, 3, stride: 2, padding: 3)),
                ("pool1", MaxPool2d(2)),
                ("relu1", ReLU()),
                ("conv2", Conv2d(8, 8, 3, padding: 2, dilation: 2, groups: 2, bias: false)),
                ("pool2", MaxPool2d(2, stride: 1)),
                ("relu2", ReLU()),
                ("conv3", Conv2d(8, 8, 3, padding: 1)),
                ("pool3", AvgPool2d(2)),
                ("relu3", ReLU()),
                ("flatten", Flatten()),
                ("fc", Linear(8, Toy.Classes))
            ),
        ["two large linear layers with the same weights"] = () =>
        {
            var (first, second) = (Linear(256, 256), Linear(256, 256));
            second.weight = first.weight;
            return Sequential(
                ("flatten", Flatten()),
                ("fc0", Linear(Toy.Size * Toy.Size, 256)),
                ("relu", ReLU()),
                ("fc1", first),
                ("fc2", second),
                ("fc3", Linear(256, Toy.Classes))
            );
        },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Logits_loss_and_gradients_are_those_of_the_whole_batch(string network)
    {
        using var scope = NewDisposeScope();
        using var team = new WorkerTeam();
        manual_seed(9);
        var model = Makers[network]();
        var pass = PartwisePass.Of(model, ImageShape, team)!;
        // 77 is not a multiple of the number of parts. Channels last, as in all batches: libtorch 2.10 computes other layouts wrongly if a
        // number of channels is not a multiple of 16, on processors that do not report their cache sizes, as in some virtual machines.
        var images = ChannelsLast.View(rand(77, 1, Toy.Size, Toy.Size));
        var labels = randint(Toy.Classes, [77], ScalarType.Int64);
        manual_seed(8); // for dropout
        var (logits, loss, gradients) = pass.Learn(new Batch(images, labels), CrossEntropyLoss(), [.. model.parameters()]);
        manual_seed(8);
        var whole = model.call(images);
        var wholeLoss = functional.cross_entropy(whole, labels);
        wholeLoss.backward();

        Assert.InRange((whole - logits).abs().max().item<float>(), 0, 1e-5f);
        Assert.Equal(wholeLoss.item<float>(), loss.item<float>(), 1e-5f);
        foreach (var (i, parameter) in model.parameters().Index())
        {
            var sum = gradients.Select(part => part[i]).OfType<Tensor>().Aggregate((a, b) => a + b);
            Assert.InRange((parameter.grad! - sum).abs().max().item<float>(), 0, 1e-5f);
        }
    }

    [Fact]
    public void The_images_stay_as_they_are_where_a_network_begins_with_a_ReLU()
    {
        using var scope = NewDisposeScope();
        using var team = new WorkerTeam();
        var relu = ReLU();
        var model = Sequential(
            ("first", relu),
            ("conv", Conv2d(1, 4, 3)),
            ("second", relu),
            ("flatten", Flatten()),
            ("fc", Linear(4 * (Toy.Size - 2) * (Toy.Size - 2), Toy.Classes))
        );
        var images = rand(16, 1, Toy.Size, Toy.Size) - 0.5;
        var before = images.clone();
        Assert.InRange(
            (model.call(images) - PartwisePass.Of(model, ImageShape, team)!.Predict(images)).abs().max().item<float>(),
            0,
            1e-6f
        );
        Assert.Equal(0, (images - before).abs().max().item<float>());
    }

    [Fact]
    public void A_network_in_which_images_matter_to_each_other_is_not_split()
    {
        using var team = new WorkerTeam();
        using var normalized = Sequential(
            ("conv", Conv2d(1, 4, 3)),
            ("norm", BatchNorm2d(4)),
            ("flatten", Flatten()),
            ("fc", Linear(4 * 36, Toy.Classes))
        );
        using var flat = Sequential(("flatten", Flatten(start_dim: 0)), ("fc", Linear(2 * Toy.Size * Toy.Size, Toy.Classes)));
        using var misfit = Sequential(("flatten", Flatten()), ("fc", Linear(5, Toy.Classes)));
        Assert.Null(PartwisePass.Of(normalized, ImageShape, team));
        Assert.Null(PartwisePass.Of(flat, ImageShape, team));
        Assert.Null(PartwisePass.Of(misfit, ImageShape, team));
    }

    [Fact]
    public void A_hook_on_a_layer_sees_the_whole_batch()
    {
        var model = (Modules.Sequential)Toy.Model();
        var sizes = new HashSet<long>();
        ((Modules.Linear)model.named_children().Last().module).register_forward_hook(
            (_, _, output) =>
            {
                sizes.Add(output.shape[0]);
                return output;
            }
        );
        Toy.Trainer(model).Fit(Toy.Images(128, 1), epochs: 1, batchSize: 64);
        Assert.Equal([64], sizes);
    }

    [Fact]
    public void Losses_that_weigh_images_differently_are_not_split()
    {
        Assert.True(PartwisePass.CanSplit(CrossEntropyLoss()));
        Assert.False(PartwisePass.CanSplit(CrossEntropyLoss(ignore_index: 3)));
        Assert.False(PartwisePass.CanSplit(CrossEntropyLoss(reduction: Reduction.Sum)));
        Assert.False(PartwisePass.CanSplit(CrossEntropyLoss(weight: ones(Toy.Classes))));
        Assert.False(PartwisePass.CanSplit(NLLLoss()));
    }
}
