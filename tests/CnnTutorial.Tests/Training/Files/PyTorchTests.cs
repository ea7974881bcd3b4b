using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

/// <summary>PyTorch itself, with a script that knows the format and uses none of our code.</summary>
[Collection(TorchRandom.Name)]
public sealed partial class PyTorchTests
{
    private const string Python = "/usr/bin/python3";

    private static readonly string BundledDigits = Path.Combine(
        CourseFolders.Root,
        "lib",
        "CnnTutorial",
        "Datasets",
        "Bundled",
        DatasetCatalog.Mnist.Sample.ResourceFolder
    );

    [Fact]
    public async Task PyTorch_predicts_from_our_weights_what_we_do_and_we_from_its_what_it_does()
    {
        await NeedPyTorchAsync();
        using var folder = new TemporaryFolder();
        string At(string name) => Path.Combine(folder.Path, name);
        var split = TestImages();
        await File.WriteAllBytesAsync(At("images"), split.Images, TestContext.Current.CancellationToken);
        var trained = TrainedOn(split);
        Weights.Save(trained, At("ours.safetensors"));

        Assert.Equal(
            "",
            await RunAsync(
                Path.Combine(AppContext.BaseDirectory, "Training", "pytorch_weights.py"),
                At("images"),
                At("ours.safetensors"),
                At("our-logits"),
                At("theirs.safetensors"),
                At("their-logits")
            )
        );

        AssertSame(Logits(trained, split), await File.ReadAllBytesAsync(At("our-logits"), TestContext.Current.CancellationToken));
        var theirs = Network(2);
        Weights.Load(theirs, At("theirs.safetensors"));
        AssertSame(Logits(theirs, split), await File.ReadAllBytesAsync(At("their-logits"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_five_lines_of_notebook_06_predict_in_PyTorch_what_we_do_on_1000_images()
    {
        await NeedPyTorchAsync();
        using var folder = new TemporaryFolder();
        string At(string name) => Path.Combine(folder.Path, name);
        var split = TestImages();
        Assert.Equal(1000, split.Count);
        File.Copy(Path.Combine(BundledDigits, "t10k-images-idx3-ubyte.gz"), At("t10k-images-idx3-ubyte.gz"));
        var trained = TrainedOn(split);
        Weights.Save(trained, At("model.safetensors"));
        var shown = NotebookPython.BlocksOf(Path.Combine(CourseFolders.Root, "notebooks", "06-results.ipynb"));
        Assert.Equal(5, shown[1].TrimEnd().Split('\n').Length);
        await File.WriteAllTextAsync(
            At("lines.py"),
            $"{string.Concat(shown)}network(images).detach().numpy().tofile('logits')\n",
            TestContext.Current.CancellationToken
        );

        Assert.Equal("", await RunAsync(new ProcessStartInfo(Python, [At("lines.py")]) { WorkingDirectory = folder.Path }));

        AssertSame(Logits(trained, split), await File.ReadAllBytesAsync(At("logits"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_distributed_script_goes_on_from_our_weights_in_two_processes_and_we_from_its()
    {
        await NeedPyTorchAsync();
        using var folder = new TemporaryFolder();
        string At(string name) => Path.Combine(folder.Path, name);
        var split = TestImages();
        var model = TrainedOn(split.Take(200));
        Weights.Save(model, At("in.safetensors"));
        // Without the two options, torchrun of PyTorch 1.13 fails under Debian's Python 3.11: it looks for their default, zero, among the
        // members of a flag, and since 3.11 zero is not one of them.
        var start = new ProcessStartInfo(
            Python,
            [
                "-m",
                "torch.distributed.run",
                "--nproc_per_node=2",
                "--redirects=2",
                "--tee=1",
                "--log_dir",
                At("log"),
                "--rdzv_backend=c10d",
                "--rdzv_endpoint=127.0.0.1:0",
                Path.Combine(CourseFolders.Root, "docs", "train_distributed.py"),
                BundledDigits,
                At("in.safetensors"),
                At("out.safetensors"),
                "2",
            ]
        )
        {
            RedirectStandardOutput = true,
        };

        var output = Task.FromResult("");
        var errors = await RunAsync(start, process => output = process.StandardOutput.ReadToEndAsync());

        Assert.True(
            errors == "",
            $"{errors}\n{string.Concat(Directory.GetFiles(At("log"), "stderr.log", SearchOption.AllDirectories).Select(File.ReadAllText))}"
        );
        Assert.Contains("2 processes, 2,000 of 4,000 images each", await output, StringComparison.Ordinal);
        var before = Accuracy(model, split);
        Weights.Load(model, At("out.safetensors"));
        var after = Accuracy(model, split);
        string[] reckoned = [Percent(before), Percent(after)];
        Assert.Equal(reckoned, Percentage().Matches(await output) is [var first, _, var last] ? [first.Value, last.Value] : [await output]);
        Assert.True(after > before + 0.05, $"{before} {after}");
    }

    private static async Task NeedPyTorchAsync() =>
        Assert.SkipUnless(
            File.Exists(Python) && await RunAsync("-c", "import torch, numpy") == "",
            "Debian's python3-torch is not installed."
        );

    private static string Percent(double share) => share.ToString("0.00%", CultureInfo.InvariantCulture);

    private static double Accuracy(Module<Tensor, Tensor> model, ImageSplit split) =>
        new Trainer(model, CrossEntropyLoss()) { ShowsProgress = false }
            .Evaluate(split)
            .Accuracy;

    private static ImageSplit TestImages()
    {
        var sample = DatasetCatalog.Mnist.Sample;
        return new ImageSplit(sample.Read(sample.Files.TestImages).Content, sample.Read(sample.Files.TestLabels).Content, 28, 28);
    }

    private static Module<Tensor, Tensor> TrainedOn(ImageSplit split)
    {
        var model = Network(1);
        new Trainer(model, CrossEntropyLoss(), optim.Adam(model.parameters(), 0.003)) { ShowsProgress = false }.Fit(
            split,
            epochs: 3,
            batchSize: 32,
            seed: 1
        );
        return model;
    }

    /// <summary>The network of notebook 03.</summary>
    private static Module<Tensor, Tensor> Network(int seed)
    {
        manual_seed(seed);
        return CourseModel.Create();
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
        Assert.Equal(
            own.Chunk(10).Select(row => Array.IndexOf(row, row.Max())),
            other.Chunk(10).Select(row => Array.IndexOf(row, row.Max()))
        );
        Assert.True(own.Max() - own.Min() > 0.1);
    }

    /// <summary>Runs Python and returns what it complains of.</summary>
    private static Task<string> RunAsync(params string[] arguments) => RunAsync(new ProcessStartInfo(Python, arguments));

    private static async Task<string> RunAsync(ProcessStartInfo start, Action<Process>? started = null)
    {
        start.RedirectStandardError = true;
        using var process = TestProcess.Start(start);
        started?.Invoke(process);
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? "" : errors;
    }

    [GeneratedRegex("[0-9.]+%")]
    private static partial Regex Percentage();
}
