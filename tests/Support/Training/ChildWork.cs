using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Support.Training;

/// <summary>The work of a process that is there to be killed.</summary>
internal static class ChildWork
{
    public const int Epochs = 5;

    /// <summary>A network that is nothing but numbers, large enough that writing it takes a while.</summary>
    public static Module<Tensor, Tensor> Numbers() => Sequential(("numbers", Linear(512, 512)));

    public static int Run(string[] arguments)
    {
        switch (arguments)
        {
            case ["save", var path, var first]:
                Save(path, int.Parse(first, CultureInfo.InvariantCulture));
                return 1;
            case ["train", var folder, var result, var optimizer]:
                File.WriteAllText(result, Train(folder, optimizer));
                return 0;
            case ["train-while-collecting", var folder, var result, var optimizer]:
                new Thread(CollectForever) { IsBackground = true }.Start();
                File.WriteAllText(result, Train(folder, optimizer));
                return 0;
            default:
                return 2;
        }
    }

    /// <summary>Saves again and again, each time with all weights one higher; says so when it is done.</summary>
    private static void Save(string path, int number)
    {
        using var model = Numbers();
        while (true)
        {
            using (no_grad())
            {
                foreach (var parameter in model.parameters())
                {
                    parameter.fill_(number);
                }
            }

            Weights.Save(model, path);
            Console.WriteLine(number++);
        }
    }

    private static void CollectForever()
    {
        while (true)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    /// <summary>Trains with a checkpoint after each epoch, from the newest one on. Where it begins to compute, and with what, is different
    /// each time.</summary>
    /// <returns>All that must not depend on interruptions.</returns>
    public static string Train(string folder, string kind)
    {
        Module<Tensor, Tensor> second = kind switch
        {
            "Adam in parts" => Dropout(0.1),
            // A layer that is not computed in parts. TorchSharp's batch norm adds a number by itself, which may be freed meanwhile.
            "Adam on whole batches" => Sigmoid(),
            _ => BatchNorm2d(4),
        };
        var latest = Checkpoint.Latest(folder);
        // In a process that goes on, all random numbers differ from those of the first: only the checkpoint can put them right.
        manual_seed(latest is null ? 3 : Environment.ProcessId);
        var model = Sequential(
            ("conv", Conv2d(1, 4, kernel_size: 4, stride: 4)),
            ("norm", second),
            ("relu", ReLU()),
            ("flatten", Flatten()),
            ("dropout", Dropout(0.3)),
            ("predictions", Linear(4 * 7 * 7, PracticeImages.Classes))
        );
        optim.Optimizer optimizer = kind.StartsWith("Adam", StringComparison.Ordinal)
            ? optim.Adam(model.parameters(), 0.003)
            : optim.SGD(model.parameters(), 0.01, momentum: 0.9);
        var trainer = new Trainer(model, CrossEntropyLoss(), optimizer) { ShowsProgress = false };
        var history = trainer.Fit(
            PracticeImages.Quarters(1500, seed: 1),
            PracticeImages.Quarters(200, seed: 2),
            Epochs,
            batchSize: 16,
            resumeFrom: latest,
            callbacks: [new Checkpoint(folder, every: 1), new Report()]
        );
        using var state = new MemoryStream();
        ((OptimizerHelper)optimizer).save_state_dict(new BinaryWriter(state));
        using var scope = NewDisposeScope();
        return new StringBuilder()
            .AppendLine($"weights {Hash(Weights.ToBytes(model))}")
            .AppendLine($"optimizer {Hash(state.ToArray())}")
            .AppendLine($"random numbers {Hash(get_rng_state().bytes.ToArray())}")
            .AppendLine(
                JsonSerializer.Serialize(
                    history.Epochs.Select(epoch => new
                    {
                        epoch.Epoch,
                        epoch.Train,
                        epoch.Validation,
                    })
                )
            )
            .ToString();
    }

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    private sealed class Report : Callback
    {
        public override void OnTrainBegin(TrainingState state) => Console.WriteLine("begin");

        public override void OnEpochEnd(TrainingState state, EpochResult result) => Console.WriteLine($"epoch {result.Epoch}");
    }
}
