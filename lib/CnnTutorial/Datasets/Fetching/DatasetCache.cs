using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace CnnTutorial;

/// <summary>
/// One data set's folder in the user's cache: the verified <c>NAME.gz</c> files, a <c>.lock</c> that stays,
/// and during a download a <c>.part</c> that a later start resumes.
/// </summary>
internal sealed class DatasetCache
{
    private readonly DatasetStoreOptions _options;
    private readonly DatasetDescription _dataset;
    private bool _notWritableSaid;

    public DatasetCache(DatasetStoreOptions options, DatasetDescription dataset)
    {
        (_options, _dataset) = (options, dataset);
        Folder = options.CacheFolder is null ? null : Path.Combine(options.CacheFolder, dataset.Folder);
    }

    /// <summary>Null on a machine that has no place for a cache.</summary>
    public string? Folder { get; }

    /// <summary>All four files, or null if one is missing or corrupt; a corrupt one is deleted.</summary>
    public async Task<IReadOnlyDictionary<IdxFileSpec, IdxFile>?> TryReadAllAsync(CancellationToken cancellation)
    {
        var found = Read(onCorrupt: null, out var corrupt);
        if (corrupt)
        {
            // Deleted only under the lock and after reading again: another process may just have put the right file there.
            await using var held = await TryLockAsync(cancellation);
            found = Read(Delete, out _);
        }

        if (found.Count < _dataset.Files.All.Count)
        {
            return null;
        }
        // Unfinished parts remain if a process was killed right after the renaming.
        foreach (var spec in _dataset.Files.All)
        {
            DeleteParts(spec);
        }

        return found;
    }

    /// <summary>The verified files that are there.</summary>
    public Dictionary<IdxFileSpec, IdxFile> Read() => Read(Delete, out _);

    /// <summary>The lock that makes processes take turns at downloading; null if the cache cannot be written.</summary>
    public async Task<FileStream?> TryLockAsync(CancellationToken cancellation)
    {
        if (Folder is null)
        {
            _options.Notice(
                $"There is no folder for a cache on this machine: {_dataset.Name} is kept in memory only. Set "
                    + $"{DatasetStoreOptions.CacheVariable} to a folder to keep it."
            );
            return null;
        }

        var waited = Stopwatch.StartNew();
        for (var announced = false; ; await Task.Delay(100, cancellation))
        {
            try
            {
                Directory.CreateDirectory(Folder);
                // Exclusive on each system: a sharing mode on Windows, flock elsewhere. It ends with the process, however that ends.
                return new FileStream(Path.Combine(Folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsHeldByAnother(e) && waited.Elapsed < _options.LockTimeout)
            {
                if (!announced && waited.Elapsed > TimeSpan.FromSeconds(1))
                {
                    _options.Notice($"Another program is downloading {_dataset.Name}; waiting for it.");
                    announced = true;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                NoticeNotWritable(e);
                return null;
            }
        }
    }

    /// <summary>Opens the unfinished download of a file from one mirror, at its end. Each mirror has its own, since mirrors may compress
    /// differently.</summary>
    public FileStream OpenPart(IdxFileSpec spec, Uri mirror)
    {
        var id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(mirror.AbsoluteUri)))[..8].ToLowerInvariant();
        // Unbuffered: a full disk makes the write fail, not the closing of the stream.
        var part = new FileStream(
            Path.Combine(Folder!, $"{spec.Name}.{id}.part"),
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.Read,
            bufferSize: 0
        );
        part.Seek(0, SeekOrigin.End);
        return part;
    }

    /// <summary>Puts a verified part in its place: readers see the whole file or none.</summary>
    public void Commit(FileStream part, IdxFileSpec spec)
    {
        part.Flush(flushToDisk: true);
        part.Dispose();
        File.Move(part.Name, Path.Combine(Folder!, spec.Name + ".gz"), overwrite: true);
        DeleteParts(spec);
    }

    /// <summary>Says once that files will not be kept.</summary>
    public void NoticeNotWritable(Exception e)
    {
        if (!_notWritableSaid)
        {
            _options.Notice(
                $"The cache folder '{Folder}' cannot be written ({e.Message.TrimEnd('.')}): {_dataset.Name} is kept in memory only and "
                    + "must be downloaded again next time. Free some space or make it writable, or set "
                    + $"{DatasetStoreOptions.CacheVariable} to another folder."
            );
        }

        _notWritableSaid = true;
    }

    // Deletes unfinished downloads of a file that is complete. If that fails, a later start tries again.
    private void DeleteParts(IdxFileSpec spec)
    {
        try
        {
            foreach (var stray in Directory.EnumerateFiles(Folder!, $"{spec.Name}.*.part"))
            {
                File.Delete(stray);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // See above.
        }
    }

    private Dictionary<IdxFileSpec, IdxFile> Read(Action<string, string>? onCorrupt, out bool corrupt)
    {
        var files = new Dictionary<IdxFileSpec, IdxFile>();
        corrupt = false;
        if (Folder is null)
        {
            return files;
        }

        var folder = new DatasetFolder(Folder, "it is fetched again");
        foreach (var spec in _dataset.Files.All)
        {
            if (folder.Find(spec) is not { } path)
            {
                continue;
            }

            try
            {
                files.Add(spec, folder.ReadFile(spec));
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                corrupt = true;
                onCorrupt?.Invoke(path, e.Message);
            }
        }

        return files;
    }

    private void Delete(string path, string cause)
    {
        try
        {
            File.Delete(path);
            _options.Notice($"A damaged file was deleted from the cache: {cause}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            NoticeNotWritable(e);
        }
    }

    // .NET has no exception of its own for this. 11 and 35 are EWOULDBLOCK of Linux and macOS, 32 and 33 ERROR_SHARING_VIOLATION and
    // ERROR_LOCK_VIOLATION of Windows.
    private static bool IsHeldByAnother(IOException e) =>
        OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) is 32 or 33 : e.HResult is 11 or 35;
}
