using System.Net;
using System.Net.Http;

namespace CnnTutorial;

/// <summary>Judges a mirror's status and headers before any of its bytes are kept.</summary>
internal static class MirrorAnswer
{
    /// <summary>True if the mirror says that the part already has the file's length: a process was killed between the last byte and the
    /// renaming.</summary>
    public static bool IsAlreadyComplete(HttpResponseMessage response, Stream part)
    {
        if (response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable || part.Length == 0)
        {
            return false;
        }

        if (response.Content.Headers.ContentRange?.Length == part.Length)
        {
            return true;
        }

        part.SetLength(0);
        throw new MirrorException("it does not have the rest of the file", mayPass: true);
    }

    /// <summary>Sets the part to where the body goes on: its end for a resumed download, its start otherwise.</summary>
    /// <returns>The size of the whole file, if the mirror tells it.</returns>
    public static long? Accept(HttpResponseMessage response, Stream part, long mostBytes, TimeSpan longestPause)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw Refusal(response, longestPause);
        }

        if (response.Content.Headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml")
        {
            throw new MirrorException("it answers with a web page instead of the file (a login page of this network?)");
        }

        var resumes = response.StatusCode == HttpStatusCode.PartialContent;
        var range = response.Content.Headers.ContentRange;
        if (resumes && range?.From != part.Length)
        {
            part.SetLength(0);
            throw new MirrorException("it sends another part of the file than was asked for", mayPass: true);
        }

        var total = resumes ? range?.Length : response.Content.Headers.ContentLength;
        if (total > mostBytes)
        {
            throw new MirrorException($"it offers {total} bytes, and the file can have {mostBytes} at most");
        }

        if (!resumes)
        {
            part.SetLength(0);
        }

        part.Seek(0, SeekOrigin.End);
        return total;
    }

    private static MirrorException Refusal(HttpResponseMessage response, TimeSpan longestPause)
    {
        var status = $"it answers {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        if (response.Headers.Location is not null)
        {
            return new MirrorException($"{status}: it redirects in a loop, or to an address without encryption");
        }

        var mayPass =
            response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
        var pause = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - DateTimeOffset.UtcNow : null;
        if (pause < TimeSpan.Zero)
        {
            pause = TimeSpan.Zero;
        }

        return pause > longestPause
            ? new MirrorException(FormattableString.Invariant($"{status} and asks to wait {pause.Value.TotalSeconds:0} s"))
            : new MirrorException(status, mayPass, pause);
    }
}
