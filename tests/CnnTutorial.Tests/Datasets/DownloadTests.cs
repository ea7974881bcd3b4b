using System.Text;

namespace CnnTutorial.Tests;

/// <summary>Mirrors that misbehave: in the end the right file, or one notice that names each mirror and its failure.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly StoreFixture _store = new();
    private readonly List<MirrorServer> _servers = [];

    public void Dispose()
    {
        _store.Dispose();
        _servers.ForEach(server => server.Dispose());
    }

    [Fact]
    public void A_download_fills_the_cache_and_reports_its_progress()
    {
        var mirror = Mirror();
        var small = new SmallDataset(mirror);
        var dataset = _store.Load(small.Description);
        Assert.Equal(small.Plain("train-images-idx3-ubyte")[16..], dataset.Train.Images);
        Assert.Equal((DatasetSourceKind.Mirror, mirror.Address.Authority), (dataset.Source.Kind, dataset.Source.Location));
        Assert.Equal(
            ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"],
            _store.CachedNames
        );
        Assert.Empty(_store.Notices);
        var last = _store.Reports.Where(report => report.IsComplete).ToList();
        Assert.Equal(small.Description.Files.All.Select(spec => spec.Name), last.Select(report => report.File));
        Assert.All(last, report => Assert.Equal(report.BytesTotal, report.BytesDone));
    }

    [Fact]
    public void A_download_that_is_cut_again_and_again_goes_on_where_it_broke_off()
    {
        // Each connection ends after a tenth of the file.
        var mirror = Mirror(
            (server, request, _) =>
                server.Good(request) is { Status: 206 or 200 } good && good.Body.Length > server.Files!.Gzip(request.Name).Length / 10
                    ? good with
                    {
                        CutAfter = server.Files.Gzip(request.Name).Length / 10,
                    }
                    : server.Good(request)
        );
        var small = new SmallDataset(mirror);
        Assert.Equal(DatasetSourceKind.Mirror, _store.Load(small.Description).Source.Kind);
        var starts = mirror.Requests.Where(request => request.Name == small.TrainImages.Name).Select(request => request.From ?? 0).ToList();
        Assert.InRange(starts.Count, 10, 12);
        Assert.Equal(starts.Order().Distinct(), starts);
    }

    [Fact]
    public void What_an_earlier_process_left_is_resumed()
    {
        var small = new SmallDataset(
            Mirror((server, request, before) => before < 1 ? server.Good(request) with { CutAfter = 5000 } : new MirrorReply(404, []))
        );
        Assert.True(_store.Load(small.Description).Source.IsSample);
        var part = Assert.Single(_store.CachedNames);
        Assert.EndsWith(".part", part);

        // The same address, now in order, as the next process finds it.
        var again = Mirror();
        again.Files = small;
        using (var file = File.OpenWrite(Path.Combine(_store.CacheFolder, part)))
        {
            Assert.Equal(5000, file.Length);
        }

        small.Description = small.Description with { Mirrors = [again.Address] };
        RenamePart(small, part);
        Assert.Equal(DatasetSourceKind.Mirror, _store.Load(small.Description).Source.Kind);
        Assert.Equal(5000, again.Requests[0].From);
        Assert.DoesNotContain(_store.CachedNames, name => name.EndsWith(".part", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(5000)] // wrong bytes to go on from
    [InlineData(1_000_000)] // longer than the file
    public void A_spoilt_leftover_is_thrown_away(int length)
    {
        var mirror = Mirror();
        var small = new SmallDataset(mirror);
        WritePart(small, new byte[length]);
        Assert.Equal(DatasetSourceKind.Mirror, _store.Load(small.Description).Source.Kind);
        Assert.DoesNotContain(_store.CachedNames, name => name.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_begun_from_another_mirror_is_deleted_once_the_file_is_there()
    {
        // As a process leaves it if it is killed after it has renamed the last file, and before it deletes the part.
        var mirror = Mirror();
        var small = new SmallDataset(mirror);
        Assert.Equal(DatasetSourceKind.Mirror, _store.Load(small.Description).Source.Kind);
        WritePart(small, new byte[5000]);
        Assert.Equal(5, _store.CachedNames.Count());
        Assert.Equal(DatasetSourceKind.Cache, _store.Load(small.Description).Source.Kind);
        Assert.Equal(4, _store.CachedNames.Count());
    }

    [Fact]
    public void A_leftover_that_was_complete_is_taken_as_it_is()
    {
        var mirror = Mirror();
        var small = new SmallDataset(mirror);
        WritePart(small, small.Gzip(small.TrainImages.Name));
        Assert.Equal(DatasetSourceKind.Mirror, _store.Load(small.Description).Source.Kind);
        Assert.Single(mirror.Requests, request => request.Name == small.TrainImages.Name);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(500)]
    public void A_busy_mirror_is_asked_again_after_the_pause_that_it_wishes(int status)
    {
        var times = new List<DateTime>();
        var small = new SmallDataset(
            Mirror(
                (server, request, before) =>
                {
                    if (request.Name == "train-images-idx3-ubyte")
                    {
                        times.Add(DateTime.UtcNow);
                    }

                    return before == 0 && times.Count == 1 ? new MirrorReply(status, [], "Retry-After: 1\r\n") : server.Good(request);
                }
            )
        );
        Assert.Equal(DatasetSourceKind.Mirror, _store.Load(small.Description).Source.Kind);
        Assert.True(times[1] - times[0] > TimeSpan.FromSeconds(0.9));
    }

    [Fact]
    public void A_mirror_that_asks_for_too_long_a_pause_is_left_for_the_next()
    {
        var busy = Mirror((_, _, _) => new MirrorReply(503, [], "Retry-After: 3600\r\n"));
        var small = new SmallDataset(busy, Mirror());
        Assert.Equal(DatasetSourceKind.Mirror, _store.Load(small.Description).Source.Kind);
        Assert.Single(busy.Requests);
    }

    public static TheoryData<string, string> Faults =>
        new()
        {
            { "web page", "it answers with a web page instead of the file" },
            { "web page in disguise", "it looks like an HTML page" },
            { "not there", "it answers 404" },
            { "always busy", "it answers 503" },
            { "wrong bytes", "is not the published file" },
            { "gzip of something else", "wrong magic number" },
            { "other file", "wrong magic number" },
            { "too short", "is truncated" },
            { "too long", "trailing bytes" },
            { "far too long", "the file can have" },
            { "redirects in a loop", "it answers 302" },
            { "closes at once", "connection broke" },
            { "trickles", "it sent less than" },
            { "never answers", "it sent less than" },
            { "answers and sends nothing", "it sent less than" },
            { "promises more than it sends", "connection broke" },
            { "promises less than it sends", "its gzip compression does not end" },
            { "promises nothing and breaks off", "is truncated" },
            { "sends another range", "it sends another part of the file" },
            { "too many requests, for an hour", "it answers 429 Status and asks to wait 3600 s" },
            { "unavailable until a date", "it answers 503 Status and asks to wait" },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_faulty_mirror_is_left_for_the_next(string fault, string _)
    {
        var faulty = Mirror((server, request, _) => Faulty(fault, server, request));
        var good = Mirror();
        var small = new SmallDataset(faulty, good);
        _store.Options = _store.Options with { StallWindow = TimeSpan.FromSeconds(0.5) };
        var dataset = _store.Load(small.Description);
        Assert.Equal((DatasetSourceKind.Mirror, good.Address.Authority), (dataset.Source.Kind, dataset.Source.Location));
        Assert.NotEmpty(faulty.Requests);
        Assert.Equal(4, _store.CachedNames.Count());
        Assert.Empty(_store.Notices);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void When_each_mirror_fails_the_sample_comes_with_a_notice_that_names_them(string fault, string cause)
    {
        var faulty = Mirror((server, request, _) => Faulty(fault, server, request));
        var small = new SmallDataset(faulty);
        small.Description = small.Description with { Mirrors = [faulty.Address, MirrorServer.Nobody()] };
        _store.Options = _store.Options with { StallWindow = TimeSpan.FromSeconds(0.5) };
        Assert.True(_store.Load(small.Description).Source.IsSample);
        var notice = Assert.Single(_store.Notices);
        Assert.StartsWith("Small could not be downloaded (", notice);
        Assert.Contains($"{faulty.Address.Authority}: ", notice);
        Assert.Contains(cause, notice);
        Assert.Contains($"{small.Description.Mirrors[1].Authority}: it refuses the connection", notice);
        Assert.Contains("5,000 real handwritten digits", notice);
        // Nothing but what a later start can resume.
        Assert.All(_store.CachedNames, name => Assert.EndsWith(".part", name));
    }

    [Fact]
    public async Task Two_at_once_download_once_and_both_are_right()
    {
        var mirror = Mirror();
        var small = new SmallDataset(mirror);
        var loads = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _store.Load(small.Description))));
        Assert.All(loads, dataset => Assert.Equal(small.Plain("train-images-idx3-ubyte")[16..], dataset.Train.Images));
        Assert.Equal(4, mirror.Requests.Count);
        Assert.Single(loads, dataset => dataset.Source.Kind == DatasetSourceKind.Mirror);
        Assert.Equal(4, _store.CachedNames.Count());
    }

    [Fact]
    public void The_stop_button_ends_a_download_and_keeps_what_arrived()
    {
        using var stop = new CancellationTokenSource();
        var small = new SmallDataset(
            Mirror(
                (server, request, _) =>
                {
                    stop.CancelAfter(300);
                    return server.Good(request) with { PauseEach = TimeSpan.FromMilliseconds(1) };
                }
            )
        );
        Assert.ThrowsAny<OperationCanceledException>(() => new DatasetStore(_store.Options).Load(small.Description, stop.Token));
        Assert.EndsWith(".part", Assert.Single(_store.CachedNames));
    }

    private static MirrorReply Faulty(string fault, MirrorServer server, MirrorRequest request)
    {
        var (name, files) = (request.Name, server.Files!);
        var page = Encoding.ASCII.GetBytes("<html>Please log in</html>");
        return fault switch
        {
            "web page" => new MirrorReply(200, page, "Content-Type: text/html; charset=utf-8\r\n"),
            "web page in disguise" => new MirrorReply(200, page),
            "not there" => new MirrorReply(404, page),
            "always busy" => new MirrorReply(503, []),
            "wrong bytes" => new MirrorReply(200, SmallDataset.Compress([.. files.Plain(name)[..^1], (byte)(files.Plain(name)[^1] ^ 1)])),
            "gzip of something else" => new MirrorReply(200, SmallDataset.Compress(new byte[100])),
            "other file" => new MirrorReply(
                200,
                files.Gzip(name.StartsWith("train-i", StringComparison.Ordinal) ? "train-labels-idx1-ubyte" : "train-images-idx3-ubyte")
            ),
            "too short" => new MirrorReply(200, SmallDataset.Compress(files.Plain(name)[..^1])),
            "too long" => new MirrorReply(200, SmallDataset.Compress([.. files.Plain(name), 0])),
            "far too long" => new MirrorReply(200, new byte[1_000_000]),
            "redirects in a loop" => new MirrorReply(302, [], $"Location: {new Uri(server.Address, name + ".gz")}\r\n"),
            "never answers" => server.Good(request) with { Silence = TimeSpan.FromSeconds(3) },
            "answers and sends nothing" => new MirrorReply(200, [])
            {
                ClaimedBytes = files.Gzip(name).Length,
                HeldOpen = TimeSpan.FromSeconds(3),
            },
            "promises more than it sends" => new MirrorReply(200, files.Gzip(name)) { ClaimedBytes = files.Gzip(name).Length + 100 },
            "promises less than it sends" => new MirrorReply(200, files.Gzip(name)) { ClaimedBytes = files.Gzip(name).Length - 5 },
            "promises nothing and breaks off" => new MirrorReply(200, files.Gzip(name), CutAfter: files.Gzip(name).Length / 2)
            {
                ClaimedBytes = null,
            },
            "sends another range" => new MirrorReply(
                206,
                files.Gzip(name)[1..],
                $"Content-Range: bytes 1-{files.Gzip(name).Length - 1}/{files.Gzip(name).Length}\r\n"
            ),
            "too many requests, for an hour" => new MirrorReply(429, [], "Retry-After: 3600\r\n"),
            "unavailable until a date" => new MirrorReply(503, [], $"Retry-After: {DateTimeOffset.UtcNow.AddHours(1):R}\r\n"),
            "closes at once" => new MirrorReply(200, new byte[100], CutAfter: 0),
            "trickles" => server.Good(request with { From = null }) with { PauseEach = TimeSpan.FromMilliseconds(20) },
            _ => throw new ArgumentException(fault),
        };
    }

    private MirrorServer Mirror(Func<MirrorServer, MirrorRequest, int, MirrorReply>? behaviour = null)
    {
        var server = new MirrorServer(behaviour);
        _servers.Add(server);
        return server;
    }

    private void WritePart(SmallDataset small, byte[] bytes)
    {
        Directory.CreateDirectory(_store.CacheFolder);
        using var part = new DatasetCache(_store.Options, small.Description).OpenPart(small.TrainImages, small.Description.Mirrors[0]);
        part.Write(bytes);
    }

    // A part belongs to its mirror's address; the test's second server has another port.
    private void RenamePart(SmallDataset small, string part)
    {
        var bytes = File.ReadAllBytes(Path.Combine(_store.CacheFolder, part));
        File.Delete(Path.Combine(_store.CacheFolder, part));
        WritePart(small, bytes);
    }
}
