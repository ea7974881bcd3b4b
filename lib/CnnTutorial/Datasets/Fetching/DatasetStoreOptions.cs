using Shared;

namespace CnnTutorial;

/// <summary>The settings of a <see cref="DatasetStore"/>. The times suit a learner who waits for a cell.</summary>
internal sealed record DatasetStoreOptions
{
    public const string DataVariable = DatasetPlaces.DataVariable;
    public const string CacheVariable = DatasetPlaces.CacheVariable;
    public const string OfflineVariable = "CNN_TUTORIAL_OFFLINE";

    /// <summary>The learner's own folder, with a subfolder for each data set; if it is set, nothing else is looked at.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The cache, with a subfolder for each data set; null on a machine that has no place for one.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>True to download nothing.</summary>
    public bool Offline { get; init; }

    public Action<string> Notice { get; init; } = _ => { };

    public IProgress<DownloadProgress>? Progress { get; init; }

    /// <summary>How often a request to one mirror is repeated after a temporary failure.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>The first pause before a repetition; it doubles each time, and jitter is added.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>If a mirror asks for a longer pause (Retry-After), the next mirror is used.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for any mirror to accept a connection, all asked at once: without a network the sample must come within 3
    /// seconds.</summary>
    public TimeSpan ReachTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A mirror that sends less than <see cref="LeastBytesPerWindow"/> in this time is given up.</summary>
    public TimeSpan StallWindow { get; init; } = TimeSpan.FromSeconds(20);

    public int LeastBytesPerWindow { get; init; } = 64 * 1024;

    /// <summary>How long to wait for another process that downloads the same data set.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(10);

    public static DatasetStoreOptions FromEnvironment() =>
        FromEnvironment(Environment.GetEnvironmentVariable) with
        {
            Notice = DatasetEvents.Notice,
            Progress = DatasetEvents.Progress(),
        };

    internal static DatasetStoreOptions FromEnvironment(Func<string, string?> variable) =>
        new()
        {
            DataFolder = DatasetPlaces.DataFolder(variable, () => CourseFolders.Root),
            CacheFolder = DatasetPlaces.CacheFolder(variable),
            Offline = variable(OfflineVariable) is { Length: > 0 } and not "0" and not "false",
        };
}
