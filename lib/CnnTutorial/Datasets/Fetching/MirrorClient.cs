using System.Diagnostics;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;

namespace CnnTutorial;

/// <summary>Fetches one file from one mirror: resumed where it was cut, repeated with back-off and jitter if the failure is
/// temporary.</summary>
internal sealed class MirrorClient : IDisposable
{
    // Each resumption has brought bytes, so only a mirror that keeps cutting the connection reaches this limit.
    private const int MostResumptions = 30;

    private readonly DatasetStoreOptions _options;
    private readonly HttpClient _client;
    private readonly ResiliencePipeline _retries;

    public MirrorClient(DatasetStoreOptions options)
    {
        _options = options;
        // The cache keeps the file compressed, as it is published, so it is not decompressed on the way.
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxAutomaticRedirections = 5,
            AutomaticDecompression = DecompressionMethods.None,
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("cnn-tutorial", "1.0"));
        _retries = new ResiliencePipelineBuilder()
            .AddRetry(
                new RetryStrategyOptions
                {
                    ShouldHandle = new PredicateBuilder().Handle<MirrorException>(e => e.MayPass),
                    MaxRetryAttempts = options.Retries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = options.RetryDelay,
                    // Null leaves the delay to the back-off.
                    DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as MirrorException)?.RetryAfter),
                }
            )
            .Build();
    }

    /// <summary>Appends what is missing to the part.</summary>
    /// <param name="address">The file's address.</param>
    /// <param name="part">What an earlier attempt brought, or nothing.</param>
    /// <param name="mostBytes">The most bytes that the file can have.</param>
    /// <param name="report">Called with bytes done and, if known, in all.</param>
    /// <param name="cancellation">Ends the download; the part stays.</param>
    /// <exception cref="MirrorException">The mirror does not give the file.</exception>
    /// <exception cref="PartWriteException">The part cannot be written.</exception>
    public async Task FetchAsync(Uri address, Stream part, long mostBytes, Action<long, long?> report, CancellationToken cancellation) =>
        await _retries.ExecuteAsync(
            async token =>
            {
                for (var resumptions = 0; ; resumptions++)
                {
                    var before = part.Length;
                    try
                    {
                        await FetchOnceAsync(address, part, mostBytes, report, token);
                        return;
                    }
                    catch (MirrorException e)
                        when (e.MayPass && e.RetryAfter is null && part.Length > before && resumptions < MostResumptions)
                    {
                        // Cut, but some arrived: go on at once where it broke off.
                    }
                }
            },
            cancellation
        );

    public void Dispose() => _client.Dispose();

    private async Task FetchOnceAsync(Uri address, Stream part, long mostBytes, Action<long, long?> report, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (part.Length > 0)
        {
            request.Headers.Range = new RangeHeaderValue(part.Length, null);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_options.StallWindow);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (MirrorAnswer.IsAlreadyComplete(response, part))
            {
                return;
            }

            var total = MirrorAnswer.Accept(response, part, mostBytes, _options.LongestPause);
            await CopyAsync(response, part, total, mostBytes, report, patience);
        }
        catch (HttpRequestException e)
        {
            // Only a broken connection is temporary. A name that does not resolve or a refused connection will not work seconds later.
            var mayPass =
                e.HttpRequestError
                    is HttpRequestError.ResponseEnded
                        or HttpRequestError.InvalidResponse
                        or HttpRequestError.HttpProtocolError
                || e is { HttpRequestError: HttpRequestError.Unknown, InnerException: IOException };
            throw new MirrorException(
                e.InnerException is null ? e.Message : $"{e.Message.TrimEnd('.')}: {e.InnerException.Message}",
                mayPass,
                inner: e
            );
        }
        catch (IOException e)
        {
            throw new MirrorException($"the connection broke after {part.Length} bytes", mayPass: true, inner: e);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new MirrorException(
                FormattableString.Invariant(
                    $"it sent less than {_options.LeastBytesPerWindow} bytes in {_options.StallWindow.TotalSeconds:0.#} s"
                )
            );
        }
    }

    private async Task CopyAsync(
        HttpResponseMessage response,
        Stream part,
        long? total,
        long mostBytes,
        Action<long, long?> report,
        CancellationTokenSource patience
    )
    {
        await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
        var buffer = new byte[64 * 1024];
        var (windowBytes, lastReport) = (0, 0L);
        while (await body.ReadAsync(buffer, patience.Token) is var read and > 0)
        {
            if (part.Length + read > mostBytes)
            {
                throw new MirrorException($"it sends more than the {mostBytes} bytes that the file can have");
            }

            try
            {
                part.Write(buffer.AsSpan(0, read));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PartWriteException(e);
            }

            if ((windowBytes += read) >= _options.LeastBytesPerWindow)
            {
                windowBytes = 0;
                patience.CancelAfter(_options.StallWindow);
            }

            if (lastReport == 0 || Stopwatch.GetElapsedTime(lastReport) > TimeSpan.FromMilliseconds(100))
            {
                report(part.Length, total);
                lastReport = Stopwatch.GetTimestamp();
            }
        }

        if (total is not null && part.Length != total)
        {
            throw new MirrorException($"it sent {part.Length} of {total} bytes", mayPass: true);
        }
    }
}
