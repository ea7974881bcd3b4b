using System.Net.Http;
using System.Net.Sockets;

namespace CnnTutorial;

/// <summary>
/// Asks all mirrors at once whether they accept a connection. Without a network, or behind a firewall that drops packets, asking them one
/// by one would take too long.
/// </summary>
internal static class MirrorReach
{
    /// <summary>Returns null for each mirror that can be reached, else the reason in words.</summary>
    public static async Task<IReadOnlyDictionary<Uri, string?>> TestAsync(
        IReadOnlyList<Uri> mirrors,
        TimeSpan timeout,
        CancellationToken cancellation
    )
    {
        var answers = await Task.WhenAll(mirrors.Select(mirror => TestAsync(mirror, timeout, cancellation)));
        return mirrors.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private static async Task<string?> TestAsync(Uri mirror, TimeSpan timeout, CancellationToken cancellation)
    {
        // Behind a proxy, the proxy must be reached.
        var target = HttpClient.DefaultProxy.IsBypassed(mirror) ? mirror : HttpClient.DefaultProxy.GetProxy(mirror) ?? mirror;
        using var client = new TcpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            // WaitAsync too, because a look-up in a name server that does not answer cannot be cancelled on all systems.
            await client.ConnectAsync(target.IdnHost, target.Port, limit.Token).AsTask().WaitAsync(limit.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return FormattableString.Invariant($"no answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery =>
                    "its name cannot be resolved",
                SocketError.ConnectionRefused => "it refuses the connection",
                SocketError.NetworkUnreachable or SocketError.HostUnreachable => "there is no network to it",
                _ => e.Message,
            };
        }
    }
}
