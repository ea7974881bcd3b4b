using System.Net;
using System.Net.Sockets;

namespace Support.Browser;

/// <summary>Ports for servers of the tests' own.</summary>
internal static class Ports
{
    /// <summary>A port of this machine on which nobody listens.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
