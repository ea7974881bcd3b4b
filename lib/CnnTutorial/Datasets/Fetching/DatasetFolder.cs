using Shared;

namespace CnnTutorial;

/// <summary>A folder that should hold the four files of a data set, as <c>NAME.gz</c> or <c>NAME</c>, with either published form of the
/// name.</summary>
/// <param name="path">The folder.</param>
/// <param name="remedy">What the reader of an error message can do, without a full stop.</param>
internal sealed class DatasetFolder(string path, string remedy)
{
    /// <summary>The path of a file that is there, or null.</summary>
    public string? Find(IdxFileSpec spec) => DatasetPlaces.Find(path, spec.Name);

    public bool HasAll(DatasetFiles files) => files.All.All(spec => Find(spec) is not null);

    /// <summary>Reads and verifies all four files.</summary>
    /// <exception cref="FileNotFoundException">One is missing.</exception>
    /// <exception cref="InvalidDataException">One is not the published file.</exception>
    public IReadOnlyDictionary<IdxFileSpec, IdxFile> Read(DatasetFiles files)
    {
        var forms = files.All.ToDictionary(spec => spec, ReadForm);
        // Checked before the hashes, because this message says more: the two files do not belong together.
        foreach (var (images, labels) in new[] { (files.TrainImages, files.TrainLabels), (files.TestImages, files.TestLabels) })
        {
            if (forms[images].File.Count != forms[labels].File.Count)
            {
                throw forms[labels]
                    .Reader.Bad($"holds {forms[labels].File.Count} labels, but '{Find(images)}' holds {forms[images].File.Count} images");
            }
        }

        foreach (var (spec, (file, reader)) in forms)
        {
            reader.Verify(file, spec);
        }

        return forms.ToDictionary(form => form.Key, form => form.Value.File);
    }

    /// <summary>Reads and verifies one file.</summary>
    public IdxFile ReadFile(IdxFileSpec spec)
    {
        var (file, reader) = ReadForm(spec);
        reader.Verify(file, spec);
        return file;
    }

    private (IdxFile File, IdxReader Reader) ReadForm(IdxFileSpec spec)
    {
        var file =
            Find(spec)
            ?? throw new FileNotFoundException($"The file '{Path.Combine(path, spec.Name)}.gz' is missing; {remedy}.", spec.Name);
        var reader = new IdxReader(file, remedy);
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return (reader.Read(stream, spec.Kind, spec.Rows, spec.Columns), reader);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"'{file}' may not be read by this user; give yourself read permission, or {remedy}.", e);
        }
    }
}
