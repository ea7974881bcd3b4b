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
        Trainer().Fit(train, test, epochs: 10, callbacks: new AfterEpoch(() => epochs.Add(Child.MebibytesOf("VmRSS"))));
        var peak = Child.MebibytesOf("VmHWM");
        var cells = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            Trainer().Fit(train, test, epochs: 1);
            cells.Add(Child.MebibytesOf("VmRSS"));
        }

        Report.Write(
            "memory",
            ["resident, MiB", "first", "second", "last", "peak", "slope a time, from the second"],
            [["ten epochs", epochs[0], epochs[1], epochs[^1], peak, Slope(epochs[1..])], ["ten trainings", cells[0], cells[1], cells[^1], Child.MebibytesOf("VmHWM"), Slope(cells[1..])]]);
        return 0;
    }

    private static Trainer Trainer()
    {
        var model = CourseNetwork.Create();
        return new Trainer(model, CrossEntropyLoss(), optim.Adam(model.parameters(), 1e-3));
    }

    /// <summary>Of the straight line with the least squared distances.</summary>
    private static double Slope(List<double> values)
    {
        var (middle, mean) = ((values.Count - 1) / 2.0, values.Average());
        return values.Select((value, i) => (i - middle) * (value - mean)).Sum() / values.Select((_, i) => (i - middle) * (i - middle)).Sum();
    }

    private sealed class AfterEpoch(Action act) : Callback
    {
        public override void OnEpochEnd(TrainingState state, EpochResult result) => act();
    }
}
