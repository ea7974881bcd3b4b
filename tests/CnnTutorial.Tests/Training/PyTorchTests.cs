using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

/// <summary>PyTorch itself, by a script of its own that knows the format and nothing of us.</summary>
[Collection(TorchRandom.Name)]
public sealed class PyTorchTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task PyTorch_predicts_from_our_weights_what_we_do_and_we_from_its_what_it_does()
    {
        Assert.SkipUnless(File.Exists(Python) && await RunAsync("-c", "import torch, numpy") == "", "Debian's python3-torch is not installed.");
        using var folder = new TemporaryFolder();
        string At(string name) => Path.Combine(folder.Path, name);
        var sample = DatasetCatalog.Mnist.Sample;
        var split = new ImageSplit(sample.Read(sample.Files.TestImages).Content, sample.Read(sample.Files.TestLabels).Content, 28, 28);
        await File.WriteAllBytesAsync(At("images"), split.Images, TestContext.Current.CancellationToken);
        var trained = Network(1);
        new Trainer(trained, CrossEntropyLoss(), optim.Adam(trained.parameters(), 0.003)) { ShowsProgress = false }.Fit(split, epochs: 3, batchSize: 32, seed: 1);
        Weights.Save(trained, At("ours.safetensors"));

        Assert.Equal("", await RunAsync(
            Path.Combine(AppContext.BaseDirectory, "Training", "pytorch_weights.py"), At("images"), At("ours.safetensors"), At("our-logits"), At("theirs.safetensors"), At("their-logits")));

        AssertSame(Logits(trained, split), await File.ReadAllBytesAsync(At("our-logits"), TestContext.Current.CancellationToken));
        var theirs = Network(2);
        Weights.Load(theirs, At("theirs.safetensors"));
        AssertSame(Logits(theirs, split), await File.ReadAllBytesAsync(At("their-logits"), TestContext.Current.CancellationToken));
    }

    /// <summary>The network of notebook 03.</summary>
    private static Module<Tensor, Tensor> Network(int seed)
    {
        manual_seed(seed);
        return Sequential(
            ("block1_conv1", Conv2d(1, 24, kernel_size: 3, padding: 1)), ("block1_relu", ReLU()), ("block1_pool", MaxPool2d(2)),
            ("block2_conv1", Conv2d(24, 36, kernel_size: 3, padding: 1)), ("block2_relu", ReLU()), ("block2_pool", MaxPool2d(2)),
            ("flatten", Flatten()), ("fc1", Linear(36 * 7 * 7, 128)), ("fc1_relu", ReLU()), ("dropout", Dropout(0.5)), ("predictions", Linear(128, 10)));
    }

    private static float[] Logits(Module<Tensor, Tensor> model, ImageSplit split)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        model.eval();
        return model.call(split.ToImageTensor()).data<float>().ToArray();
    }

    /// <summary>Two versions of libtorch sum in other orders; the classes must be the same.</summary>
    private static void AssertSame(float[] own, byte[] bytes)
    {
        var other = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        Assert.Equal(own.Length, other.Length);
        Assert.All(own.Zip(other), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * Math.Max(1, Math.Abs(pair.First))));
        Assert.Equal(own.Chunk(10).Select(row => Array.IndexOf(row, row.Max())), other.Chunk(10).Select(row => Array.IndexOf(row, row.Max())));
        Assert.True(own.Max() - own.Min() > 0.1);
    }

    /// <summary>Runs Python and returns what it complains of.</summary>
    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? "" : errors;
    }
}
