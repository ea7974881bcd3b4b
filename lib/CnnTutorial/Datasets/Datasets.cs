namespace CnnTutorial;

/// <summary>
/// The data sets of the course. They are looked for in this order: the folder in the environment variable CNN_TUTORIAL_DATA,
/// the user's cache, a package of the operating system, the published mirrors, and last the sample inside the library.
/// Each file is verified by its SHA-256 before it is used.
/// </summary>
public static class Datasets
{
    /// <summary>MNIST: 70,000 handwritten digits of 28×28 pixels in 10 classes, 60,000 to train and 10,000 to test.</summary>
    /// <exception cref="DirectoryNotFoundException">CNN_TUTORIAL_DATA names a folder that is missing or has no subfolder
    /// <c>mnist</c>.</exception>
    /// <exception cref="FileNotFoundException">That subfolder lacks one of the four files.</exception>
    /// <exception cref="InvalidDataException">One of those files is not the published one.</exception>
    /// <exception cref="OperationCanceledException">The host's stop button was pressed during a download.</exception>
    public static ImageDataset Mnist() => Load(DatasetCatalog.Mnist);

    /// <summary>Fashion-MNIST: 70,000 pictures of clothing of 28×28 pixels in 10 classes, 60,000 to train and 10,000 to test.</summary>
    /// <exception cref="DirectoryNotFoundException">CNN_TUTORIAL_DATA names a folder that is missing or has no subfolder
    /// <c>fashion-mnist</c>.</exception>
    /// <exception cref="FileNotFoundException">That subfolder lacks one of the four files.</exception>
    /// <exception cref="InvalidDataException">One of those files is not the published one.</exception>
    /// <exception cref="OperationCanceledException">The host's stop button was pressed during a download.</exception>
    public static ImageDataset FashionMnist() => Load(DatasetCatalog.FashionMnist);

    private static ImageDataset Load(DatasetDescription dataset) =>
        new DatasetStore(DatasetStoreOptions.FromEnvironment()).Load(dataset, DatasetEvents.Cancellation());
}
