using System.Diagnostics;

namespace CnnTutorial.Tests;

/// <summary>Which copy of a data set is taken, and what an unusable one leads to.</summary>
public sealed class SearchOrderTests : IDisposable
{
    private readonly StoreFixture _store = new();
    private readonly MirrorServer _mirror = new();
    private readonly SmallDataset _small;
    private readonly string _package;

    public SearchOrderTests()
    {
        _small = new SmallDataset(_mirror);
        _package = Path.Combine(_store.Folder, "package");
        _small.Description = _small.Description with { PackagedFolders = [_package] };
    }

    public void Dispose()
    {
        _store.Dispose();
        _mirror.Dispose();
    }

    [Fact]
    public void The_learners_folder_comes_first_then_cache_package_and_mirror()
    {
        var data = Path.Combine(_store.Folder, "data");
        _small.WriteTo(Path.Combine(data, "small"));
        _small.WriteTo(_store.CacheFolder);
        _small.WriteTo(_package);
        var options = _store.Options;
        _store.Options = options with { DataFolder = data };
        Assert.Equal(DatasetSourceKind.Folder, Load().Source.Kind);

        _store.Options = options;
        var cached = Load().Source;
        Assert.Equal((DatasetSourceKind.Cache, _store.CacheFolder), (cached.Kind, cached.Location));

        Directory.Delete(_store.CacheFolder, recursive: true);
        var packaged = Load().Source;
        Assert.Equal((DatasetSourceKind.Packaged, _package), (packaged.Kind, packaged.Location));
        Assert.Empty(_mirror.Requests);

        Directory.Delete(_package, recursive: true);
        Assert.Equal(DatasetSourceKind.Mirror, Load().Source.Kind);
        Assert.Equal(DatasetSourceKind.Cache, Load().Source.Kind);
        Assert.Equal(4, _mirror.Requests.Count);
        Assert.Empty(_store.Notices);
    }

    [Fact]
    public void A_damaged_package_is_named_and_passed_over()
    {
        _small.WriteTo(_package);
        File.WriteAllText(Path.Combine(_package, "t10k-images-idx3-ubyte.gz"), "x");
        Assert.Equal(DatasetSourceKind.Mirror, Load().Source.Kind);
        Assert.Contains(_package, Assert.Single(_store.Notices));
    }

    [Fact]
    public void An_incomplete_package_is_passed_over()
    {
        _small.WriteTo(_package);
        File.Delete(Path.Combine(_package, "t10k-images-idx3-ubyte.gz"));
        Assert.Equal(DatasetSourceKind.Mirror, Load().Source.Kind);
    }

    [Fact]
    public void A_damaged_file_in_the_cache_is_deleted_and_only_it_is_fetched_again()
    {
        _small.WriteTo(_store.CacheFolder);
        var path = Path.Combine(_store.CacheFolder, _small.TrainImages.Name + ".gz");
        File.WriteAllBytes(path, [.. File.ReadAllBytes(path)[..100]]);
        Assert.Equal(DatasetSourceKind.Mirror, Load().Source.Kind);
        Assert.Equal(_small.TrainImages.Name, Assert.Single(_mirror.Requests).Name);
        Assert.StartsWith($"A damaged file was deleted from the cache: '{path}' is ", Assert.Single(_store.Notices));
        Assert.Equal(DatasetSourceKind.Cache, Load().Source.Kind);
    }

    [Fact]
    public void Without_a_place_to_write_the_data_is_kept_in_memory()
    {
        // A file where the folder should be: that stops root too, which tests often run as.
        var blocked = Path.Combine(_store.Folder, "file");
        File.WriteAllText(blocked, "");
        _store.Options = _store.Options with { CacheFolder = blocked };
        var dataset = Load();
        Assert.Equal((DatasetSourceKind.Mirror, 40), (dataset.Source.Kind, dataset.Train.Count));
        var notice = Assert.Single(_store.Notices);
        Assert.Contains($"'{Path.Combine(blocked, "small")}' cannot be written", notice);
        Assert.Contains("CNN_TUTORIAL_CACHE", notice);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_kept_in_memory_and_the_others_stay_as_they_are()
    {
        Directory.CreateDirectory(_store.CacheFolder);
        // A folder has the final name, so the renaming fails, as late as possible.
        Directory.CreateDirectory(Path.Combine(_store.CacheFolder, "t10k-images-idx3-ubyte.gz"));
        Assert.Equal(DatasetSourceKind.Mirror, Load().Source.Kind);
        Assert.Contains("cannot be written", Assert.Single(_store.Notices));
        Assert.Equal(["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"], _store.CachedNames);
    }

    [Fact]
    public async Task A_full_disk_is_told_from_a_broken_connection()
    {
        using var client = new MirrorClient(_store.Options);
        using var full = new FullStream();
        await Assert.ThrowsAsync<PartWriteException>(() =>
            client.FetchAsync(
                new Uri(_mirror.Address, "train-images-idx3-ubyte.gz"),
                full,
                1_000_000,
                (_, _) => { },
                TestContext.Current.CancellationToken
            )
        );
        Assert.Single(_mirror.Requests);
    }

    [Fact]
    public void Without_any_cache_the_data_is_kept_in_memory()
    {
        _store.Options = _store.Options with { CacheFolder = null };
        Assert.Equal(DatasetSourceKind.Mirror, Load().Source.Kind);
        Assert.Contains("CNN_TUTORIAL_CACHE", Assert.Single(_store.Notices));
    }

    [Fact]
    public void Offline_no_mirror_is_asked_and_the_sample_comes_at_once()
    {
        _store.Options = _store.Options with { Offline = true };
        var clock = Stopwatch.StartNew();
        Assert.True(Load().Source.IsSample);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 3);
        Assert.Empty(_mirror.Requests);
        Assert.False(Directory.Exists(_store.CacheFolder));
        Assert.StartsWith(
            "Small was not found on this machine, and CNN_TUTORIAL_OFFLINE forbids a download.",
            Assert.Single(_store.Notices)
        );
    }

    [Fact]
    public void With_no_network_the_sample_comes_in_under_3_seconds()
    {
        // A port on which nobody listens, and a name that RFC 6761 promises never to resolve.
        _small.Description = _small.Description with
        {
            Mirrors = [MirrorServer.Nobody(), new("http://mirror.invalid/")],
        };
        var clock = Stopwatch.StartNew();
        Assert.True(Load().Source.IsSample);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 3);
        var notice = Assert.Single(_store.Notices);
        Assert.Contains("it refuses the connection", notice);
        Assert.Contains("mirror.invalid: ", notice);
        Assert.False(Directory.Exists(_store.CacheFolder));
    }

    [Fact]
    public void The_environment_governs_the_store()
    {
        var options = DatasetStoreOptions.FromEnvironment(name =>
            name switch
            {
                "CNN_TUTORIAL_DATA" => "/data",
                "CNN_TUTORIAL_CACHE" => "/cache",
                "CNN_TUTORIAL_OFFLINE" => "1",
                _ => null,
            }
        );
        Assert.Equal(
            (Path.GetFullPath("/data"), Path.GetFullPath("/cache"), true),
            (options.DataFolder, options.CacheFolder, options.Offline)
        );
        options = DatasetStoreOptions.FromEnvironment(name => name is "HOME" or "LOCALAPPDATA" ? "/home/ada" : "");
        Assert.Equal((null, false), (options.DataFolder, options.Offline));
        var parts = OperatingSystem.IsWindows() ? new[] { "/home/ada", "cnn-tutorial" } : ["/home/ada", ".cache", "cnn-tutorial"];
        Assert.Equal(Path.Combine(parts), options.CacheFolder);
    }

    private ImageDataset Load() => _store.Load(_small.Description);

    private sealed class FullStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");
    }
}
