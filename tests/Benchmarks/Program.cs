using Benchmarks;
using CnnTutorial.Tests;

return args switch
{
    ["kernel"] => await KernelBenchmark.RunAsync(),
    ["kernel-soak", .. var counts] => await KernelSoak.RunAsync(counts),
    ["train", .. var rest] => await TrainingBenchmark.RunAsync(rest),
    ["accuracy", .. var rest] => await AccuracyBenchmark.RunAsync(rest),
    ["fuzz-idx", .. var rest] => await FuzzIdx.RunAsync(rest),
    ["kill-downloads", .. var rest] => await KillDownloads.RunAsync(rest),
    [LoadingProcess.Command, .. var rest] => LoadingProcess.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        dotnet run --project tests/Benchmarks -- COMMAND
          kernel                                       start and cells of the Jupyter kernel, beside ipykernel where that is installed
          kernel-soak [CELLS [INTERRUPTS [RESTARTS]]]  many cells, interrupts and restarts (2000, 200, 100): does it lose a message, does it grow?
          train [ROUNDS]                               an epoch of training, beside a plain loop and PyTorch (Debian's python3-torch) where that is installed
          fuzz-idx [INPUTS [FIRST]]                    hostile IDX files (1,000,000): each taken exactly, or refused in a sentence
          kill-downloads [KILLS [SEED]]                downloads killed at random moments (200): is the next start right?
          accuracy [SEEDS]                             ten epochs of MNIST: a plain loop, Trainer.Fit and bfloat16, at two learning rates
        """);
    return 2;
}
