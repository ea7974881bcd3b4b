namespace CnnTutorial.Tests;

/// <summary>A store with a cache of its own, short pauses, and its notices and progress kept.</summary>
internal sealed class StoreFixture : IProgress<DownloadProgress>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StoreFixture() =>
        Options = new DatasetStoreOptions
        {
            CacheFolder = Path.Combine(_folder.Path, "cache"),
            RetryDelay = TimeSpan.FromMilliseconds(5),
            Notice = notice =>
            {
                lock (Notices)
                {
                    Notices.Add(notice);
                }
            },
            Progress = this,
        };

    public DatasetStoreOptions Options { get; set; }

    public List<string> Notices { get; } = [];

    public List<DownloadProgress> Reports { get; } = [];

    public string Folder => _folder.Path;

    public string CacheFolder => Path.Combine(_folder.Path, "cache", "small");

    /// <summary>The file names in the cache, without the lock that stays there.</summary>
    public IEnumerable<string> CachedNames =>
        Directory.EnumerateFiles(CacheFolder).Select(file => Path.GetFileName(file)).Where(name => name != ".lock").Order();

    public ImageDataset Load(DatasetDescription dataset) => new DatasetStore(Options).Load(dataset, TestContext.Current.CancellationToken);

    public void Report(DownloadProgress value)
    {
        lock (Reports)
        {
            Reports.Add(value);
        }
    }

    public void Dispose() => _folder.Dispose();
}
