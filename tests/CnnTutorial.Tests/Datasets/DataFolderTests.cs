namespace CnnTutorial.Tests;

/// <summary>The folder in CNN_TUTORIAL_DATA: what it may look like, and the error if it is wrong.</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly StoreFixture _store = new();
    private readonly SmallDataset _small = new();

    public DataFolderTests() => _store.Options = _store.Options with { DataFolder = Root };

    private string Root => Path.Combine(_store.Folder, "data");

    private string Folder => Path.Combine(Root, "small");

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Both_forms_of_the_names_are_read_compressed_or_not(bool compressed, bool dotted)
    {
        _small.WriteTo(Folder, compressed, name => dotted ? name.Replace("-idx", ".idx") : name);
        var dataset = Load();
        Assert.Equal((40, 10), (dataset.Train.Count, dataset.Test.Count));
        Assert.Equal(_small.Plain("train-images-idx3-ubyte")[16..], dataset.Train.Images);
        Assert.Equal(_small.Plain("t10k-labels-idx1-ubyte")[8..], dataset.Test.Labels);
        Assert.Equal((DatasetSourceKind.Folder, Folder), (dataset.Source.Kind, dataset.Source.Location));
        Assert.False(dataset.Source.IsSample);
        Assert.Equal($"Small: 40 + 10 images of 28×28, from {Folder} (CNN_TUTORIAL_DATA)", dataset.ToString());
        Assert.Empty(_store.Notices);
    }

    [Fact]
    public void A_file_that_a_browser_unpacked_but_left_named_gz_is_read()
    {
        _small.WriteTo(Folder);
        File.WriteAllBytes(Path.Combine(Folder, "train-images-idx3-ubyte.gz"), _small.Plain("train-images-idx3-ubyte"));
        Assert.Equal(40, Load().Train.Count);
    }

    [Fact]
    public void A_missing_folder_is_an_error_and_not_passed_over()
    {
        var error = Assert.Throws<DirectoryNotFoundException>(Load);
        AssertSentence(
            error,
            $"CNN_TUTORIAL_DATA must name a folder, and '{Root}' does not exist",
            "subfolder 'small', or unset CNN_TUTORIAL_DATA"
        );
    }

    [Fact]
    public void A_file_in_place_of_the_folder_is_named()
    {
        File.WriteAllText(Root, "");
        AssertSentence(Assert.Throws<DirectoryNotFoundException>(Load), $"'{Root}' is a file", "unset CNN_TUTORIAL_DATA");
    }

    [Fact]
    public void A_missing_subfolder_is_named()
    {
        Directory.CreateDirectory(Root);
        AssertSentence(
            Assert.Throws<DirectoryNotFoundException>(Load),
            $"'{Root}' that CNN_TUTORIAL_DATA names has no subfolder 'small'",
            $"put the four files of Small into '{Folder}'"
        );
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        _small.WriteTo(Folder);
        File.Delete(Path.Combine(Folder, "t10k-labels-idx1-ubyte.gz"));
        AssertSentence(
            Assert.Throws<FileNotFoundException>(Load),
            $"'{Folder}/t10k-labels-idx1-ubyte.gz' is missing".Replace('/', Path.DirectorySeparatorChar),
            "put the four published files"
        );
    }

    [Theory]
    [InlineData("truncated", "is truncated: its header promises 31,360 bytes of images, and in a file of its size at most 31,260 follow")]
    [InlineData("magic", "has the wrong magic number for images: it begins with 0x00000801, not 0x00000803, the one of labels")]
    [InlineData("dimensions", "has the wrong dimensions: its header says 40 images of 14×56, and images of 28×28 were expected")]
    [InlineData("trailing", "has trailing bytes")]
    [InlineData("hash", "is not the published file: the SHA-256 of its uncompressed bytes is ")]
    public void A_bad_file_is_named_with_cause_and_remedy(string what, string cause)
    {
        _small.WriteTo(Folder, compressed: false);
        var path = Path.Combine(Folder, _small.TrainImages.Name);
        var bytes = File.ReadAllBytes(path);
        switch (what)
        {
            case "truncated":
                bytes = bytes[..^100];
                break;
            case "magic":
                bytes[3] = 1;
                break;
            case "dimensions":
                (bytes[11], bytes[15]) = (14, 56);
                break;
            case "trailing":
                bytes = [.. bytes, 1];
                break;
            case "hash":
                bytes[^1] ^= 1;
                break;
            default:
                throw new ArgumentException(what);
        }

        File.WriteAllBytes(path, bytes);
        var error = Assert.Throws<InvalidDataException>(Load);
        AssertSentence(error, $"'{path}' {cause}", $"put the four published files of Small into '{Folder}', or unset CNN_TUTORIAL_DATA");
        if (what == "hash")
        {
            Assert.Contains($"{_small.TrainImages.Sha256} was expected", error.Message);
        }
    }

    [Fact]
    public void Different_counts_of_images_and_labels_are_named_rather_than_a_hash()
    {
        _small.WriteTo(Folder, compressed: false);
        File.Copy(Path.Combine(Folder, "t10k-labels-idx1-ubyte"), Path.Combine(Folder, "train-labels-idx1-ubyte"), overwrite: true);
        var error = Assert.Throws<InvalidDataException>(Load);
        AssertSentence(error, "train-labels-idx1-ubyte' holds 10 labels, but '", "train-images-idx3-ubyte' holds 40 images");
    }

    [Fact]
    public void Another_data_set_of_the_same_form_is_refused()
    {
        _small.WriteTo(Folder, compressed: false);
        foreach (var kind in new[] { "images-idx3", "labels-idx1" })
        {
            File.Copy(Path.Combine(Folder, $"t10k-{kind}-ubyte"), Path.Combine(Folder, $"train-{kind}-ubyte"), overwrite: true);
        }

        AssertSentence(Assert.Throws<InvalidDataException>(Load), "holds 10 images instead of 40", "unset CNN_TUTORIAL_DATA");
    }

    [Fact]
    public void A_file_of_the_course_s_other_data_set_is_named_as_such()
    {
        var (mnist, fashion) = (DatasetCatalog.Mnist.Files.TestLabels, DatasetCatalog.FashionMnist.Files.TestLabels);
        Assert.Same(DatasetCatalog.Mnist, DatasetCatalog.OwnerOf(mnist.Sha256));
        Assert.Same(DatasetCatalog.FashionMnist, DatasetCatalog.OwnerOf(fashion.Sha256));
        Assert.Null(DatasetCatalog.OwnerOf(new string('0', 64)));
        // Ten labels that stand for MNIST's: the reader is asked for Fashion-MNIST's and finds these.
        var labels = IdxFile.FromLabels([.. Enumerable.Repeat((byte)7, 10_000)]);
        var reader = new IdxReader("fashion-mnist/t10k-labels-idx1-ubyte", "put the right one there");
        var error = Assert.Throws<InvalidDataException>(() => reader.Verify(labels, fashion, _ => DatasetCatalog.Mnist));
        AssertSentence(
            error,
            "is a file of MNIST, whose folder is called 'mnist', and not the file that belongs here",
            "put the right one"
        );
    }

    [Fact]
    public void The_folder_is_read_only_to_the_course()
    {
        _small.WriteTo(Folder);
        Load();
        Assert.Equal(4, Directory.EnumerateFiles(Folder).Count());
        Assert.False(Directory.Exists(_store.CacheFolder));
    }

    private ImageDataset Load() => _store.Load(_small.Description);

    private static void AssertSentence(Exception error, string cause, string remedy)
    {
        Assert.Contains(cause, error.Message);
        Assert.Contains(remedy, error.Message);
        Assert.EndsWith(".", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain(". ", error.Message); // one sentence
    }
}
