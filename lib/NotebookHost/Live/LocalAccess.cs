using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace NotebookHost.Live;

/// <summary>
/// Who may talk to the server: only a browser that was given the token, and only under the server's own address. Other users of the
/// machine, and pages of other sites in the same browser, may not.
/// </summary>
/// <param name="port">The server's port.</param>
/// <param name="session">The cookie's secret: this user's for this port, so that a page that was open before the program was started again
/// still has access.</param>
internal sealed class LocalAccess(int port, string session)
{
    private const int TokenBytes = 32;

    /// <summary>The secret in the address that the program opens; it is exchanged for a cookie at once.</summary>
    public string Token { get; } = Random();

    /// <summary>The port is part of the name, since the servers of one machine share their cookies.</summary>
    public string CookieName => $"notebook-{port}";

    /// <summary>Whether the request names exactly this server; another name that leads here is an attack (DNS rebinding).</summary>
    public bool IsOwnHost(HttpRequest request) =>
        request.Headers.Host is [{ } host] && (host == $"127.0.0.1:{port}" || host == $"localhost:{port}");

    /// <summary>Whether the request comes from one of this server's own pages. Every browser names the origin of a WebSocket.</summary>
    public bool IsOwnOrigin(HttpRequest request) =>
        request.Headers.Origin is [{ } origin] && IsOwnHost(request) && origin == $"http://{request.Headers.Host}";

    /// <summary>Whether the browser says that another site's page sent the request. Old browsers say nothing.</summary>
    public static bool IsForeign(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none");

    public bool IsToken(string? token) => AreEqual(token, Token);

    public bool HasCookie(HttpRequest request) => AreEqual(request.Cookies[CookieName], session);

    public void GiveCookie(HttpResponse response) =>
        response.Cookies.Append(
            CookieName,
            session,
            new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Path = "/",
            }
        );

    // In a time that does not depend on how much of a guess is right.
    private static bool AreEqual(string? one, string other) =>
        one is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
}
