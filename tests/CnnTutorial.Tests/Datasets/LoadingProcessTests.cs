using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CnnTutorial.Tests;

/// <summary>What only whole processes can show. They run the program in tests/Support.</summary>
public sealed class LoadingProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_processes_at_once_download_once_and_both_are_right()
    {
        // Slow enough that the second starts long before the first ends.
        using var mirror = new MirrorServer(
            (server, request, _) => server.Good(request) with { PauseEach = TimeSpan.FromMilliseconds(30), PieceBytes = 1000 }
        );
        var small = new SmallDataset(mirror);
        using Process first = Start(mirror),
            second = Start(mirror);
        LoadReport[] reports = [await End(first), await End(second)];

        Assert.All(reports, report => Assert.Equal((small.Sha256(), 4), (report.Sha256, report.Whole)));
        Assert.Equal([DatasetSourceKind.Cache, DatasetSourceKind.Mirror], reports.Select(report => report.Kind).Order());
        Assert.Equal(small.Description.Files.All.Select(spec => spec.Name), mirror.Requests.Select(request => request.Name));
    }

    [Fact]
    public async Task A_process_that_waits_for_one_that_is_killed_goes_on_with_what_it_left()
    {
        var begun = new TaskCompletionSource();
        var mirror = new MirrorServer(
            (server, request, _) => server.Good(request) with { PauseEach = TimeSpan.FromMilliseconds(30), PieceBytes = 500 }
        );
        using (mirror)
        {
            var small = new SmallDataset(mirror);
            var sent = 0;
            mirror.Sent = bytes => _ = (sent += bytes) > 5000 && begun.TrySetResult();
            using var first = Start(mirror);
            await begun.Task.WaitAsync(TestContext.Current.CancellationToken);
            using var second = Start(mirror);
            await Task.Delay(300, TestContext.Current.CancellationToken);
            first.Kill();
            var report = await End(second);

            Assert.Equal((DatasetSourceKind.Mirror, small.Sha256(), 4), (report.Kind, report.Sha256, report.Whole));
            Assert.Equal(2, mirror.Requests.Count(request => request.Name == small.TrainImages.Name));
            Assert.True(mirror.Requests[1].From >= 5000, $"it began again at {mirror.Requests[1].From}");
            Assert.DoesNotContain(report.Names, name => name.EndsWith(".part", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Killed_at_a_random_moment_the_next_start_is_right_and_leaves_nothing_else()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "SIGKILL is Unix's.");
        // The long form: dotnet run --project tests/Benchmarks -- kill-downloads
        using var kills = new DownloadKills(seed: 1);
        await kills.RunAsync(8, TestContext.Current.CancellationToken);
        Assert.True(kills.LeftParts > 0, "no kill met a download");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)] // one page less than the largest file needs
    [InlineData(36)]
    [InlineData(40)]
    [InlineData(48)]
    [InlineData(64)] // all four fit
    public async Task On_a_full_disk_the_learner_is_told_and_nothing_stays_half_written(int kibibytes)
    {
        var cache = Directory.CreateDirectory(Path.Combine(_folder.Path, "full")).FullName;
        // A disk of its own for this process alone; it is gone when the process ends, however that ends.
        string[] around =
        [
            .. await Namespaces("--mount"),
            "sh",
            "-c",
            $"mount -t tmpfs -o size={kibibytes}k tmpfs \"$0\" && exec \"$@\"",
            cache,
        ];
        using var mirror = new MirrorServer();
        var small = new SmallDataset(mirror);
        using var process = LoadingProcess.Start(around, cache, mirror.Address.AbsoluteUri);
        var report = await End(process);

        Assert.Equal((DatasetSourceKind.Mirror, small.Sha256()), (report.Kind, report.Sha256));
        Assert.All(report.Names, name => Assert.EndsWith(".gz", name));
        Assert.Equal(report.Whole, report.Names.Count);
        if (report.Whole == 4)
        {
            Assert.Empty(report.Notices);
        }
        else
        {
            Assert.Matches(
                "^The cache folder '.*' cannot be written \\(No space left on device.*CNN_TUTORIAL_CACHE",
                Assert.Single(report.Notices)
            );
        }

        Assert.Equal(kibibytes == 64, report.Whole == 4);
    }

    [Theory]
    [InlineData("nothing", "")] // not even the loopback device
    [InlineData("packets are dropped", "ip link set lo up && ip route add default dev lo && mount --bind \"$0\" /etc/resolv.conf && ")]
    public async Task With_no_network_the_real_mirrors_are_given_up_in_under_3_seconds(string network, string prepare)
    {
        Assert.SkipWhen(
            prepare.Length > 0 && !File.Exists("/sbin/ip") && !File.Exists("/usr/sbin/ip"),
            "ip (package iproute2) is not installed."
        );
        var names = Path.Combine(_folder.Path, "resolv.conf");
        await File.WriteAllTextAsync(names, "nameserver 192.0.2.53\n", TestContext.Current.CancellationToken);
        string[] around = [.. await Namespaces("--net", "--mount"), "sh", "-c", prepare + "exec \"$@\"", names];
        using var process = LoadingProcess.Start(around, _folder.Path);
        var report = await End(process);

        Assert.Equal(DatasetSourceKind.Bundled, report.Kind);
        Assert.True(report.Seconds < 3, $"{network}: {report.Seconds} s");
        var notice = Assert.Single(report.Notices);
        Assert.All(
            DatasetCatalog.Mnist.Mirrors,
            mirror => Assert.Matches($"{mirror.Authority}: (its name cannot be resolved|no answer within|there is no network)", notice)
        );
        Assert.Empty(report.Names);
    }

    [Fact]
    public void Mirrors_that_accept_no_connection_are_given_up_in_under_3_seconds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lets a full queue of connections drop packets as a firewall does.");
        using var store = new StoreFixture();
        using var queue = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        queue.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        queue.Listen(0);
        var waiting = Enumerable
            .Range(0, 4)
            .Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false })
            .ToList();
        foreach (var socket in waiting)
        {
            Assert.Throws<SocketException>(() => socket.Connect(queue.LocalEndPoint!)); // it would have to wait
        }

        var address = new Uri($"http://{queue.LocalEndPoint}/");
        var clock = Stopwatch.StartNew();
        Assert.True(store.Load(new SmallDataset().Description with { Mirrors = [address, new Uri(address, "second/")] }).Source.IsSample);
        Assert.InRange(clock.Elapsed.TotalSeconds, 1.5, 3);
        Assert.Contains("no answer within 2 s", Assert.Single(store.Notices), StringComparison.Ordinal);
        waiting.ForEach(socket => socket.Dispose());
    }

    private Process Start(MirrorServer mirror) => LoadingProcess.Start([], _folder.Path, mirror.Address.AbsoluteUri);

    private static Task<LoadReport> End(Process process) => LoadingProcess.EndAsync(process, TestContext.Current.CancellationToken);

    /// <summary>A command line that gives a process its own disks or network, as root or, where Linux allows it, as anybody.</summary>
    private static async Task<string[]> Namespaces(params string[] kinds)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux gives a process its own disks and network.");
        foreach (var command in new[] { ["unshare", .. kinds], (string[])["unshare", "--map-root-user", .. kinds] })
        {
            using var trial = TestProcess.Start(
                new ProcessStartInfo(command[0], [.. command[1..], "true"]) { RedirectStandardError = true }
            );
            await trial.WaitForExitAsync();
            if (trial.ExitCode == 0)
            {
                return command;
            }
        }

        Assert.Skip("This user may not have disks and a network of its own (unshare); run it as root.");
        return [];
    }
}
