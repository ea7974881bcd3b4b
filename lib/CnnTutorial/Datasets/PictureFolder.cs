using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace CnnTutorial;

/// <summary>Reads pictures from a folder with a subfolder for each class.</summary>
internal sealed class PictureFolder
{
    /// <summary>As many pixels as a camera of 100 megapixels makes; a file that claims more would fill the memory.</summary>
    private const long MostPixels = 100_000_000;

    /// <summary>A blank black-and-white PNG has at most 8,256 pixels per byte: 8 pixels in a byte, and deflate packs 1,032 bytes into
    /// one.</summary>
    private const long MostPixelsOfAByte = 10_000;

    /// <summary>Two channels of a pixel that differ by less look grey.</summary>
    private const int GreyTolerance = 16;

    private static readonly Configuration Formats = new(
        new PngConfigurationModule(),
        new JpegConfigurationModule(),
        new BmpConfigurationModule()
    );

    private readonly List<byte> _labels = [];
    private readonly List<Image<Rgb24>> _pictures = [];
    private readonly List<string> _leftOut = [];

    /// <summary>Reads all pictures.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="side">The height and width of the images that are made of them.</param>
    /// <param name="colour">Whether they keep their colours; null: if one of them has colour.</param>
    /// <param name="seed">Decides which fifth of each class is kept for the test.</param>
    public static ImageDataset Read(string path, int side, bool? colour, int seed)
    {
        var folder = Path.GetFullPath(path);
        if (File.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{folder} is a file; name the folder that holds a subfolder of pictures for each class.");
        }

        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"There is no folder {folder}; name one that holds a subfolder of pictures for each class."
            );
        }

        var classes = Folders(folder);
        if (classes.Count == 0)
        {
            throw new InvalidDataException(
                $"The folder {folder} has no subfolder; put the pictures of each class into a subfolder with the name of the class."
            );
        }

        return new PictureFolder().Read(folder, classes, side, colour, seed);
    }

    /// <summary>The folders in a folder, without those of programs, which are hidden, such as .ipynb_checkpoints.</summary>
    private static List<string> Folders(string folder) =>
        [
            .. Directory
                .GetDirectories(folder)
                .Where(name => Path.GetFileName(name) is not ['.', ..] and not "__MACOSX")
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Reads one picture, prepared like those of a folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="side">The height and width of the image that is made of it.</param>
    /// <param name="inColour">Whether it keeps its colours.</param>
    public static ImageSplit ReadOne(string path, int side, bool inColour)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file {path}; name a picture.", path);
        }

        var reader = new PictureFolder();
        try
        {
            reader.Read(path, path, label: 0, side);
            var picture = reader._pictures.FirstOrDefault() ?? throw new InvalidDataException($"{reader._leftOut[0]}; take another file.");
            var image = new ImageSplit(Channels(picture), [0], side, side, channels: 3);
            return inColour ? image : image.ToGrey();
        }
        finally
        {
            reader._pictures.ForEach(picture => picture.Dispose());
        }
    }

    private ImageDataset Read(string folder, List<string> classes, int side, bool? colour, int seed)
    {
        try
        {
            for (var label = 0; label < classes.Count; label++)
            {
                _leftOut.AddRange(
                    Folders(classes[label])
                        .Select(inner => $"{Path.GetRelativePath(folder, inner)}: it is a folder; put its pictures into the one above")
                );

                foreach (var file in Directory.EnumerateFiles(classes[label]).Order(StringComparer.Ordinal))
                {
                    if (Path.GetFileName(file) is not ['.', ..] and not "Thumbs.db" and not "desktop.ini")
                    {
                        Read(file, Path.GetRelativePath(folder, file), (byte)label, side);
                    }
                }
            }

            var inColour = colour ?? _pictures.Exists(HasColour);
            string[] names = [.. classes.Select(name => Path.GetFileName(name))];
            var all = new ImageSplit([.. _pictures.SelectMany(Channels)], [.. _labels], side, side, channels: 3);
            if (_leftOut.Count > 0)
            {
                DatasetEvents.Notice(Notice(folder));
            }

            var (train, test) = OwnImages.Split($"The folder {folder}", names, inColour ? all : all.ToGrey(), seed);
            return new ImageDataset
            {
                Name = Path.GetFileName(folder.TrimEnd(Path.DirectorySeparatorChar)),
                Train = train,
                Test = test,
                ClassNames = names,
                Source = new DatasetSource(DatasetSourceKind.Own, $"from {folder}", folder),
                License = "Yours",
                Citation = "Pictures of your own.",
                LeftOut = _leftOut,
            };
        }
        finally
        {
            _pictures.ForEach(picture => picture.Dispose());
        }
    }

    private void Read(string file, string name, byte label, int side)
    {
        try
        {
            // The size is in a file's first bytes: a file that claims too much is refused before memory is taken for it.
            var info = Image.Identify(Formats, file, out var format);
            if (info is null)
            {
                _leftOut.Add($"{name}: its content is not PNG, JPEG or BMP");
                return;
            }

            if ((long)info.Width * info.Height > MostPixels)
            {
                _leftOut.Add($"{name}: it has {info.Width}×{info.Height} pixels, and {MostPixels / 1_000_000} million are the most");
                return;
            }

            if ((long)info.Width * info.Height > MostPixelsOfAByte * new FileInfo(file).Length)
            {
                _leftOut.Add($"{name}: it is too short for the {info.Width}×{info.Height} pixels that it claims to have");
                return;
            }

            if (PictureEnd.IsMissing(file, format))
            {
                _leftOut.Add($"{name}: its end is missing, as after a download that was cut off");
                return;
            }

            using var picture = Image.Load<Rgba32>(Formats, file);
            picture.Mutate(change =>
                change
                    // A phone says in the file (EXIF) how it was held.
                    .AutoOrient()
                    .BackgroundColor(Color.White)
                    // The middle square: a picture is not stretched.
                    .Resize(new ResizeOptions { Size = new Size(side, side), Mode = ResizeMode.Crop })
            );
            _pictures.Add(picture.CloneAs<Rgb24>());
            _labels.Add(label);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A damaged file can make a decoder throw anything.
            _leftOut.Add($"{name}: it cannot be read ({e.Message.Split('\n')[0].TrimEnd('.', ' ', '\r')})");
        }
    }

    private string Notice(string folder)
    {
        const int named = 10;
        var more = _leftOut.Count > named ? $"; and {_leftOut.Count - named} more, see LeftOut" : "";
        return $"{_leftOut.Count} {(_leftOut.Count == 1 ? "file" : "files")} in {folder} could not be read and "
            + $"{(_leftOut.Count == 1 ? "is" : "are")} left out: {string.Join("; ", _leftOut.Take(named))}{more}.";
    }

    private static bool HasColour(Image<Rgb24> picture) =>
        Pixels(picture)
            .Any(pixel => Math.Max(pixel.R, Math.Max(pixel.G, pixel.B)) - Math.Min(pixel.R, Math.Min(pixel.G, pixel.B)) > GreyTolerance);

    /// <summary>All red values, then all green, then all blue, as a network takes them.</summary>
    private static byte[] Channels(Image<Rgb24> picture)
    {
        var pixels = Pixels(picture);
        return [.. pixels.Select(pixel => pixel.R), .. pixels.Select(pixel => pixel.G), .. pixels.Select(pixel => pixel.B)];
    }

    private static Rgb24[] Pixels(Image<Rgb24> picture)
    {
        var pixels = new Rgb24[picture.Width * picture.Height];
        picture.CopyPixelDataTo(pixels);
        return pixels;
    }
}
