namespace Shared;

/// <summary>A user's folders.</summary>
internal static class KnownFolder
{
    /// <summary>The folder's path, also where nobody has made it yet. .NET gives an empty path there by default, so that what is put into
    /// it lands in the current folder.</summary>
    public static string Of(Environment.SpecialFolder folder) =>
        Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);
}
