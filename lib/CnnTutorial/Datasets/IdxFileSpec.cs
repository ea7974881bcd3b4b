namespace CnnTutorial;

/// <summary>One file of a data set as its authors published it.</summary>
/// <param name="Name">The published name without extension, such as <c>train-images-idx3-ubyte</c>.</param>
/// <param name="Kind">Images or labels.</param>
/// <param name="Count">How many images or labels it holds.</param>
/// <param name="Rows">The height of an image in pixels; 1 for labels.</param>
/// <param name="Columns">The width of an image in pixels; 1 for labels.</param>
/// <param name="Sha256">SHA-256 of the uncompressed IDX bytes: copies in circulation are compressed differently.</param>
internal sealed record IdxFileSpec(string Name, IdxKind Kind, int Count, int Rows, int Columns, string Sha256)
{
    /// <summary>The size of the uncompressed file.</summary>
    public long IdxBytes => IdxFile.HeaderBytes(Kind) + ((long)Count * Rows * Columns);

    public static IdxFileSpec Images(string name, int count, string sha256) => new(name, IdxKind.Images, count, 28, 28, sha256);

    public static IdxFileSpec Labels(string name, int count, string sha256) => new(name, IdxKind.Labels, count, 1, 1, sha256);
}

/// <summary>The four files of a data set.</summary>
internal sealed record DatasetFiles(IdxFileSpec TrainImages, IdxFileSpec TrainLabels, IdxFileSpec TestImages, IdxFileSpec TestLabels)
{
    public IReadOnlyList<IdxFileSpec> All { get; } = [TrainImages, TrainLabels, TestImages, TestLabels];

    /// <summary>The two splits that verified files make up.</summary>
    public (ImageSplit Train, ImageSplit Test) Splits(IReadOnlyDictionary<IdxFileSpec, IdxFile> files)
    {
        return (Pair(TrainImages, TrainLabels), Pair(TestImages, TestLabels));

        ImageSplit Pair(IdxFileSpec images, IdxFileSpec labels) =>
            new(files[images].Content, files[labels].Content, images.Rows, images.Columns);
    }
}
