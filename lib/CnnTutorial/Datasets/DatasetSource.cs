namespace CnnTutorial;

/// <summary>The kinds of places that data sets come from, in the order in which they are looked for.</summary>
public enum DatasetSourceKind
{
    /// <summary>The folder that the environment variable CNN_TUTORIAL_DATA names.</summary>
    Folder,

    /// <summary>The user's cache, filled by an earlier download.</summary>
    Cache,

    /// <summary>A package of the operating system.</summary>
    Packaged,

    /// <summary>Downloaded just now.</summary>
    Mirror,

    /// <summary>The sample inside the library: smaller than the data set, or standing in for it.</summary>
    Bundled,

    /// <summary>The learner's own: a folder of pictures, or drawings.</summary>
    Own,
}

/// <summary>Where a data set came from.</summary>
/// <param name="Kind">The kind of place.</param>
/// <param name="Description">The place in words, for a reader.</param>
/// <param name="Location">The folder or address; null for the bundled sample.</param>
public sealed record DatasetSource(DatasetSourceKind Kind, string Description, string? Location)
{
    /// <summary>True if this is only the bundled sample and not the published data set.</summary>
    public bool IsSample => Kind == DatasetSourceKind.Bundled;
}
