namespace CnnTutorial;

/// <summary>Fetches the files that are missing in the cache, each from the first mirror that has the right bytes.</summary>
internal sealed class DatasetDownload(DatasetStoreOptions options, DatasetDescription dataset, DatasetCache cache)
{
    // How much gzip's header and framing may add to incompressible data.
    private const long GzipOverhead = 64 * 1024;

    private readonly Dictionary<Uri, string> _failures = [];
    private readonly SortedSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>The host names that files came from, joined; empty if all were in the cache.</summary>
    public string Mirrors => string.Join(", ", _used);

    /// <summary>Each mirror that failed and why, joined.</summary>
    public string Failures => string.Join("; ", _failures.Select(failure => $"{failure.Key.Authority}: {failure.Value}"));

    /// <summary>All four files, or null if no mirror had one of them.</summary>
    public async Task<IReadOnlyDictionary<IdxFileSpec, IdxFile>?> TryFetchAsync(CancellationToken cancellation)
    {
        var reach = await MirrorReach.TestAsync(dataset.Mirrors, options.ReachTimeout, cancellation);
        foreach (var (mirror, failure) in reach)
        {
            if (failure is not null)
            {
                _failures[mirror] = failure;
            }
        }

        var mirrors = dataset.Mirrors.Where(mirror => reach[mirror] is null).ToList();
        if (mirrors.Count == 0)
        {
            return null;
        }

        using var client = new MirrorClient(options);
        await using var held = await cache.TryLockAsync(cancellation);
        var files = held is null ? [] : cache.Read();
        var toCache = held is not null;
        foreach (var spec in dataset.Files.All.Where(spec => !files.ContainsKey(spec)))
        {
            IdxFile? file = null;
            // A mirror that failed before comes last.
            foreach (var mirror in mirrors.OrderBy(_failures.ContainsKey))
            {
                try
                {
                    (file, toCache) = await FetchAsync(client, mirror, spec, toCache, cancellation);
                    _used.Add(mirror.Authority);
                    break;
                }
                catch (MirrorException e)
                {
                    _failures[mirror] = e.Message;
                }
            }

            if (file is null)
            {
                return null;
            }

            files.Add(spec, file);
        }

        return files;
    }

    private async Task<(IdxFile File, bool ToCache)> FetchAsync(
        MirrorClient client,
        Uri mirror,
        IdxFileSpec spec,
        bool toCache,
        CancellationToken cancellation
    )
    {
        if (toCache)
        {
            try
            {
                return (await FetchToCacheAsync(client, mirror, spec, cancellation), true);
            }
            catch (Exception e) when (e is PartWriteException or IOException or UnauthorizedAccessException)
            {
                // The disk is full or the folder was removed: the half-written file is deleted, and the file is kept in memory.
                cache.NoticeNotWritable(e);
            }
        }

        using var memory = new MemoryStream();
        return (await FetchAndVerifyAsync(client, mirror, spec, memory, cancellation), false);
    }

    private async Task<IdxFile> FetchToCacheAsync(MirrorClient client, Uri mirror, IdxFileSpec spec, CancellationToken cancellation)
    {
        await using var part = cache.OpenPart(spec, mirror);
        var keep = false;
        try
        {
            var resumed = part.Length > 0;
            IdxFile file;
            try
            {
                file = await FetchAndVerifyAsync(client, mirror, spec, part, cancellation);
            }
            catch (MirrorException e) when (resumed && e.InnerException is InvalidDataException)
            {
                // The error may be in the part that an earlier process left, so it is fetched once more from the start.
                part.SetLength(0);
                file = await FetchAndVerifyAsync(client, mirror, spec, part, cancellation);
            }

            cache.Commit(part, spec);
            keep = true;
            return file;
        }
        catch (Exception e) when (e is OperationCanceledException or MirrorException { InnerException: not InvalidDataException })
        {
            // The next attempt goes on from the bytes that arrived.
            keep = part.Length > 0;
            throw;
        }
        finally
        {
            if (!keep)
            {
                await part.DisposeAsync();
                File.Delete(part.Name);
            }
        }
    }

    private async Task<IdxFile> FetchAndVerifyAsync(
        MirrorClient client,
        Uri mirror,
        IdxFileSpec spec,
        Stream part,
        CancellationToken cancellation
    )
    {
        var address = new Uri(mirror, spec.Name + ".gz");
        await client.FetchAsync(
            address,
            part,
            spec.IdxBytes + GzipOverhead,
            (done, total) => options.Progress?.Report(new DownloadProgress(spec.Name, done, total, mirror.Authority)),
            cancellation
        );
        try
        {
            part.Seek(0, SeekOrigin.Begin);
            var reader = new IdxReader(address.AbsoluteUri, "another mirror is tried");
            var file = reader.Read(part, spec.Kind, spec.Rows, spec.Columns);
            reader.Verify(file, spec);
            options.Progress?.Report(new DownloadProgress(spec.Name, part.Length, part.Length, mirror.Authority, IsComplete: true));
            return file;
        }
        catch (InvalidDataException e)
        {
            throw new MirrorException($"wrong content ({e.Message.TrimEnd('.')})", inner: e);
        }
    }
}
