using System.IO.Compression;
using System.Security.Cryptography;

namespace Support.Datasets;

/// <summary>A data set of 40 + 10 made-up images with a description of its own, so that downloads in tests are small.</summary>
internal sealed class SmallDataset
{
    private readonly Dictionary<string, byte[]> _files = [];

    public SmallDataset(params IReadOnlyList<MirrorServer> mirrors)
    {
        Description = DatasetCatalog.Mnist with
        {
            Folder = "small",
            Name = "Small",
            Files = new DatasetFiles(
                Images("train-images-idx3-ubyte", 40),
                Labels("train-labels-idx1-ubyte", 40),
                Images("t10k-images-idx3-ubyte", 10),
                Labels("t10k-labels-idx1-ubyte", 10)
            ),
            Mirrors = [.. mirrors.Select(mirror => mirror.Address)],
            PackagedFolders = [],
        };
        foreach (var mirror in mirrors)
        {
            mirror.Files = this;
        }
    }

    public DatasetDescription Description { get; set; }

    public IdxFileSpec TrainImages => Description.Files.TrainImages;

    /// <summary>The uncompressed file.</summary>
    public byte[] Plain(string name) => _files[name];

    public byte[] Gzip(string name) => Compress(_files[name]);

    /// <summary>SHA-256 of all pixels and labels, as <see cref="LoadReport"/> has it.</summary>
    public string Sha256()
    {
        byte[] content = [.. Description.Files.All.SelectMany(spec => Plain(spec.Name)[IdxFile.HeaderBytes(spec.Kind)..])];
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    public static byte[] Compress(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return result.ToArray();
    }

    /// <summary>Writes all four files, as published.</summary>
    public void WriteTo(string folder, bool compressed = true, Func<string, string>? rename = null)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in _files.Keys)
        {
            var file = Path.Combine(folder, (rename?.Invoke(name) ?? name) + (compressed ? ".gz" : ""));
            File.WriteAllBytes(file, compressed ? Gzip(name) : Plain(name));
        }
    }

    private IdxFileSpec Images(string name, int count)
    {
        var pixels = new byte[count * 28 * 28];
        new Random(count).NextBytes(pixels);
        return IdxFileSpec.Images(name, count, Add(name, IdxFile.FromImages(pixels, 28, 28)));
    }

    private IdxFileSpec Labels(string name, int count) =>
        IdxFileSpec.Labels(name, count, Add(name, IdxFile.FromLabels([.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))])));

    private string Add(string name, IdxFile file)
    {
        using var stream = new MemoryStream();
        file.Write(stream);
        _files[name] = stream.ToArray();
        return file.ComputeSha256();
    }
}
