using System.Diagnostics;
using System.Globalization;
using CnnTutorial;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks;

/// <summary>The course's network with batches of 256. Measures the second epoch of 60,000 images, since the first includes the runtime's
/// compiling. The ways take turns, round after round.</summary>
internal static class TrainingBenchmark
{
    private const int Images = 60_000;
    private const string Python = "/usr/bin/python3";
    private const string FastMalloc = "/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4";
    private const string PlainTorchSharp = "(a) TorchSharp, a plain loop";
    private const string PlainPython = "(c) PyTorch, as a tutorial writes it";
    private const string TunedPython = "(d) PyTorch, channels-last";

    private static readonly (string Name, string Variant)[] Own =
    [
        (PlainTorchSharp, nameof(Tricks.None)),
        ("    + memory kept for the next step", nameof(Tricks.Memory)),
        ("    + channels last", nameof(Tricks.ChannelsLast)),
        ("    + pooling before ReLU", nameof(Tricks.PoolFirst)),
        ("    + Adam in one pass", nameof(Tricks.Adam)),
        ("    + batches in parts", "fit-parts"),
        ("(b) Trainer.Fit: + biases after pooling, ReLU in place", "fit"),
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
        List<(string Name, Func<Task<double>> MeasureAsync)> runs =
        [
            .. Own.Select(own =>
                (own.Name, (Func<Task<double>>)(() => Child.NumberAsync(Child.Own("train", "one", own.Variant, threads))))
            ),
        ];
        if (Directory.Exists("/usr/lib/python3/dist-packages/torch"))
        {
            runs.Add((PlainPython, () => PythonAsync("plain", threads)));
            runs.Add((TunedPython, () => PythonAsync("channels-last", threads)));
            if (File.Exists(FastMalloc))
            {
                runs.Add(($"{TunedPython}, tcmalloc", () => PythonAsync("channels-last", threads, ("LD_PRELOAD", FastMalloc))));
            }
        }

        runs.Add(
            (
                "What its convolutions alone allow",
                async () =>
                    1e9 * await Child.NumberAsync(Child.Own("train", "one", "convolution", threads)) / CourseNetwork.OperationsPerImage
            )
        );
        var speeds = runs.ToDictionary(run => run.Name, _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, measureAsync) in runs)
            {
                speeds[name].Add(await measureAsync());
            }
        }

        string Ratio(List<double> values, string to) =>
            speeds.TryGetValue(to, out var others)
                ? (Report.Median(values) / Report.Median(others)).ToString("0.00", CultureInfo.InvariantCulture)
                : "–";
        Report.Write(
            "training",
            [$"images/s; {rounds} rounds, {threads} threads", "median", "least", "most", "to (a)", "to (c)", "to (d)", "to (d), tcmalloc"],
            [
                .. speeds.Select(speed =>
                    (IReadOnlyList<object>)
                        [
                            speed.Key,
                            Report.Median(speed.Value),
                            speed.Value.Min(),
                            speed.Value.Max(),
                            Ratio(speed.Value, PlainTorchSharp),
                            Ratio(speed.Value, PlainPython),
                            Ratio(speed.Value, TunedPython),
                            Ratio(speed.Value, $"{TunedPython}, tcmalloc"),
                        ]
                ),
            ]
        );
        return 0;
    }

    // OpenBLAS chooses by itself what it computes with, whatever the machine's own settings say.
    private static Task<double> PythonAsync(string layout, string threads, params (string Name, string? Value)[] environment) =>
        Child.NumberAsync(
            [Python, Path.Combine(AppContext.BaseDirectory, "training.py"), layout, threads, $"{Images}", $"{Images}"],
            [("OPENBLAS_CORETYPE", null), ("OPENBLAS_L2_SIZE", null), .. environment]
        );

    private static double One(string variant, int threads)
    {
        _ = Accelerator.Detect();
        set_num_threads(threads);
        manual_seed(1);
        if (variant == "convolution")
        {
            return ConvolutionRate();
        }

        PartwisePass.RearrangesLayers = variant != "fit-parts";
        var split = CourseNetwork.Images(Images);
        var model = CourseModel.Create();
        var optimizer = optim.Adam(model.parameters(), 1e-3);
        var begin = 0L;
        if (Enum.TryParse<Tricks>(variant, out var tricks))
        {
            CourseNetwork.TrainPlainly(model, optimizer, split, tricks);
            begin = Stopwatch.GetTimestamp();
            CourseNetwork.TrainPlainly(model, optimizer, split, tricks);
        }
        else
        {
            new Trainer(model, CrossEntropyLoss(), optimizer).Fit(
                split,
                epochs: 2,
                callbacks: new AfterEpoch(epoch => begin = epoch == 1 ? Stopwatch.GetTimestamp() : begin)
            );
        }

        return Images / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    /// <summary>GFLOP/s of a large convolution, where little else costs time; the best of several.</summary>
    private static double ConvolutionRate()
    {
        const int count = 32,
            channels = 128,
            size = 28;
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var (images, kernels) = (rand(count, channels, size, size), rand(channels, channels, 3, 3));
        var best = 0.0;
        for (var i = 0; i < 50; i++)
        {
            var begin = Stopwatch.GetTimestamp();
            using var output = functional.conv2d(images, kernels, padding: [1, 1]);
            best = Math.Max(best, 2.0 * output.numel() * channels * 9 / Stopwatch.GetElapsedTime(begin).TotalSeconds / 1e9);
        }

        return best;
    }
}
