using System.Diagnostics;
using System.Globalization;
using CnnTutorial;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks;

/// <summary>
/// The course's network, batches of 256, one epoch of 60,000 made-up images: in turns, each time in a process of its own,
/// since what one does to the C library's memory the next would feel.
/// </summary>
internal static class TrainingBenchmark
{
    private const int Images = 60_000;
    private const int WarmUp = 20 * 256;
    private const string Python = "/usr/bin/python3";
    private const string PlainPython = "(c) PyTorch, as a tutorial writes it";

    private static readonly (string Name, string Variant)[] Own =
    [
        ("(a) TorchSharp, a plain loop", "plain"),
        ("(b) Trainer.Fit", "fit"),
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["one", var variant, var count])
        {
            Console.WriteLine(One(variant, int.Parse(count, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
            return 0;
        }

        var rounds = arguments is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 5;
        var threads = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture);
        var runs = Own.Select(own => (own.Name, Command: (string[])["dotnet", Report.Self, "train", "one", own.Variant, threads])).ToList();
        if (Directory.Exists("/usr/lib/python3/dist-packages/torch"))
        {
            foreach (var (name, layout) in new[] { (PlainPython, "plain"), ("(d) PyTorch, channels-last", "channels-last") })
            {
                runs.Add((name, [Python, Path.Combine(AppContext.BaseDirectory, "training.py"), layout, threads, $"{Images}", $"{WarmUp}"]));
            }
        }

        var speeds = runs.ToDictionary(run => run.Name, _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, command) in runs)
            {
                speeds[name].Add(await MeasureAsync(command));
            }
        }

        var plain = Report.Median(speeds[Own[0].Name]);
        Report.Write(
            "training",
            [$"{rounds} rounds, {threads} threads", "images/s, median", "least", "most", "ratio to (a)", "ratio to (c)"],
            [.. speeds.Select(speed => (IReadOnlyList<object>)
                [speed.Key, Report.Median(speed.Value), speed.Value.Min(), speed.Value.Max(), Ratio(Report.Median(speed.Value), plain), speeds.TryGetValue(PlainPython, out var tutorial) ? Ratio(Report.Median(speed.Value), Report.Median(tutorial)) : "–"])]);
        return 0;
    }

    private static async Task<double> MeasureAsync(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? double.Parse(output.Trim().Split('\n')[^1], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}.");
    }

    private static double One(string variant, int threads)
    {
        _ = Accelerator.Detect();
        set_num_threads(threads);
        manual_seed(1);
        var random = new Random(1);
        var images = new byte[Images * 784];
        var labels = new byte[Images];
        random.NextBytes(images);
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = (byte)random.Next(10);
        }

        var split = new ImageSplit(images, labels, 28, 28);
        var model = CourseNetwork.Create();
        var optimizer = optim.Adam(model.parameters(), 1e-3);
        var trainer = new Trainer(model, CrossEntropyLoss(), optimizer);
        Action<ImageSplit> train = variant == "plain" ? part => CourseNetwork.TrainPlainly(model, optimizer, part) : part => trainer.Fit(part, epochs: 1);
        train(split.Take(WarmUp));
        var begin = Stopwatch.GetTimestamp();
        train(split);
        return Images / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static string Ratio(double value, double to) => (value / to).ToString("0.00", CultureInfo.InvariantCulture);
}
