using Shared;

namespace CnnTutorial;

/// <summary>The data sets of the course. How the samples were made: lib/SampleMaker and Bundled/NOTICE.md.</summary>
internal static class DatasetCatalog
{
    private const string MnistCitation =
        "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. Proceedings of the IEEE "
        + "86(11), 1998.";
    private const string FashionCitation =
        "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms. "
        + "arXiv:1708.07747, 2017.";

    public static DatasetDescription Mnist { get; } =
        new()
        {
            Folder = "mnist",
            Name = "MNIST",
            ClassNames = ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"],
            License = "CC BY-SA 3.0",
            Citation = MnistCitation,
            Files = Files(
                60_000,
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                10_000,
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
            ),
            Mirrors = [new("https://ossci-datasets.s3.amazonaws.com/mnist/"), new("https://storage.googleapis.com/cvdf-datasets/mnist/")],
            PackagedFolders = [],
            Sample = new BundledSample(
                "OpenCV digits (in place of MNIST)",
                "5,000 real handwritten digits that OpenCV ships (Apache-2.0), 4,000 to train and 1,000 to test",
                "opencv-digits",
                "Apache-2.0",
                "OpenCV, samples/data/digits.png, https://opencv.org; framed as MNIST frames its digits by this course's SampleMaker.",
                Files(
                    4_000,
                    "c65b1ff302babba06e7feaaf44dabe60bacf9a93e56cf72e95aba200780572f5",
                    "5a8fca50cd44277e6bfce9191c859597cd73ec4454ac59041a4494be36930129",
                    1_000,
                    "fd1164b69cbeb280448fbec5ae5826c2ba11f06c77967f53f4a78c9007ae43bc",
                    "151c8e2d89d14bd9368a51f18b625cc85197b8c2ef9a0f0027b1388aed8c36a0"
                )
            ),
        };

    public static DatasetDescription FashionMnist { get; } =
        new()
        {
            Folder = "fashion-mnist",
            Name = "Fashion-MNIST",
            ClassNames = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
            License = "MIT",
            Citation = FashionCitation,
            Files = Files(
                60_000,
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                10_000,
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
            ),
            Mirrors =
            [
                new("https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"),
                new("https://storage.googleapis.com/tensorflow/tf-keras-datasets/"),
            ],
            PackagedFolders = DatasetPlaces.PackagedFashionMnist,
            Sample = new BundledSample(
                "Fashion-MNIST (sample)",
                "7,000 images of Fashion-MNIST (Zalando, MIT), 6,000 to train and 1,000 to test",
                "fashion-mnist-sample",
                "MIT",
                FashionCitation,
                Files(
                    6_000,
                    "cf313073c7eb485392848071d5c433571d7166043e971e3345b095cc30518084",
                    "097b93fbcf9bd5bc648b1a457ddc55c9e4ab49afb33f9ecae8ce068399a75e3a",
                    1_000,
                    "7cee33c3c6414b1b86c25e665a6c4f41584269de3b7cc9768b1d351922845eef",
                    "3128d790775889812b73c4f13923559c8b9e281d112c6ea7862acf60a206a909"
                )
            ),
        };

    /// <summary>The data set that a file belongs to, by the SHA-256 of its uncompressed bytes; null for any other file.</summary>
    public static DatasetDescription? OwnerOf(string sha256) =>
        new[] { Mnist, FashionMnist }.FirstOrDefault(dataset => dataset.Files.All.Any(file => file.Sha256 == sha256));

    internal static DatasetFiles Files(int train, string trainImages, string trainLabels, int test, string testImages, string testLabels) =>
        new(
            IdxFileSpec.Images(DatasetPlaces.FileNames[0], train, trainImages),
            IdxFileSpec.Labels(DatasetPlaces.FileNames[1], train, trainLabels),
            IdxFileSpec.Images(DatasetPlaces.FileNames[2], test, testImages),
            IdxFileSpec.Labels(DatasetPlaces.FileNames[3], test, testLabels)
        );
}
