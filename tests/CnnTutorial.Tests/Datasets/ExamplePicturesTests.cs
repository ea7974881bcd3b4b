namespace CnnTutorial.Tests.Datasets;

/// <summary>The pictures that come with the library.</summary>
public sealed class ExamplePicturesTests
{
    [Fact]
    public void They_are_unpacked_once_and_what_is_added_stays()
    {
        using var place = new TemporaryFolder();
        var folder = Path.Combine(place.Path, "emoji");
        Assert.Equal(folder, ExamplePictures.Unpack(folder));
        var pictures = CnnTutorial.Datasets.FromFolder(folder, size: 32);
        Assert.Equal(["animal", "face", "food", "vehicle"], pictures.ClassNames);
        Assert.Equal((329, 3), (pictures.Train.Count + pictures.Test.Count, pictures.Train.Channels));
        Assert.Empty(pictures.LeftOut);
        Assert.All(pictures.Train.CountByClass(4), count => Assert.InRange(count, 30, 100));

        var own = Path.Combine(folder, "animal", "own.png");
        File.Copy(Path.Combine(folder, "animal", "1f400.png"), own);
        File.Delete(Path.Combine(folder, "animal", "1f400.png"));
        ExamplePictures.Unpack(folder);
        Assert.True(File.Exists(own));
        Assert.False(File.Exists(Path.Combine(folder, "animal", "1f400.png")));
        Assert.Single(Directory.GetFileSystemEntries(place.Path));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named_and_nothing_is_left()
    {
        using var place = new TemporaryFolder();
        var file = Path.Combine(place.Path, "file");
        File.WriteAllText(file, "");
        var e = Assert.Throws<IOException>(() => ExamplePictures.Unpack(Path.Combine(file, "emoji")));
        Assert.Contains(Path.Combine(file, "emoji"), e.Message, StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFileSystemEntries(place.Path));
    }

    [Fact]
    public void One_picture_is_prepared_like_those_of_a_folder()
    {
        using var place = new TemporaryFolder();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var folder = ExamplePictures.Unpack(Path.Combine(place.Path, "emoji"));
        var all = CnnTutorial.Datasets.FromFolder(folder, size: 24);
        var picture = CnnTutorial.Datasets.ReadPicture(Path.Combine(folder, "food", "1f345.png"), size: 24);
        Assert.Equal([1, 3, 24, 24], picture.shape);
        Assert.Contains(
            new[] { all.Train, all.Test }.SelectMany(split =>
                Enumerable.Range(0, split.Count).Select(i => split.Select([i]).ToImageTensor())
            ),
            image => (image - picture).abs().max().item<float>() == 0
        );
        Assert.Equal([1, 1, 24, 24], CnnTutorial.Datasets.ReadPicture(Path.Combine(folder, "food", "1f345.png"), 24, colour: false).shape);
    }

    [Fact]
    public void A_file_that_is_no_picture_is_named()
    {
        using var place = new TemporaryFolder();
        var file = Path.Combine(place.Path, "x.png");
        Assert.Contains(
            file,
            Assert.Throws<FileNotFoundException>(() => CnnTutorial.Datasets.ReadPicture(file)).Message,
            StringComparison.Ordinal
        );
        File.WriteAllText(file, "no picture");
        Assert.Contains(
            file,
            Assert.Throws<InvalidDataException>(() => CnnTutorial.Datasets.ReadPicture(file)).Message,
            StringComparison.Ordinal
        );
    }
}
