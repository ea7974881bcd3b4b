namespace CnnTutorial;

/// <summary>Finds a data set: the learner's folder, the cache, the operating system's copy, the mirrors, the bundled sample, in this
/// order.</summary>
internal sealed class DatasetStore(DatasetStoreOptions options)
{
    /// <summary>Loads and verifies a data set.</summary>
    public ImageDataset Load(DatasetDescription dataset, CancellationToken cancellation = default) =>
        // On the thread pool, so that a host with a synchronization context is not blocked by its own continuation.
        Task.Run(() => LoadAsync(dataset, cancellation), cancellation).GetAwaiter().GetResult();

    public async Task<ImageDataset> LoadAsync(DatasetDescription dataset, CancellationToken cancellation = default)
    {
        if (options.DataFolder is not null)
        {
            return FromDataFolder(dataset, options.DataFolder);
        }

        var cache = new DatasetCache(options, dataset);
        if (await cache.TryReadAllAsync(cancellation) is { } cached)
        {
            return Full(dataset, cached, new DatasetSource(DatasetSourceKind.Cache, $"from the cache in {cache.Folder}", cache.Folder));
        }

        if (FromPackage(dataset) is { } packaged)
        {
            return packaged;
        }

        if (options.Offline)
        {
            return FromSample(dataset, $"was not found on this machine, and {DatasetStoreOptions.OfflineVariable} forbids a download");
        }

        var download = new DatasetDownload(options, dataset, cache);
        if (await download.TryFetchAsync(cancellation) is not { } files)
        {
            return FromSample(dataset, $"could not be downloaded ({download.Failures})");
        }
        // Another process may have fetched the files while this one waited for the lock.
        var source =
            download.Mirrors.Length == 0
                ? new DatasetSource(DatasetSourceKind.Cache, $"from the cache in {cache.Folder}", cache.Folder)
                : new DatasetSource(DatasetSourceKind.Mirror, $"downloaded from {download.Mirrors}", download.Mirrors);
        return Full(dataset, files, source);
    }

    private static ImageDataset FromDataFolder(DatasetDescription dataset, string root)
    {
        const string variable = DatasetStoreOptions.DataVariable;
        var folder = Path.Combine(root, dataset.Folder);
        var unset = $"or unset {variable} and let the course find the data by itself";
        if (!Directory.Exists(root))
        {
            var cause = File.Exists(root) ? "is a file" : "does not exist";
            throw new DirectoryNotFoundException(
                $"{variable} must name a folder, and '{root}' {cause}; create that folder with the four files of {dataset.Name} in its "
                    + $"subfolder '{dataset.Folder}', {unset}."
            );
        }

        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"The folder '{root}' that {variable} names has no subfolder '{dataset.Folder}'; put the four files of {dataset.Name} "
                    + $"into '{folder}', {unset}."
            );
        }

        var files = new DatasetFolder(folder, $"put the four published files of {dataset.Name} into '{folder}', {unset}").Read(
            dataset.Files
        );
        return Full(dataset, files, new DatasetSource(DatasetSourceKind.Folder, $"from {folder} ({variable})", folder));
    }

    private ImageDataset? FromPackage(DatasetDescription dataset)
    {
        foreach (var path in dataset.PackagedFolders)
        {
            var folder = new DatasetFolder(path, "install the package again");
            if (!folder.HasAll(dataset.Files))
            {
                continue;
            }

            try
            {
                return Full(
                    dataset,
                    folder.Read(dataset.Files),
                    new DatasetSource(DatasetSourceKind.Packaged, $"from the operating system's package in {path}", path)
                );
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                options.Notice($"The operating system's copy of {dataset.Name} is not used: {e.Message}");
            }
        }

        return null;
    }

    private ImageDataset FromSample(DatasetDescription dataset, string cause)
    {
        var sample = dataset.Sample;
        options.Notice(
            $"""
            {dataset.Name} {cause}.
            In its place you work with a sample that comes with the course: {sample.Description}.
            Everything works; the accuracy will be a little lower.
            For the full {dataset.Name}: connect to the internet and run this cell again, or put its four files into a folder
            '{dataset.Folder}' and set {DatasetStoreOptions.DataVariable} to the folder above that.
            """
        );
        var files = sample.Files.All.ToDictionary(spec => spec, sample.Read);
        var (train, test) = sample.Files.Splits(files);
        return new ImageDataset
        {
            Name = sample.Name,
            Train = train,
            Test = test,
            ClassNames = dataset.ClassNames,
            Source = new DatasetSource(DatasetSourceKind.Bundled, $"the sample bundled with the course: {sample.Description}", null),
            License = sample.License,
            Citation = sample.Citation,
        };
    }

    private static ImageDataset Full(DatasetDescription dataset, IReadOnlyDictionary<IdxFileSpec, IdxFile> files, DatasetSource source)
    {
        var (train, test) = dataset.Files.Splits(files);
        return new ImageDataset
        {
            Name = dataset.Name,
            Train = train,
            Test = test,
            ClassNames = dataset.ClassNames,
            Source = source,
            License = dataset.License,
            Citation = dataset.Citation,
        };
    }
}
