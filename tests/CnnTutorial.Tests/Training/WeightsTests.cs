using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class WeightsTests
{
    [Fact]
    public void A_loaded_model_predicts_bit_for_bit_the_same()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "new folder", "model.weights");
        var model = Toy.Model();
        Toy.Trainer(model).Fit(Toy.Images(100, 1), epochs: 1);
        Weights.Save(model, path);

        var loaded = Toy.Model(seed: 2);
        Weights.Load(loaded, path);

        var images = Toy.Images(50, 3);
        var (expected, actual) = (Toy.Trainer(model).Predict(images), Toy.Trainer(loaded).Predict(images));
        Assert.All(Enumerable.Range(0, 50), i => Assert.Equal(expected.Of(i), actual.Of(i)));
    }

    [Fact]
    public void Missing_weights_say_where_and_what_to_run()
    {
        var error = Assert.Throws<FileNotFoundException>(() => Weights.Load(Toy.Model(), "/nowhere/model.weights"));
        Assert.Equal("There are no weights at /nowhere/model.weights; run notebook 05-train first, which saves them there.", error.Message);
    }

    [Fact]
    public void Weights_of_another_architecture_are_refused_with_the_first_difference()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.weights");
        Weights.Save(Sequential(("conv", Conv2d(1, 5, kernel_size: 3, padding: 1))), path);
        var model = Toy.Model();
        var before = Toy.Weights(model);

        var error = Assert.Throws<InvalidDataException>(() => Weights.Load(model, path));

        Assert.Contains("another architecture: where the model has conv.weight [4, 1, 3, 3] Float32, the file has conv.weight [5, 1, 3, 3] Float32", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Toy.Weights(model));
    }

    [Fact]
    public void Every_flipped_bit_and_every_truncation_is_refused_and_harms_nothing()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.weights");
        var model = Toy.Model();
        Weights.Save(model, path);
        var good = File.ReadAllBytes(path);
        var other = Toy.Model(seed: 2);
        var before = Toy.Weights(other);
        var random = new Random(1);

        for (var i = 0; i < 300; i++)
        {
            var bad = (byte[])good.Clone();
            if (i % 2 == 0)
            {
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            }
            else
            {
                bad = bad[..random.Next(bad.Length)];
            }

            File.WriteAllBytes(path, bad);
            var error = Assert.Throws<InvalidDataException>(() => Weights.Load(other, path));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Toy.Weights(other));
    }

    [Fact]
    public void A_folder_is_no_path_to_save_to_and_stays_as_it_is()
    {
        using var folder = new TemporaryFolder();
        using var model = Toy.Model();
        var e = Assert.Throws<IOException>(() => Weights.Save(model, folder.Path));
        Assert.Contains("is a folder; add a file name to it with Path.Combine", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Where_nothing_can_be_written_the_message_says_so_and_nothing_is_left_behind()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "a file");
        File.WriteAllText(file, "");
        var error = Assert.Throws<IOException>(() => Weights.Save(Toy.Model(), Path.Combine(file, "model.weights")));
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }
}
