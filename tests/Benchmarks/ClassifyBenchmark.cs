using System.Diagnostics;
using CnnTutorial;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;
using OnnxTensor = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>;

namespace Benchmarks;

/// <summary>1,000 images classified by the course's network in TorchSharp and by its ONNX file in ONNX Runtime; and, where it is named, how
/// long notebook 08's console program takes for one picture, from its start to its end.</summary>
internal static class ClassifyBenchmark
{
    private const int Images = 1000;
    private const int Rounds = 5;

    public static async Task<int> RunAsync(string[] program)
    {
        manual_seed(1);
        var model = CourseModel.Create();
        model.eval();
        var images = CourseNetwork.Images(Images).ToImageTensor();
        var pixels = images.data<float>().ToArray();
        var path = Path.Combine(Directory.CreateTempSubdirectory("cnn-tutorial-onnx-").FullName, "model.onnx");
        Onnx.Save(model, path, 1, 28, 28);
        using var session = new InferenceSession(path);
        var (torchScores, onnxScores) = (TorchSharp(Images), OnnxRuntime(Images));
        Console.WriteLine($"Largest difference of a score: {torchScores.Zip(onnxScores, (a, b) => Math.Abs(a - b)).Max():0.0e+0}");
        var rows = new List<IReadOnlyList<object>>();
        foreach (var batch in new[] { 1, 100, Images })
        {
            rows.Add([$"TorchSharp, {batch} at a time", .. Milliseconds(() => TorchSharp(batch))]);
            rows.Add([$"ONNX Runtime, {batch} at a time", .. Milliseconds(() => OnnxRuntime(batch))]);
        }

        if (program is [var dll, var picture])
        {
            var times = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                var begin = Stopwatch.GetTimestamp();
                using var process = Process.Start(
                    new ProcessStartInfo("dotnet", [Path.GetFullPath(dll), Path.GetFullPath(picture)])
                    {
                        WorkingDirectory = Path.GetFullPath(Path.Combine(dll, "../../../..")),
                    }
                )!;
                await process.WaitForExitAsync();
                times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }

            rows.Add(["the console program, one picture", Report.Median(times), times.Min(), times.Max()]);
        }

        Report.Write("classify", [$"milliseconds for {Images:N0} images; {Rounds} rounds", "median", "least", "most"], rows);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return 0;

        List<float> TorchSharp(int batch)
        {
            using var noGradients = inference_mode();
            var scores = new List<float>();
            for (var first = 0; first < Images; first += batch)
            {
                using var scope = NewDisposeScope();
                scores.AddRange(model.call(images.narrow(0, first, batch)).data<float>());
            }

            return scores;
        }

        List<float> OnnxRuntime(int batch)
        {
            var scores = new List<float>();
            for (var first = 0; first < Images; first += batch)
            {
                var input = new OnnxTensor(pixels.AsMemory(first * 784, batch * 784), [batch, 1, 28, 28]);
                using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("images", input)]);
                scores.AddRange(outputs[0].AsTensor<float>());
            }

            return scores;
        }
    }

    private static object[] Milliseconds(Func<List<float>> classify)
    {
        classify();
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            classify();
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        return [Report.Median(times), times.Min(), times.Max()];
    }
}
