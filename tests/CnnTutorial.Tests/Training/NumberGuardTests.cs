using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

/// <summary>Numbers that run away end the training, and what was good before stays.</summary>
[Collection(TorchRandom.Name)]
public sealed class NumberGuardTests
{
    private static readonly ImageSplit Images = Toy.Images(320, 1);

    [Fact]
    public void A_learning_rate_that_is_far_too_large_ends_training_in_its_first_epoch_with_the_weights_of_the_beginning()
    {
        var model = Toy.Model();
        var before = Toy.Weights(model);
        var optimizer = optim.SGD(model.parameters(), 1e20);
        var history = Trainer(model, optimizer).Fit(Images, epochs: 3, batchSize: 32);

        Assert.Empty(history.Epochs);
        Assert.Matches(
            @"^Stopped in epoch 1: at batch [2-9] of 10 the loss is (NaN \(not a number\)|infinite)\. "
                + @"Most likely the learning rate, 1E\+20, is too large",
            history.StoppedBecause
        );
        Assert.EndsWith("The model is as it was before the training.", history.StoppedBecause, StringComparison.Ordinal);
        Assert.Equal(before, Toy.Weights(model));
    }

    [Theory]
    [InlineData("Adam")]
    [InlineData("SGD")]
    public void Later_it_ends_with_the_weights_and_the_optimizer_of_the_last_good_epoch(string kind)
    {
        var model = Toy.Model();
        optim.Optimizer optimizer =
            kind == "Adam" ? optim.Adam(model.parameters(), 0.01) : optim.SGD(model.parameters(), 0.01, momentum: 0.9);
        var ruin = new RaiseTheRate(optimizer, after: 2);
        var history = Trainer(model, optimizer).Fit(Images, Toy.Images(50, 2), epochs: 5, batchSize: 32, callbacks: ruin);

        Assert.Equal([1, 2], history.Epochs.Select(epoch => epoch.Epoch));
        Assert.StartsWith("Stopped in epoch 3: at batch ", history.StoppedBecause, StringComparison.Ordinal);
        Assert.Contains("the learning rate, 1E+30, is too large", history.StoppedBecause, StringComparison.Ordinal);
        Assert.EndsWith("The model is as it was after epoch 2.", history.StoppedBecause, StringComparison.Ordinal);
        Assert.Equal(ruin.Weights, Toy.Weights(model));
        Assert.Equal(ruin.Optimizer, Toy.Memory(optimizer));
        // And it can go on from there, with a normal learning rate.
        Assert.Null(Trainer(model, optimizer).Fit(Images, epochs: 1, batchSize: 32).StoppedBecause);
    }

    [Theory]
    [InlineData(float.NaN, "NaN (not a number)")]
    [InlineData(float.PositiveInfinity, "infinite")]
    [InlineData(float.NegativeInfinity, "infinite")]
    public void The_batch_is_named(float number, string says)
    {
        var model = Toy.Model();
        var loss = new BadLoss(number, at: 17);
        var history = new Trainer(model, loss, optim.SGD(model.parameters(), 0.01)) { ShowsProgress = false }.Fit(
            Images,
            epochs: 5,
            batchSize: 32
        );
        Assert.Single(history.Epochs);
        Assert.StartsWith($"Stopped in epoch 2: at batch 7 of 10 the loss is {says}.", history.StoppedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_the_very_last_step_ruins_are_noticed()
    {
        var model = Toy.Model();
        var optimizer = optim.SGD(model.parameters(), 0.01);
        var history = Trainer(model, optimizer).Fit(Images, epochs: 1, batchSize: 32, callbacks: new RuinAWeight(batch: 10));
        Assert.Empty(history.Epochs);
        Assert.StartsWith(
            "Stopped in epoch 1: after batch 10 of 10 conv.weight holds NaN or infinite numbers.",
            history.StoppedBecause,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Toy.Weights(model), weight => !float.IsFinite(weight));
    }

    [Theory]
    [InlineData(33, 16, "The last batch of the epoch has one image")]
    [InlineData(20, 1, "The batches have one image each")]
    public void A_batch_of_one_image_is_named_as_the_cause_where_a_batch_norm_has_no_variance(int images, int batchSize, string says)
    {
        var model = WithNorm();
        var before = Toy.Weights(model);
        var history = Trainer(model, optim.SGD(model.parameters(), 0.01)).Fit(Toy.Images(images, 1), epochs: 2, batchSize: batchSize);
        Assert.Empty(history.Epochs);
        Assert.Contains("norm.running_var holds NaN", history.StoppedBecause, StringComparison.Ordinal);
        Assert.Contains(says, history.StoppedBecause, StringComparison.Ordinal);
        Assert.DoesNotContain("learning rate", history.StoppedBecause, StringComparison.Ordinal);
        Assert.Equal(before, Toy.Weights(model));
        // The cure that it names.
        Assert.Null(Trainer(model, optim.SGD(model.parameters(), 0.01)).Fit(Toy.Images(images, 1), epochs: 2, batchSize: 5).StoppedBecause);
    }

    [Fact]
    public void A_rate_that_is_too_large_is_still_named_beside_a_batch_norm()
    {
        var model = WithNorm();
        var history = Trainer(model, optim.SGD(model.parameters(), 1e20)).Fit(Toy.Images(320, 1), epochs: 3, batchSize: 32);
        Assert.Contains("Most likely the learning rate, 1E+20, is too large", history.StoppedBecause, StringComparison.Ordinal);
    }

    private static Module<Tensor, Tensor> WithNorm()
    {
        manual_seed(1);
        return Sequential(("flatten", Flatten()), ("norm", BatchNorm1d(64)), ("predictions", Linear(64, Toy.Classes)));
    }

    [Fact]
    public void No_checkpoint_is_made_of_ruined_weights()
    {
        using var folder = new TemporaryFolder();
        var model = Toy.Model();
        var optimizer = optim.Adam(model.parameters(), 0.01);
        Trainer(model, optimizer)
            .Fit(
                Images,
                epochs: 5,
                batchSize: 32,
                callbacks: [new Checkpoint(folder.Path, every: 1), new RaiseTheRate(optimizer, after: 2)]
            );
        Assert.Equal(
            ["epoch-0001.safetensors", "epoch-0002.safetensors"],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public void A_stopped_training_leaves_no_tensors_behind()
    {
        var model = Toy.Model();
        var optimizer = optim.Adam(model.parameters(), 0.01);
        var trainer = Trainer(model, optimizer);
        trainer.Fit(Images, epochs: 1, batchSize: 32);
        var before = Toy.LiveTensorsOfAllThreads();
        Assert.NotNull(trainer.Fit(Images, epochs: 5, batchSize: 32, callbacks: new RaiseTheRate(optimizer, after: 1)).StoppedBecause);
        Assert.InRange(Toy.LiveTensorsOfAllThreads(), 0, before);
    }

    private static Trainer Trainer(Module<Tensor, Tensor> model, optim.Optimizer optimizer) =>
        new(model, CrossEntropyLoss(), optimizer) { ShowsProgress = false };

    /// <summary>Ruins the training that follows an epoch, and keeps what there was before.</summary>
    private sealed class RaiseTheRate(optim.Optimizer optimizer, int after) : Callback
    {
        public float[] Weights { get; private set; } = [];

        public byte[] Optimizer { get; private set; } = [];

        public override void OnEpochEnd(TrainingState state, EpochResult result)
        {
            if (result.Epoch == after)
            {
                (Weights, Optimizer) = (Toy.Weights(state.Model), Toy.Memory(optimizer));
                optimizer.ParamGroups.Single().LearningRate = 1e30;
            }
        }
    }

    private sealed class RuinAWeight(int batch) : Callback
    {
        public override void OnBatchEnd(TrainingState state)
        {
            if (state.Batch == batch)
            {
                using var noGradients = no_grad();
                state.Model.parameters().First().fill_(float.NaN);
            }
        }
    }

    private sealed class BadLoss(float number, int at) : Module<Tensor, Tensor, Tensor>("bad loss")
    {
        private int _calls;

        public override Tensor forward(Tensor logits, Tensor labels)
        {
            var loss = functional.cross_entropy(logits, labels);
            return ++_calls == at ? loss + number : loss;
        }
    }
}
