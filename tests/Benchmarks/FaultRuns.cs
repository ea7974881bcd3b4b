using System.Diagnostics;
using System.Globalization;
using CnnTutorial;

namespace Benchmarks;

/// <summary>The long forms of tests that put faults into training and its files.</summary>
internal static class FaultRuns
{
    /// <summary>Kills processes that save, and processes that train.</summary>
    public static async Task<int> InterruptAsync(string[] counts)
    {
        var (saves, trainings) = (Count(counts, 0, 200), Count(counts, 1, 40));
        var folder = Directory.CreateTempSubdirectory("cnn-tutorial-interruptions-").FullName;
        try
        {
            var (wrong, inTheMiddle) = await Interruptions.WhileSavingAsync(
                Directory.CreateDirectory(Path.Combine(folder, "saves")).FullName,
                saves,
                seed: 1
            );
            Console.WriteLine(
                $"{saves} killed while saving, {inTheMiddle} of them before the temporary file had its name: {wrong.Count} wrong."
            );
            foreach (var optimizer in (string[])["Adam", "SGD"])
            {
                var (otherwise, afterAnEpoch) = await Interruptions.WhileTrainingAsync(
                    Directory.CreateDirectory(Path.Combine(folder, optimizer)).FullName,
                    optimizer,
                    trainings / 2,
                    seed: 2
                );
                Console.WriteLine(
                    $"{trainings / 2} killed while training with {optimizer}, {afterAnEpoch} of them after an epoch or more: "
                        + $"{otherwise.Count} ended otherwise."
                );
                wrong.AddRange(otherwise);
            }

            wrong.ForEach(Console.WriteLine);
            return wrong.Count == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Spoils safetensors files.</summary>
    public static int Fuzz(string[] counts)
    {
        _ = Accelerator.Detect();
        var (inputs, seed) = (Count(counts, 0, 1_000_000), Count(counts, 1, 1));
        var begin = Stopwatch.GetTimestamp();
        var fuzz = new SafetensorsFuzz(seed);
        var wrong = fuzz.Run(inputs);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{inputs:N0} inputs in {Stopwatch.GetElapsedTime(begin).TotalSeconds:0} s: {fuzz.Refused:N0} refused, "
                    + $"{fuzz.Accepted:N0} read as they are, {wrong.Count:N0} wrong; at most {fuzz.MostMemory:0.0} bytes of memory for "
                    + $"a byte of input."
            )
        );
        wrong.Take(20).ToList().ForEach(Console.WriteLine);
        return wrong.Count == 0 ? 0 : 1;
    }

    private static int Count(string[] counts, int place, int otherwise) =>
        counts.Length > place ? int.Parse(counts[place], CultureInfo.InvariantCulture) : otherwise;
}
