using static TorchSharp.torch;

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
    /// <exception cref="FileNotFoundException">One of the four files is missing in that subfolder.</exception>
    /// <exception cref="InvalidDataException">One of those files is not the published one.</exception>
    /// <exception cref="OperationCanceledException">The host's stop button was pressed during a download.</exception>
    public static ImageDataset Mnist() => Load(DatasetCatalog.Mnist);

    /// <summary>Fashion-MNIST: 70,000 pictures of clothing of 28×28 pixels in 10 classes, 60,000 to train and 10,000 to test.</summary>
    /// <exception cref="DirectoryNotFoundException">CNN_TUTORIAL_DATA names a folder that is missing or has no subfolder
    /// <c>fashion-mnist</c>.</exception>
    /// <exception cref="FileNotFoundException">One of the four files is missing in that subfolder.</exception>
    /// <exception cref="InvalidDataException">One of those files is not the published one.</exception>
    /// <exception cref="OperationCanceledException">The host's stop button was pressed during a download.</exception>
    public static ImageDataset FashionMnist() => Load(DatasetCatalog.FashionMnist);

    /// <summary>Pictures of your own: a folder with a subfolder for each class, whose name is the class's, with pictures in PNG, JPEG or
    /// BMP of any size.</summary>
    /// <remarks>
    /// The middle square of each picture is scaled to <paramref name="size"/> × <paramref name="size"/> pixels; a photo is turned
    /// as the camera noted (EXIF), and what is transparent becomes white. A file that cannot be read is left out, and named with the
    /// reason. A fifth of each class is kept as the test split.
    /// </remarks>
    /// <param name="path">The folder.</param>
    /// <param name="size">The height and width of an image in pixels, from 8 to 512.</param>
    /// <param name="colour">True for images in colour, <c>[N, 3, size, size]</c>; false for grey ones, <c>[N, 1, size, size]</c>, in which
    /// white is 0 and black 255; null for colour if one of the pictures has colour.</param>
    /// <param name="seed">Decides which pictures are kept for the test.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There are no pictures, fewer than two classes, or fewer than five pictures of a class; the
    /// message says which.</exception>
    public static ImageDataset FromFolder(string path, int size = 32, bool? colour = null, int seed = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ThrowIfUnfit(size);
        return PictureFolder.Read(path, size, colour, seed);
    }

    /// <summary>One picture, prepared like those of <see cref="FromFolder"/>, for a network that has learned from them.</summary>
    /// <param name="path">A PNG, JPEG or BMP of any size.</param>
    /// <param name="size">The height and width in pixels that the network was trained with, from 8 to 512.</param>
    /// <param name="colour">Whether it was trained with images in colour.</param>
    /// <returns>float32 <c>[1, 3, size, size]</c>, or <c>[1, 1, size, size]</c> without colour; pixels from 0 to
    /// 1, where without colour 0 is white.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It cannot be read; the message says why.</exception>
    public static Tensor ReadPicture(string path, int size = 32, bool colour = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ThrowIfUnfit(size);
        return PictureFolder.ReadOne(path, size, colour).ToImageTensor();
    }

    /// <summary>A folder of example pictures for <see cref="FromFolder"/>: emoji in four classes (animals, faces, food, vehicles), in
    /// colour. It is made the first time, among the results; pictures that you add to it stay. Their licence is in the library's
    /// <c>Datasets/Bundled/NOTICE.md</c>.</summary>
    /// <exception cref="IOException">The folder cannot be made; the message says why.</exception>
    public static string ExamplePictures() =>
        CnnTutorial.ExamplePictures.Unpack(Path.Combine(CourseFolders.Artifacts("pictures"), "emoji"));

    private static void ThrowIfUnfit(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 512);
    }

    private static ImageDataset Load(DatasetDescription dataset) =>
        new DatasetStore(DatasetStoreOptions.FromEnvironment()).Load(dataset, DatasetEvents.Cancellation());
}
