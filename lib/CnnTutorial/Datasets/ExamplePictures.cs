using System.IO.Compression;

namespace CnnTutorial;

/// <summary>The pictures that come with the library, for those who have none of their own at hand.</summary>
internal static class ExamplePictures
{
    private const string Resource = "CnnTutorial.Bundled.emoji-pictures.zip";

    /// <summary>Unpacks them, unless the folder is there: what the learner has changed in it stays.</summary>
    public static string Unpack(string folder)
    {
        if (Directory.Exists(folder))
        {
            return folder;
        }

        // Unpacked beside it and then renamed: a program that is killed leaves no half of a folder.
        var unfinished = $"{folder}.{Guid.NewGuid():N}";
        try
        {
            using var stream = typeof(ExamplePictures).Assembly.GetManifestResourceStream(Resource)!;
            using var archive = new ZipArchive(stream);
            archive.ExtractToDirectory(unfinished);
            Directory.Move(unfinished, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }

            // Another notebook may have been faster.
            if (!Directory.Exists(folder))
            {
                throw new IOException($"The example pictures cannot be written to {folder} ({e.Message.TrimEnd('.')}).", e);
            }
        }

        return folder;
    }
}
