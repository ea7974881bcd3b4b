using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

/// <summary>What makes learning impossible is named before the first batch, and nothing is changed.</summary>
[Collection(TorchRandom.Name)]
public sealed class TrainingInputTests
{
    private static ImageSplit Labelled(params byte[] labels) => new(new byte[labels.Length * 64], labels, 8, 8);

    private static readonly ImageSplit Good = Toy.Images(40, 1);

    private static readonly Dictionary<string, (Action<Trainer> Do, string Says)> Bad = new()
    {
        ["an empty split"] = (trainer => trainer.Fit(Toy.Images(0, 1)), "There is no image to learn from: the training split is empty."),
        ["an empty validation split"] = (
            trainer => trainer.Fit(Good, Toy.Images(0, 1)),
            "There is no image to evaluate with: the validation split is empty."
        ),
        ["an empty split to judge by"] = (
            trainer => trainer.Evaluate(Toy.Images(0, 1)),
            "There is no image to evaluate with: the split is empty."
        ),
        ["one class"] = (
            trainer => trainer.Fit(Labelled(3, 3, 3)),
            "Every image in the training split has label 3, so that there is nothing to tell apart"
        ),
        ["one image"] = (trainer => trainer.Fit(Labelled(3)), "Every image in the training split has label 3"),
        ["a label too high"] = (
            trainer => trainer.Fit(Labelled(0, 1, 4, 2)),
            "In the training split image 2 has label 4, but the model knows 4 classes, numbered 0 to 3"
        ),
        ["a label too high to judge by"] = (
            trainer => trainer.Fit(Good, Labelled(0, 255)),
            "In the validation split image 1 has label 255"
        ),
        ["a label too high, evaluating"] = (trainer => trainer.Evaluate(Labelled(9)), "In the split image 0 has label 9"),
        ["images of another size"] = (
            trainer => trainer.Fit(PracticeImages.Quarters(40, 1)),
            "The model cannot take the images in the training split, which are 28×28 (mat1 and mat2 shapes cannot be multiplied"
        ),
        ["validation images of another size"] = (
            trainer => trainer.Fit(Good, PracticeImages.Quarters(40, 1)),
            "The model cannot take the images in the validation split, which are 28×28"
        ),
        ["no epochs"] = (trainer => trainer.Fit(Good, epochs: -1), "epochs is -1; ask for 1 or more."),
        ["a batch size of zero"] = (trainer => trainer.Fit(Good, batchSize: 0), "batchSize is 0; a batch has 1 image or more."),
        ["images that are NaN"] = (
            trainer => trainer.Predict(full([3, 1, 8, 8], float.NaN)),
            "The images hold NaN or infinite numbers, 192 in all, the first at [0, 0, 0, 0]"
        ),
    };

    public static TheoryData<string> Names => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_named_in_one_sentence(string name)
    {
        var (act, says) = Bad[name];
        var model = Toy.Model();
        var before = (Weights: Toy.Weights(model), Random: Toy.RandomNumbers());
        var error = Assert.ThrowsAny<ArgumentException>(() => act(Toy.Trainer(model)));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(before.Weights, Toy.Weights(model));
        Assert.Equal(before.Random, Toy.RandomNumbers());
        Assert.True(model.training);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-0.1)]
    public void A_learning_rate_that_is_none_is_named(double rate)
    {
        var model = Toy.Model();
        var optimizer = optim.Adam(model.parameters(), 0.01);
        optimizer.ParamGroups.Single().LearningRate = rate;
        var error = Assert.Throws<ArgumentException>(() => new Trainer(model, CrossEntropyLoss(), optimizer).Fit(Good));
        Assert.Contains(
            $"The optimizer's learning rate is {rate}; give it a small positive number",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_optimizer_of_another_model_is_refused_in_one_sentence()
    {
        var model = Toy.Model();
        var before = Toy.Weights(model);
        using var other = Toy.Model(seed: 2);
        var error = Assert.Throws<ArgumentException>(() =>
            new Trainer(model, CrossEntropyLoss(), optim.Adam(other.parameters(), 0.01)).Fit(Good)
        );
        Assert.Contains("The optimizer belongs to another model", error.Message, StringComparison.Ordinal);
        Assert.Contains("make it from model.parameters() of this model", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Toy.Weights(model));
    }

    [Fact]
    public void An_optimizer_that_changes_some_of_the_weights_is_welcome()
    {
        var model = Toy.Model();
        var before = Toy.Weights(model);
        var history = new Trainer(model, CrossEntropyLoss(), optim.SGD(model.parameters().TakeLast(2), 0.1)) { ShowsProgress = false }.Fit(
            Good,
            epochs: 1
        );
        Assert.Single(history.Epochs);
        Assert.NotEqual(before, Toy.Weights(model));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Weights_that_are_ruined_before_training_are_named(float number)
    {
        var model = Toy.Model();
        using (no_grad())
        {
            model.get_parameter("predictions.bias")!.fill_(number);
        }

        var error = Assert.Throws<ArgumentException>(() => Toy.Trainer(model).Fit(Good));
        Assert.Contains(
            "The model's predictions.bias holds NaN or infinite numbers before training begins",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_network_that_makes_no_logits_is_named()
    {
        var model = Sequential(("conv", Conv2d(1, 4, kernel_size: 3)));
        var error = Assert.Throws<ArgumentException>(() =>
            new Trainer(model, CrossEntropyLoss(), optim.Adam(model.parameters())).Fit(Good)
        );
        Assert.Contains(
            "The model turns 2 images into a tensor of shape [2, 4, 6, 6], but it should be [2, classes]",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Looking_changes_nothing_that_a_network_remembers()
    {
        var model = Sequential(("norm", BatchNorm2d(1)), ("flatten", Flatten()), ("predictions", Linear(64, 4)));
        var before = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        TrainingInput.ThrowIfUnfit(model, CPU, Good.Labels, [1, 8, 8], "the split", toLearnFrom: true);
        Assert.All(model.state_dict(), entry => Assert.True(entry.Value.equal(before[entry.Key]).all().item<bool>(), entry.Key));
        Assert.True(model.training);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Float_images_that_are_no_numbers_are_refused_as_batches(float number)
    {
        using var images = rand(10, 1, 8, 8);
        images[7, 0, 2, 3] = number;
        using var labels = zeros(10, ScalarType.Int64);
        var error = Assert.Throws<ArgumentException>(() => new Batches(images, labels, 5));
        Assert.Contains(
            "The images hold NaN or infinite numbers, 1 in all, the first at [7, 0, 2, 3]",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Large_numbers_whose_sum_is_infinite_are_numbers()
    {
        using var images = full([10, 1, 8, 8], 3e38f);
        using var labels = zeros(10, ScalarType.Int64);
        Assert.Equal(2, new Batches(images, labels, 5).Count);
    }
}
