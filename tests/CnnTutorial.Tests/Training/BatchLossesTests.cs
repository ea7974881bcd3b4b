using CnnTutorial.Tests.Training;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Inspection;

[Collection(TorchRandom.Name)]
public sealed class BatchLossesTests
{
    [Fact]
    public void There_is_one_for_each_step_and_weighted_by_their_images_they_are_the_epochs_loss()
    {
        var losses = new BatchLosses();
        // 20 images in batches of 8: the last batch of an epoch has 4.
        var history = Toy.Trainer(Toy.Model()).Fit(Toy.Images(20, 1), epochs: 2, batchSize: 8, callbacks: losses);
        Assert.Equal(6, losses.Values.Count);
        Assert.Distinct(losses.Values);
        Assert.All(
            history.Epochs,
            epoch =>
            {
                var own = losses.Values.Skip(3 * (epoch.Epoch - 1)).Take(3).ToArray();
                Assert.Equal(epoch.Train.Loss, ((8 * own[0]) + (8 * own[1]) + (4 * own[2])) / 20, 1e-5);
            }
        );
    }

    [Fact]
    public void Steps_of_no_length_all_cost_what_the_untrained_network_costs()
    {
        var model = Sequential(("flatten", Flatten()), ("predictions", Linear(Toy.Size * Toy.Size, Toy.Classes)));
        var images = Toy.Images(8, 1);
        var losses = new BatchLosses();
        Toy.Trainer(model, learningRate: 0).Fit(images, epochs: 3, batchSize: 8, callbacks: losses);
        var expected = Toy.Trainer(model).Evaluate(images).Loss;
        Assert.Equal(3, losses.Values.Count);
        Assert.All(losses.Values, loss => Assert.Equal(expected, loss, 1e-5));
    }
}
