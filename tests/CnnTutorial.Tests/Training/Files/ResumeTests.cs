using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

/// <summary>A training that goes on from a checkpoint ends, bit for bit, as one that was never interrupted.</summary>
[Collection(TorchRandom.Name)]
public sealed class ResumeTests : IDisposable
{
    private const int Epochs = 4;

    private static readonly Dictionary<string, Func<IEnumerable<Parameter>, optim.Optimizer>> Optimizers = new()
    {
        ["Adam"] = weights => optim.Adam(weights, 0.01),
        ["Adam with weight decay and amsgrad"] = weights => optim.Adam(weights, 0.01, weight_decay: 0.01, amsgrad: true),
        ["AdamW"] = weights => optim.AdamW(weights, 0.01),
        ["Adamax"] = weights => optim.Adamax(weights, 0.01),
        ["NAdam"] = weights => optim.NAdam(weights, 0.01),
        ["RAdam"] = weights => optim.RAdam(weights, 0.01),
        ["SGD"] = weights => optim.SGD(weights, 0.05),
        ["SGD with momentum"] = weights => optim.SGD(weights, 0.05, momentum: 0.9),
        ["RMSProp"] = weights => optim.RMSProp(weights, 0.001, momentum: 0.5, centered: true),
        ["Adagrad"] = weights => optim.Adagrad(weights, 0.01),
        ["Adadelta"] = weights => optim.Adadelta(weights, 0.5),
        ["ASGD"] = weights => optim.ASGD(weights, 0.01),
        ["Rprop"] = weights => optim.Rprop(weights, 0.001),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly ImageSplit _train = Toy.Images(300, 1);
    private readonly ImageSplit _validation = Toy.Images(100, 2);

    public static TheoryData<string> OptimizerNames => [.. Optimizers.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(OptimizerNames))]
    public void The_end_is_that_of_an_uninterrupted_training(string optimizer) =>
        AssertSame(Run(optimizer), Run(optimizer, resumeAfter: 2));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(Epochs)]
    public void From_whichever_epoch_it_goes_on(int epoch) => AssertSame(Run("Adam"), Run("Adam", resumeAfter: epoch));

    [Fact]
    public void With_a_seed_for_the_order_too() => AssertSame(Run("Adam", seed: 7), Run("Adam", resumeAfter: 2, seed: 7));

    [Fact]
    public void Images_on_disk_go_on_in_their_order()
    {
        using var file = Toy.OnDisk(_train, _folder.Path, windows: 5);
        Assert.All(
            (int?[])[null, 7],
            seed => AssertSame(Run("Adam", seed: seed, file: file), Run("Adam", resumeAfter: 2, seed: seed, file: file))
        );
        var error = Assert.Throws<InvalidDataException>(() => Run("Adam", resumeAfter: 2, seed: 7));
        Assert.Contains("the training images: there 300 images of 8×8 on disk", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_learning_rate_that_a_callback_lowers_goes_on_from_where_it_was() =>
        // The callback comes after the checkpoint, which records it all the same.
        AssertSame(
            Run("SGD with momentum", more: optimizer => new HalveTheRate(optimizer)),
            Run("SGD with momentum", resumeAfter: 2, more: optimizer => new HalveTheRate(optimizer))
        );

    [Fact]
    public void A_learning_rate_that_the_learner_changes_is_kept()
    {
        Run("Adam", epochs: 2);
        var (model, optimizer) = Make(weights => optim.Adam(weights, 0.001));
        var history = new Trainer(model, CrossEntropyLoss(), optimizer) { ShowsProgress = false }.Fit(
            _train,
            _validation,
            Epochs,
            32,
            resumeFrom: Latest,
            callbacks: new Checkpoint(_folder.Path, 1)
        );
        Assert.Equal(0.001, optimizer.ParamGroups.Single().LearningRate);
        Assert.Equal(0.001, history.LearningRate);
        Assert.Equal(Epochs, history.Epochs.Count);
    }

    [Fact]
    public void Early_stopping_remembers_how_long_it_has_waited()
    {
        static Callback Never(optim.Optimizer _) => new EarlyStopping(patience: 3, minimumImprovement: 100);
        var expected = Run("Adam", epochs: 10, more: Never);
        Assert.Equal(4, expected.History.Epochs.Count);
        AssertSame(expected, Run("Adam", resumeAfter: 3, epochs: 10, more: Never));
        // A training that had stopped already stays stopped.
        AssertSame(expected, Run("Adam", resumeAfter: 4, epochs: 10, more: Never));
    }

    [Fact]
    public void Weights_without_a_gradient_stay_as_they_are() =>
        AssertSame(Run("Adam", spare: true), Run("Adam", resumeAfter: 2, spare: true));

    [Fact]
    public void Weights_that_had_a_gradient_have_one_again_and_others_have_none()
    {
        // A gradient of zero is not the same as none: added to −0 it makes +0, and a step leaves weights alone that have none.
        Run("Adam", epochs: 1, spare: true);
        var model = Toy.Model();
        var spare = new Parameter(ones(3));
        var saved = WeightsFile.Read(Latest!, model.state_dict(), withTraining: true).Tensors;
        TrainingSnapshot.RestoreSurroundings(saved, optim.Adam(model.parameters().Append(spare), 0.01));
        Assert.All(model.parameters(), parameter => Assert.Equal(0, parameter.grad!.abs().sum().item<float>()));
        Assert.Null(spare.grad);
        Assert.Equal([1, 1, 1, 1, 0], saved["training/had_gradients"].data<byte>().ToArray());
    }

    [Fact]
    public void Without_a_checkpoint_training_begins_anew()
    {
        Assert.Null(Checkpoint.Latest(Path.Combine(_folder.Path, "nowhere")));
        File.WriteAllText(Path.Combine(_folder.Path, "epoch-last.safetensors"), "");
        File.WriteAllText(Path.Combine(_folder.Path, "epoch-0009.safetensors.1234.tmp"), "");
        Assert.Null(Latest);
        Run("Adam", epochs: 2);
        Assert.EndsWith("epoch-0002.safetensors", Latest, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder.Path, "epoch-10000.safetensors"), "");
        Assert.EndsWith("epoch-10000.safetensors", Latest, StringComparison.Ordinal);
    }

    private static readonly Dictionary<
        string,
        (Func<ResumeTests, Trainer, History> Fit, Func<IEnumerable<Parameter>, optim.Optimizer> Optimizer, string Says)
    > Others = new()
    {
        ["another batch size"] = (
            (test, trainer) => test.Fit(trainer, batchSize: 64),
            Optimizers["Adam"],
            "the batch size: there 32, here 64"
        ),
        ["a seed"] = ((test, trainer) => test.Fit(trainer, seed: 5), Optimizers["Adam"], "the seed: there none, here 5"),
        ["other images"] = (
            (test, trainer) => test.Fit(trainer, train: Toy.Images(300, 9)),
            Optimizers["Adam"],
            "the training images: there 300 images of 8×8"
        ),
        ["another optimizer"] = ((test, trainer) => test.Fit(trainer), Optimizers["SGD"], "the optimizer: there Adam, here SGD"),
        ["other settings"] = (
            (test, trainer) => test.Fit(trainer),
            weights => optim.Adam(weights, 0.01, beta1: 0.5),
            "the optimizer's settings: there beta1 0.9"
        ),
        ["fewer epochs"] = (
            (test, trainer) => test.Fit(trainer, epochs: 1),
            Optimizers["Adam"],
            "was made after epoch 2, and epochs: 1 is less; ask for 2 or more"
        ),
    };

    public static TheoryData<string> OtherNames => [.. Others.Keys];

    [Theory]
    [MemberData(nameof(OtherNames))]
    public void Another_training_is_refused_and_nothing_is_changed(string name)
    {
        var (fit, make, says) = Others[name];
        Run("Adam", epochs: 2);
        AssertRefused(make, trainer => fit(this, trainer), says);
    }

    [Fact]
    public void A_damaged_checkpoint_and_weights_alone_are_refused_and_nothing_is_changed()
    {
        Run("Adam", epochs: 2);
        var path = Latest!;
        var good = File.ReadAllBytes(path);
        var random = new Random(1);
        for (var i = 0; i < 100; i++)
        {
            var bad = (byte[])good.Clone();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, i % 2 == 0 ? bad : good[..random.Next(good.Length)]);
            AssertRefused(Optimizers["Adam"], trainer => Fit(trainer), path);
        }

        using var model = Toy.Model();
        Weights.Save(model, path);
        AssertRefused(Optimizers["Adam"], trainer => Fit(trainer), "holds only weights");
        File.Delete(path);
        var (other, optimizer) = Make(Optimizers["Adam"]);
        Assert.Throws<FileNotFoundException>(() => new Trainer(other, CrossEntropyLoss(), optimizer).Fit(_train, resumeFrom: path));
    }

    [Fact]
    public void A_checkpoint_of_another_network_is_refused_with_the_first_difference()
    {
        Run("Adam", epochs: 2);
        using var model = Sequential(("flatten", Flatten()), ("predictions", Linear(64, Toy.Classes)));
        var error = Assert.Throws<InvalidDataException>(() => Fit(new Trainer(model, CrossEntropyLoss(), optim.Adam(model.parameters()))));
        Assert.Contains("it is of another architecture: it holds 'conv.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_optimizer_that_cannot_be_put_back_keeps_what_it_had()
    {
        // The last two weights in another order: TorchSharp finds that out when it has read those before them.
        var (first, one) = Make(Optimizers["Adam"]);
        new Trainer(first, CrossEntropyLoss(), one) { ShowsProgress = false }.Fit(_train, epochs: 2);
        var snapshot = TrainingSnapshot.Copy(first, one);
        var (model, half) = Make(weights =>
            weights.ToList() is [.. var others, var last, var veryLast]
                ? optim.Adam([.. others, veryLast, last], 0.01)
                : throw new InvalidOperationException()
        );
        new Trainer(model, CrossEntropyLoss(), half) { ShowsProgress = false }.Fit(_train, epochs: 1);
        var before = (Toy.Weights(model), Toy.Memory(half));
        Assert.Throws<InvalidDataException>(() => TrainingSnapshot.Restore(snapshot, model, half));
        Assert.Equal(
            before,
            (Toy.Weights(model), Toy.Memory(half)),
            (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2)
        );
    }

    [Fact]
    public void Going_on_leaves_no_tensors_behind()
    {
        Run("SGD with momentum", epochs: 2);
        var (model, optimizer) = Make(Optimizers["SGD with momentum"]);
        var trainer = new Trainer(model, CrossEntropyLoss(), optimizer) { ShowsProgress = false };
        Fit(trainer);
        var before = Toy.LiveTensorsOfAllThreads();
        Fit(trainer);
        Assert.InRange(Toy.LiveTensorsOfAllThreads(), 0, before);
    }

    private string? Latest => Checkpoint.Latest(_folder.Path);

    private History Fit(Trainer trainer, ImageSplit? train = null, int epochs = Epochs, int batchSize = 32, int? seed = null) =>
        trainer.Fit(
            train ?? _train,
            _validation,
            epochs,
            batchSize,
            seed,
            resumeFrom: Path.Combine(_folder.Path, "epoch-0002.safetensors")
        );

    private static void AssertRefused(Func<IEnumerable<Parameter>, optim.Optimizer> make, Action<Trainer> fit, string says)
    {
        var (model, optimizer) = Make(make);
        var before = (Weights: Toy.Weights(model), Optimizer: Toy.Memory(optimizer), Random: Toy.RandomNumbers());
        var error = Assert.ThrowsAny<Exception>(() => fit(new Trainer(model, CrossEntropyLoss(), optimizer) { ShowsProgress = false }));
        Assert.True(error is InvalidDataException or ArgumentException, $"{error}");
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal(before.Weights, Toy.Weights(model));
        Assert.Equal(before.Optimizer, Toy.Memory(optimizer));
        Assert.Equal(before.Random, Toy.RandomNumbers());
    }

    private static (Module<Tensor, Tensor> Model, optim.Optimizer Optimizer) Make(
        Func<IEnumerable<Parameter>, optim.Optimizer> optimizer,
        int seed = 99
    )
    {
        var model = Toy.Model(seed);
        return (model, optimizer(model.parameters()));
    }

    /// <summary>Trains to the end. To go on after an epoch, it begins with the checkpoint of that epoch, a new network and other random
    /// numbers.</summary>
    private Ending Run(
        string optimizer,
        int? resumeAfter = null,
        int epochs = Epochs,
        int? seed = null,
        ImageSplitOnDisk? file = null,
        Func<optim.Optimizer, Callback>? more = null,
        bool spare = false
    )
    {
        var (model, made) = Make(Optimizers[optimizer], seed: resumeAfter is null ? 5 : 77);
        if (spare)
        {
            ((OptimizerHelper)made).add_param_group(
                new Adam.ParamGroup([new Parameter(ones(3))], new Adam.Options { LearningRate = 0.01 })
            );
        }

        var trainer = new Trainer(model, CrossEntropyLoss(), made) { ShowsProgress = false };
        var from = resumeAfter is { } epoch ? new Checkpoint(_folder.Path).PathOf(epoch) : null;
        Callback[] callbacks = more is null
            ? [new Checkpoint(_folder.Path, every: 1)]
            : [new Checkpoint(_folder.Path, every: 1), more(made)];
        var history = file is null
            ? trainer.Fit(_train, _validation, epochs, 32, seed, from, callbacks)
            : trainer.Fit(file, _validation, epochs, 32, seed, from, callbacks);
        return new Ending(Toy.Weights(model), Toy.Memory(made), Toy.RandomNumbers(), history);
    }

    private static void AssertSame(Ending expected, Ending found)
    {
        Assert.Equal(expected.Weights.Select(BitConverter.SingleToInt32Bits), found.Weights.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(expected.Optimizer, found.Optimizer);
        Assert.Equal(expected.Random, found.Random);
        Assert.Equal(expected.History.StoppedBecause, found.History.StoppedBecause);
        Assert.Equal(expected.History.LearningRate, found.History.LearningRate);
        Assert.Equal(expected.History.Epochs.Select(Numbers), found.History.Epochs.Select(Numbers));

        // All but the seconds.
        static (int, double, double, double, double) Numbers(EpochResult result) =>
            (result.Epoch, result.Train.Loss, result.Train.Accuracy, result.Validation!.Loss, result.Validation.Accuracy);
    }

    private sealed record Ending(float[] Weights, byte[] Optimizer, byte[] Random, History History);

    private sealed class HalveTheRate(optim.Optimizer optimizer) : Callback
    {
        public override void OnEpochEnd(TrainingState state, EpochResult result) => optimizer.ParamGroups.Single().LearningRate /= 2;
    }
}
