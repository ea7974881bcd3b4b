using System.Globalization;
using System.Text.Json;
using CnnTutorial;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks;

/// <summary>
/// Does the fast way learn as much as the plain one? Ten epochs of MNIST over several seeds, at the course's learning rate and
/// at a tenth of it. To see why the larger one scatters, it also counts the hidden values that are zero for every test image,
/// and goes on for one more epoch with a tenth of the rate. As many trainings run at once as there are cores.
/// </summary>
internal static class AccuracyBenchmark
{
    private static readonly (string Name, string Variant)[] Ways = [("Trainer.Fit", "fit"), ("a plain loop", "plain")];

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["one", var variant, var learningRate, var seed])
        {
            Console.WriteLine(
                JsonSerializer.Serialize(
                    One(variant, double.Parse(learningRate, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture))
                )
            );
            return 0;
        }

        var seeds = arguments is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 5;
        var runs = (
            from way in Ways
            from rate in (string[])["1e-2", "1e-3"]
            from number in Enumerable.Range(1, seeds)
            select (way, rate, number)
        ).ToList();
        var results = new Training[runs.Count];
        await Parallel.ForEachAsync(
            runs.Index(),
            async (run, _) =>
            {
                results[run.Index] = await MeasureAsync(run.Item.way.Variant, run.Item.rate, run.Item.number);
                Console.Error.WriteLine($"{run.Item.way.Name}, {run.Item.rate}, seed {run.Item.number}: {results[run.Index]}");
            }
        );
        Report.Write(
            "accuracy",
            ["test accuracy in %", "rate", "mean", "least", "most", "deviation", "wobble", "silent of 128", "and one epoch at rate/10"],
            [.. runs.Zip(results).GroupBy(run => (run.First.way.Name, run.First.rate), run => run.Second).Select(Row)]
        );
        return 0;
    }

    private static IReadOnlyList<object> Row(IGrouping<(string Name, string Rate), Training> group)
    {
        var ends = group.Select(run => run.Epochs[^1]).ToList();
        return
        [
            group.Key.Name,
            group.Key.Rate,
            Percent(ends.Average()),
            Percent(ends.Min()),
            Percent(ends.Max()),
            Percent(Deviation(ends)),
            // How much one training varies from epoch to epoch, without the first few.
            Percent(group.Average(run => Deviation([.. run.Epochs.Skip(5)]))),
            string.Join(' ', group.Select(run => run.Silent)),
            $"{Percent(group.Average(run => run.Settled))} "
                + $"({Percent(group.Min(run => run.Settled))}–{Percent(group.Max(run => run.Settled))})",
        ];
    }

    private static double Deviation(List<double> values) =>
        values.Count < 2 ? 0 : Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Count - 1));

    private static string Percent(double value) => (value * 100).ToString("0.00", CultureInfo.InvariantCulture);

    private static async Task<Training> MeasureAsync(string variant, string rate, int seed) =>
        JsonSerializer.Deserialize<Training>(await Child.LastLineAsync(Child.Own("accuracy", "one", variant, rate, $"{seed}")))!;

    private static Training One(string variant, double rate, int seed)
    {
        _ = Accelerator.Detect();
        set_num_threads(1);
        manual_seed(seed);
        var mnist = Datasets.Mnist();
        var model = CourseModel.Create();
        using var optimizer = optim.Adam(model.parameters(), rate);
        var trainer = new Trainer(model, CrossEntropyLoss(), optimizer);
        var epochs = new List<double>();
        for (var epoch = 0; epoch < 10; epoch++)
        {
            Train();
            epochs.Add(trainer.Evaluate(mnist.Test).Accuracy);
        }

        var silent = Silent(model, mnist.Test);
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = rate / 10;
        }

        Train();
        return new Training(epochs, silent, trainer.Evaluate(mnist.Test).Accuracy);

        void Train()
        {
            if (variant == "plain")
            {
                // Memory kept for the next step changes no number, and saves half an hour.
                CourseNetwork.TrainPlainly(model, optimizer, mnist.Train, Tricks.Memory);
            }
            else
            {
                trainer.Fit(mnist.Train, epochs: 1);
            }
        }
    }

    /// <summary>How many of the 128 hidden values are zero for every test image: the network no longer uses them.</summary>
    private static int Silent(Module<Tensor, Tensor> model, ImageSplit test)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var value = test.ToImageTensor();
        foreach (var (name, layer) in model.named_children())
        {
            value = ((Module<Tensor, Tensor>)layer).call(value);
            if (name == "fc1_relu")
            {
                break;
            }
        }

        return (int)value.amax(0).eq(0).sum().item<long>();
    }

    private sealed record Training(List<double> Epochs, int Silent, double Settled)
    {
        public override string ToString() => $"{string.Join(' ', Epochs.Select(Percent))}, {Silent} silent, settled {Percent(Settled)}";
    }
}
