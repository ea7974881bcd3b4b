using Benchmarks;

return args switch
{
    ["kernel"] => await KernelBenchmark.RunAsync(),
    ["kernel-soak", .. var counts] => await KernelSoak.RunAsync(counts),
    ["train", .. var rest] => await TrainingBenchmark.RunAsync(rest),
    ["neighbour", .. var rest] => await NeighbourBenchmark.RunAsync(rest),
    ["memory"] => MemoryBenchmark.Run(),
    ["growth", .. var rest] => await GrowthBenchmark.RunAsync(rest),
    ["course", .. var rest] => await CourseBenchmark.RunAsync(rest),
    ["page", .. var rest] => await PageBenchmark.RunAsync(rest),
    ["classify", .. var program] => await ClassifyBenchmark.RunAsync(program),
    ["layers"] => await LayersBenchmark.RunAsync(),
    ["accuracy", .. var rest] => await AccuracyBenchmark.RunAsync(rest),
    ["interruptions", .. var counts] => await FaultRuns.InterruptAsync(counts),
    ["fuzz-safetensors", .. var counts] => FaultRuns.Fuzz(counts),
    ["readme-pictures"] => await ReadmePictures.RunAsync(),
    ["fuzz-idx", .. var rest] => await FuzzIdx.RunAsync(rest),
    ["kill-downloads", .. var rest] => await KillDownloads.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        dotnet run --project tests/Benchmarks -- COMMAND
          kernel                                       start and cells of the Jupyter kernel, beside ipykernel where that is installed
          kernel-soak [CELLS [INTERRUPTS [RESTARTS]]]  cells, interrupts, restarts (2000, 200, 100): is a message lost, does memory grow?
          train [ROUNDS]                               an epoch, with each trick by itself, beside Debian's PyTorch where that is installed
          neighbour [ROUNDS]                           training beside a program that takes a core
          memory                                       resident memory of ten epochs, and of ten trainings in one session
          growth [IMAGES]                              time and memory from 6,000 images to 6,000,000, which then stay on disk
          course [ROUNDS]                              the other waits: loading, evaluation, 05 to its first batch, the whole course
          page [ROUNDS]                                what a learner waits for in the browser, beside Jupyter Notebook
          classify [PROGRAM.dll PICTURE]               1,000 images in TorchSharp and in ONNX Runtime; notebook 08's console program
          layers                                       a frame of the drawing pad that shows every layer, in Chromium
          accuracy [SEEDS]                             ten epochs of MNIST: a plain loop and Trainer.Fit, at two learning rates
          readme-pictures                              makes README.md's two pictures (needs CNN_TUTORIAL_DATA, Chromium, Jupyter)
          interruptions [SAVES [TRAININGS]]            kills processes that save and that train (200, 40), and looks at what is left
          fuzz-safetensors [INPUTS [SEED]]             reads spoiled safetensors files (1000000): is one read wrongly, does one crash?
          fuzz-idx [INPUTS [FIRST]]                    hostile IDX files (1,000,000): each taken exactly, or refused in a sentence
          kill-downloads [KILLS [SEED]]                downloads killed at random moments (200): is the next start right?
        """
    );
    return 2;
}
