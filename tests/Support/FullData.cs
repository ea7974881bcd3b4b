namespace Support;

/// <summary>The whole of MNIST and Fashion-MNIST, where the environment says they are.</summary>
internal static class FullData
{
    /// <summary>The message of a test or program that needs them, if they are not there.</summary>
    public const string Missing =
        "The full data sets are not here: CNN_TUTORIAL_DATA names no folder with the subfolders mnist and fashion-mnist.";

    /// <summary>The folder in CNN_TUTORIAL_DATA, or null.</summary>
    public static string? Folder { get; } =
        Environment.GetEnvironmentVariable("CNN_TUTORIAL_DATA") is { Length: > 0 } folder
        && Directory.Exists(Path.Combine(folder, "mnist"))
        && Directory.Exists(Path.Combine(folder, "fashion-mnist"))
            ? Path.GetFullPath(folder)
            : null;

    /// <summary>Skips the running test where they are not.</summary>
    public static string Need()
    {
        Assert.SkipWhen(Folder is null, Missing);
        return Folder;
    }
}
