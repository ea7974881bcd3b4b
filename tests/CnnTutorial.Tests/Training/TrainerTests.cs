using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class TrainerTests
{
    [Fact]
    public void Fit_learns_what_there_is_to_learn()
    {
        var trainer = Toy.Trainer(Toy.Model());
        var history = trainer.Fit(Toy.Images(600, 1), Toy.Images(200, 2), epochs: 5, batchSize: 32);

        Assert.Equal(5, history.Epochs.Count);
        Assert.Equal([1, 2, 3, 4, 5], history.Epochs.Select(epoch => epoch.Epoch));
        Assert.All(history.Epochs, epoch => Assert.Equal(600, epoch.Train.Count));
        Assert.True(history.Last.Train.Loss < history.Epochs[0].Train.Loss);
        Assert.True(history.Last.Validation!.Accuracy > 0.99, $"{history.Last.Validation.Accuracy}");
        Assert.All(history.Epochs, epoch => Assert.True(epoch.ImagesPerSecond > 0));
        Assert.Null(history.StoppedBecause);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_bit_for_bit()
    {
        float[] Train()
        {
            var model = Toy.Model(seed: 7);
            Toy.Trainer(model).Fit(Toy.Images(200, 1), epochs: 2, batchSize: 32);
            return Toy.Weights(model);
        }

        Assert.Equal(Train(), Train());
    }

    [Fact]
    public void Fit_does_what_a_plain_loop_does()
    {
        var images = Toy.Images(100, 3);
        var model = Toy.Model(seed: 5);
        Toy.Trainer(model).Fit(images, epochs: 2, batchSize: 32, seed: 11);

        var plain = Toy.Model(seed: 5);
        var loss = CrossEntropyLoss();
        var optimizer = optim.Adam(plain.parameters(), 0.01);
        var batches = new Batches(images.ToImageTensor(), images.ToLabelTensor(), 32, shuffle: true, seed: 11);
        for (var epoch = 0; epoch < 2; epoch++)
        {
            foreach (var batch in batches)
            {
                optimizer.zero_grad();
                loss.call(plain.call(batch.Images), batch.Labels).backward();
                optimizer.step();
            }
        }

        // Adam divides by the root of its squares in another order: the last digit may differ.
        Assert.All(Toy.Weights(plain).Zip(Toy.Weights(model)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void Images_on_disk_teach_what_images_in_memory_teach()
    {
        using var folder = new TemporaryFolder();
        var split = Toy.Images(600, 1);
        // A window of a tenth of the images.
        using var file = Toy.OnDisk(split, folder.Path, windows: 10);
        var history = Toy.Trainer(Toy.Model()).Fit(file, Toy.Images(200, 2), epochs: 5, batchSize: 32);
        Assert.All(history.Epochs, epoch => Assert.Equal(600, epoch.Train.Count));
        Assert.True(history.Last.Validation!.Accuracy > 0.99, $"{history.Last.Validation.Accuracy}");
    }

    [Fact]
    public void Evaluate_agrees_with_counting_by_hand_and_turns_dropout_off()
    {
        var split = Toy.Images(2500, 4);
        var model = Toy.Model();
        var trainer = Toy.Trainer(model);
        model.train();

        var result = trainer.Evaluate(split);
        var predictions = trainer.Predict(split);

        Assert.True(model.training);
        Assert.Equal(2500, result.Count);
        var right = Enumerable.Range(0, 2500).Count(i => predictions.Labels[i] == split.Labels[i]);
        Assert.Equal(right / 2500.0, result.Accuracy, 6);
        var byHand = Enumerable.Range(0, 2500).Average(i => -Math.Log(predictions.Of(i)[split.Labels[i]]));
        Assert.Equal(byHand, result.Loss, 3);
        Assert.Equal(result.Loss, trainer.Evaluate(split).Loss);
    }

    [Fact]
    public void Probabilities_add_up_to_one_and_the_label_is_the_largest()
    {
        var predictions = Toy.Trainer(Toy.Model()).Predict(Toy.Images(30, 5));
        Assert.Equal(30, predictions.Count);
        Assert.Equal(Toy.Classes, predictions.Classes);
        Assert.All(
            Enumerable.Range(0, 30),
            i =>
            {
                Assert.Equal(1, predictions.Of(i).Sum(), 5);
                Assert.Equal(predictions.Of(i).Max(), predictions.Confidence(i));
            }
        );
    }

    [Fact]
    public void Own_metrics_are_reported_beside_the_loss()
    {
        var model = Toy.Model();
        var topTwo = new Metric("top two", (logits, labels) => logits.topk(2, dim: 1).indexes.eq(labels.unsqueeze(1)).any(1));
        var result = new Trainer(model, CrossEntropyLoss(), metrics: [Metric.Accuracy, topTwo]).Evaluate(Toy.Images(100, 6));
        Assert.InRange(result.Metrics["top two"], result.Accuracy, 1);
    }

    [Fact]
    public void Training_leaves_no_tensors_behind()
    {
        var model = Toy.Model();
        var trainer = Toy.Trainer(model);
        var images = Toy.Images(200, 1);
        trainer.Fit(images, epochs: 1, batchSize: 32);
        // The optimizer's own state was made in the first step; from here on nothing may be added.
        var before = Toy.LiveTensorsOfAllThreads();
        trainer.Fit(images, Toy.Images(50, 2), epochs: 3, batchSize: 32);
        trainer.Predict(images);
        Assert.InRange(Toy.LiveTensorsOfAllThreads(), 0, before);
    }

    [Fact]
    public void A_training_that_is_broken_off_leaves_no_tensors_behind()
    {
        var trainer = Toy.Trainer(Toy.Model());
        var images = Toy.Images(200, 1);
        trainer.Fit(images, epochs: 1, batchSize: 32);
        var before = Toy.LiveTensorsOfAllThreads();

        var stopped = trainer.Fit(images, Toy.Images(50, 2), epochs: 3, batchSize: 32, callbacks: new StopInTheMiddle());
        Assert.NotNull(stopped.StoppedBecause);
        Assert.Throws<DivideByZeroException>(() => trainer.Fit(images, epochs: 3, batchSize: 32, callbacks: new Failing()));

        Assert.InRange(Toy.LiveTensorsOfAllThreads(), 0, before);
    }

    [Fact]
    public void A_network_of_an_earlier_run_does_not_wait_for_the_garbage_collector()
    {
        var earlier = Trained();
        Toy.Trainer(Toy.Model()).Fit(Toy.Images(50, 1), epochs: 1);
        Assert.False(earlier.IsAlive);

        // In a method of its own: a method's variables may live until its end.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Trained()
        {
            var model = Toy.Model();
            Toy.Trainer(model).Fit(Toy.Images(50, 1), epochs: 1);
            return new WeakReference(model);
        }
    }

    [Fact]
    public void Without_an_optimizer_it_judges_and_refuses_to_train()
    {
        var trainer = new Trainer(Toy.Model(), CrossEntropyLoss());
        Assert.InRange(trainer.Evaluate(Toy.Images(50, 1)).Accuracy, 0, 1);
        Assert.Contains(
            "no optimizer",
            Assert.Throws<InvalidOperationException>(() => trainer.Fit(Toy.Images(50, 1))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_empty_split_and_impossible_numbers_are_refused_before_training()
    {
        var trainer = Toy.Trainer(Toy.Model());
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => trainer.Fit(Toy.Images(0, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(Toy.Images(10, 1), epochs: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(Toy.Images(10, 1), batchSize: 0));
    }

    private sealed class StopInTheMiddle : Callback
    {
        public override void OnBatchEnd(TrainingState state)
        {
            if (state.Batch == 3)
            {
                state.Stop("Enough.");
            }
        }
    }

    private sealed class Failing : Callback
    {
        public override void OnBatchEnd(TrainingState state) => throw new DivideByZeroException();
    }
}
