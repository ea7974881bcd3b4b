using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class WeightsTests
{
    [Fact]
    public void A_loaded_model_predicts_bit_for_bit_the_same()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "new folder", "model.safetensors");
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
        var error = Assert.Throws<FileNotFoundException>(() => Weights.Load(Toy.Model(), "/nowhere/model.safetensors"));
        Assert.Equal(
            "There are no weights at /nowhere/model.safetensors; write it with Weights.Save(model, path), or correct the path.",
            error.Message
        );
    }

    [Fact]
    public void Weights_of_another_architecture_are_refused_with_the_first_difference()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        Weights.Save(Sequential(("conv", Conv2d(1, 5, kernel_size: 3, padding: 1))), path);
        var model = Toy.Model();
        var before = Toy.Weights(model);

        var error = Assert.Throws<InvalidDataException>(() => Weights.Load(model, path));

        Assert.Contains(
            "another architecture: where the model has conv.weight [4, 1, 3, 3] Float32, the file has conv.weight [5, 1, 3, 3] Float32",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(before, Toy.Weights(model));
    }

    [Fact]
    public void Every_flipped_bit_and_every_truncation_is_refused_and_harms_nothing()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
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
    public void Every_bit_of_the_header_counts()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        Weights.Save(Toy.Model(), path);
        var good = File.ReadAllBytes(path);
        var other = Toy.Model(seed: 2);
        var before = Toy.Weights(other);
        // The header's length, the header with its checksum, and the beginning of the weights.
        var header = 8 + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(good);
        for (var bit = 0; bit < 8 * (header + 20); bit++)
        {
            var bad = (byte[])good.Clone();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, bad);
            Assert.Throws<InvalidDataException>(() => Weights.Load(other, path));
        }

        Assert.Equal(before, Toy.Weights(other));
    }

    [Theory]
    [InlineData("CNNTUTOR")]
    [InlineData("CNNWGHT1")]
    public void A_file_in_the_course_s_former_format_is_refused_in_one_sentence_that_says_what_to_do(string magic)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        File.WriteAllBytes(path, [.. System.Text.Encoding.ASCII.GetBytes(magic), .. new byte[100]]);
        Assert.Equal(
            $"{path} was written by an earlier version of this course, in a format that it no longer reads; delete it and write it with "
                + "Weights.Save(model, path), or correct the path.",
            Assert.Throws<InvalidDataException>(() => Weights.Load(Toy.Model(), path)).Message
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("nonsense")]
    [InlineData("<html><body>Not found</body></html>")]
    public void A_file_that_holds_no_weights_at_all_is_refused_by_name(string content)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        File.WriteAllText(path, content);
        Assert.StartsWith(
            $"{path} cannot be loaded into this model: it",
            Assert.Throws<InvalidDataException>(() => Weights.Load(Toy.Model(), path)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Weights_that_notebook_05_makes_are_named_with_the_notebook()
    {
        var error = Assert.Throws<FileNotFoundException>(() => Weights.Load(Toy.Model(), "/nowhere/mnist/model.safetensors"));
        Assert.EndsWith("; run notebook 05-train, which writes it.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_a_weight_in_the_middle_cannot_be_written_to_all_stay_as_they_were()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        using var good = new Broken(rand(3));
        Weights.Save(good, path);
        // Three numbers that are one and the same place in memory: libtorch refuses to write to them.
        using var bad = new Broken(zeros(1).expand(3));
        var before = Toy.Weights(bad);
        var error = Assert.Throws<InvalidOperationException>(() => Weights.Load(bad, path));
        Assert.Contains("scale cannot be written to", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(before, Toy.Weights(bad));
    }

    [Fact]
    public void What_a_killed_process_left_is_taken_away_and_what_a_living_one_writes_is_not()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        using var dead = TestProcess.Start("dotnet", "--version");
        dead.WaitForExit();
        // Of another living process, of another file, and not of ours at all.
        string[] kept =
        [
            $"{path}.{ParentOfAll}.tmp",
            $"{path}.{Environment.ProcessId}0.safetensors",
            Path.Combine(folder.Path, $"other.{dead.Id}.tmp"),
            $"{path}.tmp",
        ];
        foreach (var file in kept.Append($"{path}.{dead.Id}.tmp"))
        {
            File.WriteAllText(file, "half");
        }

        Weights.Save(Toy.Model(), path);
        Assert.Equal(kept.Append(path).Order(StringComparer.Ordinal), Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal));
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

    private static int ParentOfAll => OperatingSystem.IsWindows() ? 4 : 1;

    [Fact]
    public void Where_nothing_can_be_written_the_message_says_so_and_nothing_is_left_behind()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "a file");
        File.WriteAllText(file, "");
        var error = Assert.Throws<IOException>(() => Weights.Save(Toy.Model(), Path.Combine(file, "model.safetensors")));
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }

    private sealed class Broken : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _first = Linear(2, 2);
        private readonly Module<Tensor, Tensor> _second = Linear(2, 2);

        public Broken(Tensor scale)
            : base("broken")
        {
            register_module("first", _first);
            register_buffer("scale", scale);
            register_module("second", _second);
        }

        public override Tensor forward(Tensor input) => input;
    }
}
