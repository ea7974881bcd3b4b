using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CnnTutorial;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks;

/// <summary>Epochs of ten times as many images each time. The largest are read from a file larger than the memory that they may
/// take.</summary>
internal static class GrowthBenchmark
{
    /// <summary>From here on images stay on disk.</summary>
    private const int Streamed = 600_000;

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["one", var count, var folder])
        {
            Console.WriteLine(JsonSerializer.Serialize(One(int.Parse(count, CultureInfo.InvariantCulture), folder)));
            return 0;
        }

        var most = arguments is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 6_000_000;
        var temporary = Directory.CreateTempSubdirectory("cnn-tutorial-growth-").FullName;
        try
        {
            var rows = new List<IReadOnlyList<object>>();
            for (var images = 6_000; images <= most; images *= 10)
            {
                var figures = JsonSerializer.Deserialize<double[]>(
                    await Child.LastLineAsync(Child.Own("growth", "one", $"{images}", temporary))
                )!;
                rows.Add([
                    $"{images:N0}",
                    images < Streamed ? "in memory" : "on disk",
                    images * 784.0 / (1 << 20),
                    figures[0],
                    images / figures[0],
                    figures[1],
                ]);
            }

            Report.Write("growth", ["images", "kept", "MiB of pixels", "seconds an epoch", "images/s", "peak resident, MiB"], rows);
            return 0;
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static double[] One(int count, string folder)
    {
        _ = Accelerator.Detect();
        manual_seed(1);
        var model = CourseModel.Create();
        var trainer = new Trainer(model, CrossEntropyLoss(), optim.Adam(model.parameters(), 1e-3));
        if (count < Streamed)
        {
            var split = CourseNetwork.Images(count);
            return Measure(() => trainer.Fit(split, epochs: 1));
        }

        var (images, labels) = (Path.Combine(folder, $"{count}-images"), Path.Combine(folder, $"{count}-labels"));
        Write(images, labels, count);
        using var file = ImageSplitOnDisk.Open(images, labels);
        return Measure(() => trainer.Fit(file, epochs: 1));
    }

    private static double[] Measure(Action train)
    {
        var begin = Stopwatch.GetTimestamp();
        train();
        return [Stopwatch.GetElapsedTime(begin).TotalSeconds, Child.MebibytesOf("VmHWM")];
    }

    private static void Write(string images, string labels, int count)
    {
        var part = CourseNetwork.Images(60_000);
        Repeat(images, IdxFile.FromImages(part.Images, part.Rows, part.Columns), count);
        Repeat(labels, IdxFile.FromLabels(part.Labels), count);
    }

    private static void Repeat(string path, IdxFile part, int count)
    {
        using var stream = File.Create(path);
        part.Write(stream);
        for (var written = part.Count; written < count; written += part.Count)
        {
            stream.Write(part.Content);
        }

        // The second number of the header is the count of images.
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, count);
        stream.Position = 4;
        stream.Write(number);
    }
}
