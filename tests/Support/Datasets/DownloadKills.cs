using System.Diagnostics;

namespace Support.Datasets;

/// <summary>
/// Kills one to three downloads on the same cache (SIGKILL), with the mirrors in random order, and checks that the next start loads the
/// right data. A kill comes some milliseconds after a number of bytes was sent; the same seed chooses the same numbers.
/// </summary>
internal sealed class DownloadKills(int seed) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly MirrorServer[] _mirrors = [SlowMirror(), SlowMirror()];
    private long _sent;
    private long _dueAt;
    private TaskCompletionSource _due = new();

    /// <summary>Processes that were killed while they lived.</summary>
    public int Kills { get; private set; }

    /// <summary>How many kills left part of a file, to be resumed.</summary>
    public int LeftParts { get; private set; }

    /// <summary>How many kills left some of the four files, or all.</summary>
    public int LeftFiles { get; private set; }

    /// <summary>Starts after a kill that loaded the right data and left nothing else than the four files.</summary>
    public int RightStarts { get; private set; }

    /// <summary>Goes on until so many processes were killed; ends with an exception at a start that is not right.</summary>
    public async Task RunAsync(int kills, CancellationToken cancellation)
    {
        var small = new SmallDataset(_mirrors);
        var right = small.Sha256();
        foreach (var mirror in _mirrors)
        {
            mirror.Sent = OnSent;
        }

        var total = small.Description.Files.All.Sum(spec => small.Gzip(spec.Name).Length);
        while (Kills < kills)
        {
            using var folder = new TemporaryFolder();
            var cache = Path.Combine(folder.Path, "small");
            for (var times = _random.Next(1, 4); times > 0 && Kills < kills; times--)
            {
                await KillAsync(folder.Path, cache, total, cancellation);
            }

            using var next = Start(folder.Path);
            var report = await LoadingProcess.EndAsync(next, cancellation);
            var names = small.Description.Files.All.Select(spec => spec.Name + ".gz").Order();
            if (
                report.Kind == DatasetSourceKind.Bundled
                || report.Sha256 != right
                || report.Whole != 4
                || report.Notices.Count > 0
                || !report.Names.SequenceEqual(names)
            )
            {
                throw new InvalidOperationException(
                    $"After {Kills} kills of seed {seed} the next start was not right: {report}, {string.Join(", ", report.Names)}, "
                        + $"{string.Join(" ", report.Notices)}"
                );
            }

            RightStarts++;
        }
    }

    public void Dispose()
    {
        foreach (var mirror in _mirrors)
        {
            mirror.Dispose();
        }
    }

    private async Task KillAsync(string folder, string cache, long total, CancellationToken cancellation)
    {
        // One in four after the last byte: while the file is checked and put in its place, or the data is read.
        var lacking = total - (Directory.Exists(cache) ? new DirectoryInfo(cache).EnumerateFiles().Sum(file => file.Length) : 0);
        var after = _random.Next(4) == 0;
        (_sent, _dueAt, _due) = (
            0,
            after ? lacking : (long)(_random.NextDouble() * lacking),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        var pause = _random.NextDouble() * (after ? 30 : 4);
        using var process = Start(folder);
        var ended = process.WaitForExitAsync(cancellation);
        await Task.WhenAny(_due.Task, ended);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalMilliseconds < pause && !process.HasExited; )
        {
            Thread.SpinWait(50);
        }

        process.Kill();
        await ended;
        // 128 + SIGKILL; one that had ended by itself does not count.
        if (process.ExitCode != 137)
        {
            return;
        }

        Kills++;
        var left = Directory.Exists(cache) ? Directory.GetFiles(cache) : [];
        LeftParts += left.Any(file => file.EndsWith(".part", StringComparison.Ordinal)) ? 1 : 0;
        LeftFiles += left.Any(file => file.EndsWith(".gz", StringComparison.Ordinal)) ? 1 : 0;
    }

    private Process Start(string folder) =>
        LoadingProcess.Start([], [folder, .. _mirrors.OrderBy(_ => _random.Next()).Select(mirror => mirror.Address.AbsoluteUri)]);

    private void OnSent(int bytes)
    {
        if (Interlocked.Add(ref _sent, bytes) >= _dueAt)
        {
            _due.TrySetResult();
        }
    }

    private static MirrorServer SlowMirror() =>
        new((server, request, _) => server.Good(request) with { PauseEach = TimeSpan.FromMilliseconds(1), PieceBytes = 512 });
}
