using System.Diagnostics;

namespace CnnTutorial.Tests;

/// <summary>Connections that end too early, at every tenth of a file, and mirrors that are busy for a while.</summary>
public sealed class CutDownloadTests : IDisposable
{
    private readonly StoreFixture _store = new();
    private readonly List<MirrorServer> _servers = [];

    public void Dispose()
    {
        _store.Dispose();
        _servers.ForEach(server => server.Dispose());
    }

    public static TheoryData<int> Tenths => [.. Enumerable.Range(0, 10)];

    [Theory]
    [MemberData(nameof(Tenths))]
    public void Cut_once_it_is_resumed_at_that_byte(int tenths)
    {
        var mirror = Mirror(
            (server, request, before) => before == 0 ? Cut(server.Good(request), server, request, tenths) : server.Good(request)
        );
        var small = new SmallDataset(mirror);
        LoadsFrom(mirror, small);
        foreach (var spec in small.Description.Files.All)
        {
            var cut = small.Gzip(spec.Name).Length * tenths / 10;
            Assert.Equal(
                [null, cut == 0 ? null : cut],
                mirror.Requests.Where(request => request.Name == spec.Name).Select(request => request.From)
            );
        }
    }

    [Theory]
    [MemberData(nameof(Tenths))]
    public void Cut_once_by_a_mirror_that_knows_no_ranges_it_is_fetched_again(int tenths)
    {
        var mirror = Mirror(
            (server, request, before) =>
                server.Good(request with { From = null }) is var whole && before == 0 ? Cut(whole, server, request, tenths) : whole
        );
        LoadsFrom(mirror, new SmallDataset(mirror));
    }

    [Theory]
    [MemberData(nameof(Tenths))]
    public void Cut_always_at_one_byte_it_comes_from_the_next_mirror(int tenths)
    {
        var cutting = Mirror((server, request, _) => CutAlways(server, request, tenths));
        var good = Mirror();
        LoadsFrom(good, new SmallDataset(cutting, good));
        Assert.NotEmpty(cutting.Requests);
    }

    [Theory]
    [MemberData(nameof(Tenths))]
    public void Cut_by_a_mirror_that_never_says_the_length_it_comes_from_the_next(int tenths)
    {
        var cutting = Mirror((server, request, _) => CutAlways(server, request, tenths) with { ClaimedBytes = null });
        var good = Mirror();
        LoadsFrom(good, new SmallDataset(cutting, good));
        Assert.NotEmpty(cutting.Requests);
    }

    [Theory]
    [MemberData(nameof(Tenths))]
    public void Cut_by_all_mirrors_the_sample_comes_and_a_later_start_goes_on(int tenths)
    {
        var well = false;
        var cutting = Mirror((server, request, _) => well ? server.Good(request) : CutAlways(server, request, tenths));
        var small = new SmallDataset(cutting, Mirror((_, _, _) => new MirrorReply(404, [])));
        Assert.True(_store.Load(small.Description).Source.IsSample);
        var notice = Assert.Single(_store.Notices);
        Assert.Matches(
            $"{cutting.Address.Authority}: .*connection broke after {small.Gzip(small.TrainImages.Name).Length * tenths / 10} bytes; "
                + $"{small.Description.Mirrors[1].Authority}: it answers 404",
            notice
        );
        _store.Notices.Clear();

        well = true;
        var before = cutting.Requests.Count;
        LoadsFrom(cutting, small);
        var cut = small.Gzip(small.TrainImages.Name).Length * tenths / 10;
        Assert.Equal(cut == 0 ? null : cut, cutting.Requests[before].From);
    }

    [Theory]
    [InlineData(429, "1")]
    [InlineData(503, "1")]
    [InlineData(429, "date")]
    [InlineData(503, "date")]
    public void Busy_for_a_while_it_is_asked_again_when_it_wishes(int status, string retryAfter)
    {
        var wish = TimeSpan.Zero;
        var first = 0L;
        var waited = TimeSpan.Zero;
        var mirror = Mirror(
            (server, request, before) =>
            {
                if (before == 0 && first == 0)
                {
                    first = Stopwatch.GetTimestamp();
                    // HTTP's dates have whole seconds.
                    var until = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddSeconds(2).ToUnixTimeSeconds());
                    wish = retryAfter == "date" ? until - DateTimeOffset.UtcNow : TimeSpan.FromSeconds(1);
                    return new MirrorReply(status, [], $"Retry-After: {(retryAfter == "date" ? until.ToString("R") : retryAfter)}\r\n");
                }

                if (waited == TimeSpan.Zero)
                {
                    waited = Stopwatch.GetElapsedTime(first);
                }

                return server.Good(request);
            }
        );
        LoadsFrom(mirror, new SmallDataset(mirror));
        Assert.True(waited > wish - TimeSpan.FromMilliseconds(50), $"asked again after {waited}, and {wish} was wished");
    }

    [Fact]
    public async Task Busy_without_a_wish_it_is_asked_again_after_growing_pauses_that_differ()
    {
        var pauses = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        var times = new List<long>();
                        using var busy = new MirrorServer(
                            (_, _, _) =>
                            {
                                times.Add(Stopwatch.GetTimestamp());
                                return new MirrorReply(503, []);
                            }
                        );
                        using var store = new StoreFixture();
                        store.Options = store.Options with { RetryDelay = TimeSpan.FromMilliseconds(200) };
                        Assert.True(store.Load(new SmallDataset(busy).Description).Source.IsSample);
                        Assert.Equal(4, times.Count);
                        return Stopwatch.GetElapsedTime(times[0], times[3]).TotalMilliseconds;
                    })
                )
        );
        // Polly's jitter: with a first delay of 200 ms the three pauses are together between 560 and 1,150.
        Assert.All(pauses, pause => Assert.InRange(pause, 500, 10_000));
        Assert.True(pauses.Max() - pauses.Min() > 5, string.Join(", ", pauses));
    }

    private void LoadsFrom(MirrorServer mirror, SmallDataset small)
    {
        var dataset = _store.Load(small.Description);
        Assert.Equal((DatasetSourceKind.Mirror, mirror.Address.Authority), (dataset.Source.Kind, dataset.Source.Location));
        Assert.Equal(small.Plain(small.TrainImages.Name)[16..], dataset.Train.Images);
        Assert.Equal(small.Description.Files.All.Select(spec => spec.Name + ".gz").Order(), _store.CachedNames);
        Assert.Empty(_store.Notices);
    }

    private static MirrorReply Cut(MirrorReply reply, MirrorServer server, MirrorRequest request, int tenths) =>
        reply with
        {
            CutAfter = server.Files!.Gzip(request.Name).Length * tenths / 10,
        };

    // Whatever is asked for, the connection ends at the same byte of the file.
    private static MirrorReply CutAlways(MirrorServer server, MirrorRequest request, int tenths) =>
        server.Good(request) with
        {
            CutAfter = (int)Math.Max(0, (server.Files!.Gzip(request.Name).Length * tenths / 10) - (request.From ?? 0)),
        };

    private MirrorServer Mirror(Func<MirrorServer, MirrorRequest, int, MirrorReply>? behaviour = null)
    {
        var server = new MirrorServer(behaviour);
        _servers.Add(server);
        return server;
    }
}
