using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace Support.Datasets;

/// <summary>What a process that loads a data set found, and what it left in the cache.</summary>
/// <param name="Kind">Where the data came from.</param>
/// <param name="Sha256">Of all pixels and labels.</param>
/// <param name="Seconds">How long loading took, the start of the process not included.</param>
/// <param name="Notices">What the learner was told.</param>
/// <param name="Whole">How many verified files are in the cache.</param>
/// <param name="Names">All files in the cache, but for the lock.</param>
internal sealed record LoadReport(
    DatasetSourceKind Kind,
    string Sha256,
    double Seconds,
    IReadOnlyList<string> Notices,
    int Whole,
    IReadOnlyList<string> Names
);

/// <summary>Loads a data set in a process of its own, for what threads cannot show: two programs at once, a sudden death, a full disk, no
/// network.</summary>
internal static class LoadingProcess
{
    /// <summary>The child's side: loads and prints a report.</summary>
    /// <param name="arguments">The cache, then addresses of mirrors that serve <see cref="SmallDataset"/>; none for the real MNIST.</param>
    public static int Run(string[] arguments)
    {
        var notices = new List<string>();
        var options = new DatasetStoreOptions
        {
            CacheFolder = arguments[0],
            RetryDelay = TimeSpan.FromMilliseconds(5),
            Notice = notices.Add,
        };
        var dataset =
            arguments.Length > 1
                ? new SmallDataset().Description with
                {
                    Mirrors = [.. arguments[1..].Select(mirror => new Uri(mirror))],
                }
                : DatasetCatalog.Mnist;
        var clock = Stopwatch.StartNew();
        var loaded = new DatasetStore(options).Load(dataset);
        var seconds = clock.Elapsed.TotalSeconds;
        var cache = new DatasetCache(options, dataset);
        IReadOnlyList<string> names = Directory.Exists(cache.Folder)
            ? [.. Directory.EnumerateFiles(cache.Folder).Select(file => Path.GetFileName(file)).Where(name => name != ".lock").Order()]
            : [];
        Console.WriteLine(
            JsonSerializer.Serialize(
                new LoadReport(loaded.Source.Kind, Sha256(loaded), seconds, notices, names.Count > 0 ? cache.Read().Count : 0, names)
            )
        );
        return 0;
    }

    /// <summary>Starts a child.</summary>
    /// <param name="around">What the command line begins with, such as <c>unshare</c>.</param>
    /// <param name="arguments">The cache and the mirrors.</param>
    public static Process Start(IReadOnlyList<string> around, params IReadOnlyList<string> arguments)
    {
        string[] command = [.. around, .. ChildProgram.Command(ChildProgram.Load, arguments)];
        return TestProcess.Start(
            new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true }
        );
    }

    /// <summary>Waits for a child's end and reads its report.</summary>
    public static async Task<LoadReport> EndAsync(Process process, CancellationToken cancellation)
    {
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<LoadReport>(output)!
            : throw new InvalidOperationException($"The process that loads ended with {process.ExitCode}: {await errors}");
    }

    private static string Sha256(ImageDataset dataset)
    {
        byte[] content = [.. dataset.Train.Images, .. dataset.Train.Labels, .. dataset.Test.Images, .. dataset.Test.Labels];
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
