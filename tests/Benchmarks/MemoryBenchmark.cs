using System.Globalization;
using CnnTutorial;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks;

/// <summary>Memory of ten epochs on 60,000 images, and of the training cell of notebook 05 run ten times over.</summary>
internal static class MemoryBenchmark
{
    public static int Run()
    {
        _ = Accelerator.Detect();
        var (train, test) = (CourseNetwork.Images(60_000), CourseNetwork.Images(10_000));
        var epochs = new List<double>();
        Trainer().Fit(train, test, epochs: 10, callbacks: new AfterEpoch(_ => epochs.Add(Child.MebibytesOf("VmRSS"))));
        var peak = Child.MebibytesOf("VmHWM");
        var trainer = Trainer();
        var (same, others) = (Ten(() => trainer.Fit(train, test, epochs: 1)), Ten(() => Trainer().Fit(train, test, epochs: 1)));
        Report.Write(
            "memory",
            ["resident, MiB", "first", "second", "last", "slope a time, from the second"],
            [Row("ten epochs", epochs), Row("the training cell, ten times", same), Row("the same with a new network each time", others)]
        );
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"Peak of the ten epochs: {peak:0} MiB, of all: {Child.MebibytesOf("VmHWM"):0} MiB")
        );
        return 0;
    }

    private static List<double> Ten(Action train) =>
        [
            .. Enumerable
                .Range(0, 10)
                .Select(_ =>
                {
                    train();
                    return Child.MebibytesOf("VmRSS");
                }),
        ];

    private static IReadOnlyList<object> Row(string name, List<double> sizes) => [name, sizes[0], sizes[1], sizes[^1], Slope(sizes[1..])];

    private static Trainer Trainer()
    {
        var model = CourseModel.Create();
        return new Trainer(model, CrossEntropyLoss(), optim.Adam(model.parameters(), 1e-3));
    }

    /// <summary>The slope of the least-squares line.</summary>
    private static double Slope(List<double> values)
    {
        var (middle, mean) = ((values.Count - 1) / 2.0, values.Average());
        return values.Select((value, i) => (i - middle) * (value - mean)).Sum()
            / values.Select((_, i) => (i - middle) * (i - middle)).Sum();
    }
}
