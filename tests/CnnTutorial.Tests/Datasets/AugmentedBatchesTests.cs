using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial.Tests;

[Collection(Training.TorchRandom.Name)]
public sealed class AugmentedBatchesTests
{
    [Fact]
    public void Without_changes_the_images_are_those_of_the_source()
    {
        using var scope = NewDisposeScope();
        var (images, labels) = (rand(10, 3, 8, 6), arange(10));
        var same = new AugmentedBatches(new Batches(images, labels, 4, shuffle: false), shift: 0, rotate: 0);
        Assert.Equal((3, 10), (same.Count, same.ImageCount));
        Assert.Equal([3L, 8, 6], same.ImageShape);
        var start = 0;
        foreach (var batch in same)
        {
            Assert.Equal(batch.Count, batch.Images.shape[0]);
            Assert.True(batch.Images.allclose(images.narrow(0, start, batch.Count), atol: 1e-5));
            Assert.Equal(Enumerable.Range(start, batch.Count).Select(i => (long)i), batch.Labels.data<long>().ToArray());
            start += batch.Count;
        }
    }

    [Fact]
    public void A_mirrored_image_has_left_and_right_exchanged_and_about_half_are()
    {
        using var scope = NewDisposeScope();
        var images = rand(400, 1, 5, 7);
        var mirrored = images.flip(3);
        var all = First(
            new AugmentedBatches(new Batches(images, zeros(400, ScalarType.Int64), 400, shuffle: false), 0, 0, flip: true, seed: 1)
        );
        var flipped = 0;
        for (var i = 0; i < 400; i++)
        {
            var isMirror = all[i].allclose(mirrored[i], atol: 1e-5);
            Assert.True(isMirror || all[i].allclose(images[i], atol: 1e-5));
            flipped += isMirror ? 1 : 0;
        }

        Assert.InRange(flipped, 150, 250);
    }

    [Fact]
    public void A_shift_moves_an_image_by_no_more_than_it_may_and_black_comes_in()
    {
        using var scope = NewDisposeScope();
        var images = zeros(200, 1, 21, 31);
        images[TensorIndex.Colon, 0, 10, 15] = 1;
        var moved = First(
            new AugmentedBatches(new Batches(images, zeros(200, ScalarType.Int64), 200, shuffle: false), shift: 3, rotate: 0)
        );
        var (rows, columns) = (arange(21).view(21, 1), arange(31).view(1, 31));
        var y = (moved * rows).sum(1, 2, 3) / moved.sum(1, 2, 3) - 10;
        var x = (moved * columns).sum(1, 2, 3) / moved.sum(1, 2, 3) - 15;
        foreach (var way in new[] { x, y })
        {
            Assert.InRange(way.abs().max().item<float>(), 2.5f, 3.01f);
            Assert.InRange(way.mean().item<float>(), -0.5f, 0.5f);
        }

        // Nothing is lost or added where the image stays inside.
        Assert.InRange((moved.sum(1, 2, 3) - 1).abs().max().item<float>(), 0, 1e-4f);
    }

    [Fact]
    public void A_turn_keeps_distances_also_in_an_image_that_is_not_square()
    {
        using var scope = NewDisposeScope();
        var images = zeros(200, 1, 21, 41);
        images[TensorIndex.Colon, 0, 10, 28] = 1;
        var turned = First(
            new AugmentedBatches(new Batches(images, zeros(200, ScalarType.Int64), 200, shuffle: false), shift: 0, rotate: 30)
        );
        var y = (turned * arange(21).view(21, 1)).sum(1, 2, 3) / turned.sum(1, 2, 3) - 10;
        var x = (turned * arange(41).view(1, 41)).sum(1, 2, 3) / turned.sum(1, 2, 3) - 20;
        Assert.InRange(((x.square() + y.square()).sqrt() - 8).abs().max().item<float>(), 0, 0.35f);
        Assert.InRange(y.abs().max().item<float>(), 3.3f, 4.3f);
    }

    [Fact]
    public void What_lies_beyond_the_border_is_black_or_the_border_s_own_colour()
    {
        using var scope = NewDisposeScope();
        var images = ones(50, 3, 12, 12);
        var labels = zeros(50, ScalarType.Int64);
        Assert.True(First(new AugmentedBatches(new Batches(images, labels, 50), 3, 20)).min().item<float>() < 0.1f);
        Assert.InRange(
            First(new AugmentedBatches(new Batches(images, labels, 50), 3, 20, repeatBorder: true)).min().item<float>(),
            0.999f,
            1.001f
        );
    }

    [Fact]
    public void A_seed_makes_an_epoch_the_same_and_another_epoch_another()
    {
        using var scope = NewDisposeScope();
        var images = rand(20, 1, 8, 8);
        var labels = zeros(20, ScalarType.Int64);
        AugmentedBatches Make() => new(new Batches(images, labels, 20, seed: 3), seed: 3);
        var one = Make();
        var (first, second) = (First(one), First(one));
        Assert.Equal(first.data<float>().ToArray(), First(Make()).data<float>().ToArray());
        Assert.NotEqual(first.data<float>().ToArray(), second.data<float>().ToArray());
        var later = Make();
        later.Epoch = 1;
        Assert.Equal(second.data<float>().ToArray(), First(later).data<float>().ToArray());
    }

    [Fact]
    public void Training_with_them_leaves_no_tensors_behind_and_learns()
    {
        var (train, validation) = (Training.Toy.Images(200, 1), Training.Toy.Images(100, 2));
        var model = Training.Toy.Model();
        var trainer = new Trainer(model, nn.CrossEntropyLoss(), optim.Adam(model.parameters(), 0.01)) { ShowsProgress = false };
        History Fit(int epochs)
        {
            using var scope = NewDisposeScope();
            return trainer.Fit(
                new AugmentedBatches(new Batches(train.ToImageTensor(), train.ToLabelTensor(), 32), shift: 1, rotate: 5),
                validation,
                epochs
            );
        }

        Fit(1);
        var before = Training.Toy.LiveTensorsOfAllThreads();
        var history = Fit(8);
        Assert.InRange(Training.Toy.LiveTensorsOfAllThreads(), 0, before);
        Assert.Equal((8, 29), (history.Epochs.Count, history.BatchSize));
        Assert.InRange(history.Last.Validation!.Accuracy, 0.9, 1);
    }

    [Fact]
    public void Images_in_colour_are_learned_judged_and_looked_into()
    {
        // Class 0 is red, class 1 is blue; in grey they are alike.
        var random = new Random(1);
        var labels = Enumerable.Range(0, 120).Select(i => (byte)(i % 2)).ToArray();
        var images = labels
            .SelectMany(label =>
                Enumerable
                    .Range(0, 3)
                    .SelectMany(channel =>
                        Enumerable.Range(0, 64).Select(_ => (byte)(channel == 2 * label ? 150 + random.Next(100) : random.Next(100)))
                    )
            )
            .ToArray();
        var split = new ImageSplit(images, labels, 8, 8, channels: 3);
        manual_seed(1);
        var model = nn.Sequential(
            ("conv", nn.Conv2d(3, 4, 3, padding: 1)),
            ("relu", nn.ReLU()),
            ("pool", nn.MaxPool2d(2)),
            ("flatten", nn.Flatten()),
            ("predictions", nn.Linear(64, 2))
        );
        var trainer = new Trainer(model, nn.CrossEntropyLoss(), optim.Adam(model.parameters(), 0.01)) { ShowsProgress = false };
        var history = trainer.Fit(split.Take(80), split.Take(40), epochs: 10, batchSize: 16);
        Assert.Equal(1, history.Last.Validation!.Accuracy);
        Assert.Equal(split.Labels.Select(label => (int)label), trainer.Predict(split).Labels);
        using var maps = FeatureMaps.Of(model, split, 0, "relu");
        Assert.Equal([4L, 8, 8], maps.shape);
        var occlusion = OcclusionMap.Of(model, split, 3);
        Assert.Equal(1, occlusion.Label);
        Assert.Contains(
            "data:image/png;base64,",
            CnnTutorial.Charts.ImageGrid(split, [0, 1, 2], ["red", "blue"]).GetInlineHtml(),
            StringComparison.Ordinal
        );
        Assert.NotEmpty(CnnTutorial.Charts.Occlusion([occlusion], ["red", "blue"]).GetInlineHtml());
        var error = Assert.Throws<ArgumentException>(() => trainer.Evaluate(split.ToGrey()));
        Assert.Contains("The model cannot take the images in the split, which are 8×8", error.Message, StringComparison.Ordinal);
        Assert.Equal("120 images of 8×8 in colour", $"{split}");
    }

    private static Tensor First(IBatchSource batches)
    {
        foreach (var batch in batches)
        {
            return batch.Images.clone();
        }

        throw new InvalidOperationException("There was no batch.");
    }
}
