namespace CnnTutorial;

/// <summary>What the library knows of a published data set.</summary>
internal sealed record DatasetDescription
{
    /// <summary>The name of its subfolder in CNN_TUTORIAL_DATA and in the cache.</summary>
    public required string Folder { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<string> ClassNames { get; init; }

    public required string License { get; init; }

    public required string Citation { get; init; }

    public required DatasetFiles Files { get; init; }

    /// <summary>Folders on the web that hold the four files as <c>NAME.gz</c>; each ends with a slash. The first is tried first.</summary>
    public required IReadOnlyList<Uri> Mirrors { get; init; }

    /// <summary>Folders in which packages of operating systems put the four files.</summary>
    public required IReadOnlyList<string> PackagedFolders { get; init; }

    public required BundledSample Sample { get; init; }
}

/// <summary>The sample inside the library that is used when the data set itself is not available.</summary>
/// <param name="Name">What to call the data set when it is this sample.</param>
/// <param name="Description">What it is, in one phrase, with its source and licence.</param>
/// <param name="ResourceFolder">Its folder below Datasets/Bundled.</param>
/// <param name="License">The licence of its images.</param>
/// <param name="Citation">Whose work it is.</param>
/// <param name="Files">Its four files.</param>
internal sealed record BundledSample(
    string Name,
    string Description,
    string ResourceFolder,
    string License,
    string Citation,
    DatasetFiles Files
)
{
    public IdxFile Read(IdxFileSpec spec)
    {
        var resource = $"CnnTutorial.Bundled.{ResourceFolder}.{spec.Name}.gz";
        using var stream =
            typeof(BundledSample).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException(
                $"The resource '{resource}' is missing in CnnTutorial.dll; build lib/CnnTutorial again."
            );
        var reader = new IdxReader(resource, "build lib/CnnTutorial again from an unchanged checkout");
        var file = reader.Read(stream, spec.Kind, spec.Rows, spec.Columns);
        reader.Verify(file, spec);
        return file;
    }
}
