using System.Security.Cryptography;

namespace CnnTutorial;

/// <summary>A short text that differs where the content differs.</summary>
internal static class Fingerprint
{
    /// <summary>The first eight hexadecimal digits of a SHA-256.</summary>
    public static string Of(byte[] content) => Convert.ToHexString(SHA256.HashData(content), 0, 4);
}
