using System.IO.Compression;
using CnnTutorial;
using SampleMaker;

if (args is ["emoji", var font, var zip])
{
    EmojiPictures.Write(font, zip);
    return 0;
}

if (args.Length is < 3 or > 4)
{
    Console.Error.WriteLine(
        """
        Makes the samples that lib/CnnTutorial bundles, from three Debian packages (see Datasets/Bundled/NOTICE.md).
        Usage: SampleMaker DIGITS-PNG FASHION-MNIST-FOLDER OUTPUT-FOLDER [CONTACT-SHEET-FOLDER]
               SampleMaker emoji NOTO-COLOR-EMOJI-TTF ZIP-FILE
        """
    );
    return 2;
}

var digits = OpenCvDigits.Read(args[0]);
Save("opencv-digits", "train", digits.Train);
Save("opencv-digits", "t10k", digits.Test);
Save("fashion-mnist-sample", "train", FashionSample.Read(args[1], "train", perClass: 600));
Save("fashion-mnist-sample", "t10k", FashionSample.Read(args[1], "t10k", perClass: 100));
return 0;

void Save(string folder, string prefix, ImageSplit split)
{
    Write(Path.Combine(args[2], folder, $"{prefix}-images-idx3-ubyte.gz"), IdxFile.FromImages(split.Images, split.Rows, split.Columns));
    Write(Path.Combine(args[2], folder, $"{prefix}-labels-idx1-ubyte.gz"), IdxFile.FromLabels(split.Labels));
    if (args.Length == 4)
    {
        ContactSheet.Write(Path.Combine(args[3], $"{folder}-{prefix}.png"), split);
    }
}

// GZipStream writes no time stamp, so the same input makes the same file; the hash is of the uncompressed bytes, which do not depend on
// the version of zlib.
static void Write(string path, IdxFile file)
{
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    using (var stream = new GZipStream(File.Create(path), CompressionLevel.SmallestSize))
    {
        file.Write(stream);
    }

    Console.WriteLine($"{file.ComputeSha256()}  {new FileInfo(path).Length, 9:N0} bytes  {path}");
}
