using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CnnTutorial;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks;

/// <summary>What a learner waits for besides training.</summary>
internal static class CourseBenchmark
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["one", var what])
        {
            Console.WriteLine(One(what).ToString(CultureInfo.InvariantCulture));
            return 0;
        }

        var rounds = arguments is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 3;
        List<(string Name, Func<Task<double>> MeasureAsync)> runs =
        [
            ("evaluate 10,000 images, the layers as they come", () => Child.NumberAsync(Child.Own("course", "one", "evaluate plainly"))),
            ("evaluate 10,000 images, Trainer.Evaluate", () => Child.NumberAsync(Child.Own("course", "one", "evaluate"))),
            ("load MNIST from .gz, verify, make tensors", () => Child.NumberAsync(Child.Own("course", "one", "load"))),
            ("open notebook 05 and run it to its first trained batch", FirstBatchAsync),
            ("dotnet run --project lib/NotebookHost, packages there", WholeCourseAsync),
        ];
        var seconds = runs.ToDictionary(run => run.Name, _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, measureAsync) in runs)
            {
                seconds[name].Add(await measureAsync());
            }
        }

        Report.Write(
            "course",
            [$"milliseconds; {rounds} rounds", "median", "least", "most"],
            [
                .. seconds.Select(time =>
                    (IReadOnlyList<object>)[time.Key, 1000 * Report.Median(time.Value), 1000 * time.Value.Min(), 1000 * time.Value.Max()]
                ),
            ]
        );
        return 0;
    }

    private static double One(string what)
    {
        _ = Accelerator.Detect();
        if (what == "load")
        {
            return Seconds(() =>
            {
                using var scope = NewDisposeScope();
                var mnist = Datasets.Mnist();
                foreach (var split in (ImageSplit[])[mnist.Train, mnist.Test])
                {
                    _ = split.ToImageTensor();
                    _ = split.ToLabelTensor();
                }
            });
        }

        var (model, test) = (CourseModel.Create(), CourseNetwork.Images(10_000));
        var trainer = new Trainer(model, CrossEntropyLoss());
        Action<ImageSplit> evaluate = what == "evaluate" ? split => trainer.Evaluate(split) : split => Plainly(model, split);
        evaluate(test.Take(2000));
        return Seconds(() => evaluate(test));
    }

    private static void Plainly(Module<Tensor, Tensor> model, ImageSplit split)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        model.eval();
        var images = split.ToImageTensor().reshape(-1).reshape(split.Count, 1, 28, 28);
        for (var start = 0; start < split.Count; start += 1000)
        {
            using var part = NewDisposeScope();
            _ = model.call(images.narrow(0, start, 1000)).argmax(1).sum().item<long>();
        }
    }

    /// <summary>A kernel starts and runs the cells of notebook 05; where it trains, one batch only.</summary>
    private static async Task<double> FirstBatchAsync()
    {
        var notebooks = Path.Combine(CourseFolders.Root, "notebooks");
        using var notebook = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(notebooks, "05-train.ipynb")));
        var cells = notebook
            .RootElement.GetProperty("cells")
            .EnumerateArray()
            .Where(cell => cell.GetProperty("cell_type").GetString() == "code")
            .Select(cell => string.Concat(cell.GetProperty("source").EnumerateArray().Select(line => line.GetString())))
            .ToList();
        var fit = cells.FindIndex(cell => cell.Contains("trainer.Fit(", StringComparison.Ordinal));
        var begin = Stopwatch.GetTimestamp();
        await using var kernel = new KernelClient(KernelClient.Own, start => start.WorkingDirectory = notebooks);
        await kernel.WaitUntilReadyAsync();
        foreach (var cell in cells[..fit].Append("trainer.Fit(mnist.Train.Take(batchSize), epochs: 1, batchSize: batchSize)"))
        {
            var outcome = await kernel.ExecuteAsync(cell);
            if (outcome.Status != "ok")
            {
                throw new InvalidOperationException($"{cell}: {outcome.Error?.ToJsonString()}");
            }
        }

        var time = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        await kernel.ShutDownAsync();
        return time;
    }

    private static async Task<double> WholeCourseAsync()
    {
        var begin = Stopwatch.GetTimestamp();
        _ = await Child.LastLineAsync(["dotnet", "run", "--project", Path.Combine(CourseFolders.Root, "lib", "NotebookHost")]);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static double Seconds(Action act)
    {
        var begin = Stopwatch.GetTimestamp();
        act();
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }
}
