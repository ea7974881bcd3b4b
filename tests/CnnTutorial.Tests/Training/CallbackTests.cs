namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class CallbackTests
{
    [Theory]
    [InlineData(1, 4, "1 epoch in 4 s")]
    [InlineData(10, 83, "10 epochs in 1 min 23 s")]
    public void The_last_line_counts_epochs_as_one_speaks(int epochs, double seconds, string expected) =>
        Assert.Equal(expected, Progress.Summary(epochs, seconds));

    [Fact]
    public void Callbacks_are_called_in_order_and_see_where_training_stands()
    {
        var recorder = new Recorder();
        Toy.Trainer(Toy.Model()).Fit(Toy.Images(70, 1), epochs: 2, batchSize: 32, callbacks: recorder);
        Assert.Equal(
            ["begin", "1.1/3 32", "1.2/3 64", "1.3/3 70", "end of 1", "2.1/3 32", "2.2/3 64", "2.3/3 70", "end of 2", "end"],
            recorder.Calls
        );
    }

    [Fact]
    public void A_checkpoint_is_saved_at_every_tenth_epoch_and_equals_the_model_of_that_epoch()
    {
        using var folder = new TemporaryFolder();
        var model = Toy.Model();
        var checkpoint = new Checkpoint(folder.Path, every: 10);
        Toy.Trainer(model).Fit(Toy.Images(40, 1), epochs: 20, batchSize: 40, callbacks: checkpoint);

        Assert.Equal(
            ["epoch-0010.safetensors", "epoch-0020.safetensors"],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order()
        );
        var fresh = Toy.Model(seed: 99);
        Weights.Load(fresh, checkpoint.PathOf(20));
        Assert.Equal(Toy.Weights(model), Toy.Weights(fresh));
        Weights.Load(fresh, checkpoint.PathOf(10));
        Assert.NotEqual(Toy.Weights(model), Toy.Weights(fresh));
    }

    [Theory]
    [InlineData("conv")]
    [InlineData("")]
    public void A_callback_may_freeze_weights_between_two_epochs(string part)
    {
        var model = Toy.Model();
        var freezing = new Freezing(part);
        void Fit() => Toy.Trainer(model).Fit(Toy.Images(64, 1), epochs: 3, batchSize: 32, callbacks: freezing);
        if (part.Length > 0)
        {
            Fit();
            Assert.Equal(3, freezing.Epochs);
        }
        else
        {
            // With all of them frozen nothing can be learned, which must not end the process.
            Assert.Contains("does not require grad", Assert.ThrowsAny<Exception>(Fit).Message, StringComparison.Ordinal);
        }
    }

    private sealed class Freezing(string part) : Callback
    {
        public int Epochs { get; private set; }

        public override void OnEpochEnd(TrainingState state, EpochResult result)
        {
            Epochs++;
            foreach (var (name, parameter) in state.Model.named_parameters())
            {
                parameter.requires_grad = !name.StartsWith(part, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Early_stopping_ends_a_training_that_no_longer_improves()
    {
        // With a learning rate of zero the validation loss never falls.
        var history = Toy.Trainer(Toy.Model(), learningRate: 0)
            .Fit(Toy.Images(64, 1), Toy.Images(64, 2), epochs: 50, batchSize: 32, callbacks: new EarlyStopping(patience: 2));
        Assert.Equal(3, history.Epochs.Count);
        Assert.Contains("Stopped early after epoch 3", history.StoppedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_takes_effect_after_the_batch_in_hand_and_keeps_the_finished_epochs()
    {
        var recorder = new Recorder { StopAt = "2.1/3 32" };
        var history = Toy.Trainer(Toy.Model()).Fit(Toy.Images(70, 1), epochs: 5, batchSize: 32, callbacks: recorder);
        Assert.Single(history.Epochs);
        Assert.Equal("Enough.", history.StoppedBecause);
        Assert.Equal(["2.1/3 32", "end"], recorder.Calls[^2..]);
    }

    private sealed class Recorder : Callback
    {
        public List<string> Calls { get; } = [];

        public string? StopAt { get; init; }

        public override void OnTrainBegin(TrainingState state) => Calls.Add("begin");

        public override void OnBatchEnd(TrainingState state)
        {
            Calls.Add($"{state.Epoch}.{state.Batch}/{state.Batches} {state.ImagesDone}");
            if (Calls[^1] == StopAt)
            {
                state.Stop("Enough.");
            }
        }

        public override void OnEpochEnd(TrainingState state, EpochResult result) => Calls.Add($"end of {result.Epoch}");

        public override void OnTrainEnd(TrainingState state, History history) => Calls.Add("end");
    }
}
