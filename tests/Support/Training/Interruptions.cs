using System.Diagnostics;
using System.Globalization;

namespace Support.Training;

/// <summary>Kills processes that save or train, with a signal that they cannot see, and looks at what they leave.</summary>
internal static class Interruptions
{
    /// <summary>Kills a process that saves without a pause, at random moments, and checks after each what lies on the disk.</summary>
    /// <returns>What was wrong, one sentence each; and how many were killed before their temporary file had its name.</returns>
    public static async Task<(List<string> Wrong, int InTheMiddle)> WhileSavingAsync(string folder, int kills, int seed)
    {
        var path = Path.Combine(folder, "model.safetensors");
        var random = new Random(seed);
        var wrong = new List<string>();
        var (next, strays) = (1, 0);
        for (var kill = 1; kill <= kills; kill++)
        {
            using var child = Start("save", path, $"{next}");
            var saved = int.Parse(await child.StandardOutput.ReadLineAsync() ?? "", CultureInfo.InvariantCulture);
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 40));
            child.Kill();
            foreach (var line in (await child.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                saved = int.Parse(line, CultureInfo.InvariantCulture);
            }

            await child.WaitForExitAsync();
            var left = Directory.GetFiles(folder, "*.tmp").Length;
            strays += left;
            if (left > 1)
            {
                wrong.Add($"Kill {kill}: {left} temporary files.");
            }

            if (What(path) is not { } found || (found != saved && found != saved + 1))
            {
                wrong.Add($"Kill {kill}: save {saved} was done, and the file holds {What(path)}.");
            }

            next = saved + 2;
        }

        using var model = ChildWork.Numbers();
        Weights.Save(model, path);
        if (Directory.GetFiles(folder) is not [var only] || only != path)
        {
            wrong.Add($"After the next save: {string.Join(", ", Directory.GetFiles(folder).Select(Path.GetFileName))}.");
        }

        return (wrong, strays);
    }

    /// <summary>Kills a training at random moments, lets it go on each time, and compares its end with that of one that was left
    /// alone.</summary>
    /// <returns>What was wrong, one sentence each; and how often a killed training had finished an epoch.</returns>
    public static async Task<(List<string> Wrong, int AfterAnEpoch)> WhileTrainingAsync(
        string folder,
        string optimizer,
        int kills,
        int seed
    )
    {
        var random = new Random(seed);
        var (expected, seconds) = await TrainAsync(Path.Combine(folder, "alone"), optimizer);
        var wrong = new List<string>();
        var (done, afterAnEpoch, round) = (0, 0, 0);
        while (done < kills)
        {
            // Three kills to a training: more and it would hardly come to its end.
            var checkpoints = Path.Combine(folder, $"killed-{round++}");
            for (var i = 0; i < 3 && done < kills; i++)
            {
                using var child = Start("train", checkpoints, Path.Combine(folder, "never"), optimizer);
                // At a random moment of the first epoch from here, of the second or of the third.
                for (var epochs = random.Next(3); epochs >= 0; epochs--)
                {
                    await child.StandardOutput.ReadLineAsync();
                }

                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * seconds / ChildWork.Epochs));
                child.Kill();
                await child.WaitForExitAsync();
                if (child.ExitCode == 0)
                {
                    break;
                }

                done++;
                afterAnEpoch += Checkpoint.Latest(checkpoints) is null ? 0 : 1;
            }

            var (found, _) = await TrainAsync(checkpoints, optimizer);
            if (found != expected)
            {
                wrong.Add($"Training {round} ended differently than without interruptions:\n{found}\nand not\n{expected}");
            }
        }

        return (wrong, afterAnEpoch);
    }

    /// <summary>Trains twice, once while another thread collects garbage without a pause, so that whatever nothing refers to is freed
    /// at once.</summary>
    /// <returns>How both ended; empty for a training that crashed.</returns>
    public static async Task<(string Quiet, string Collecting)> WhileCollectingAsync(string folder, string optimizer)
    {
        var (quiet, _) = await TrainAsync(Path.Combine(folder, "quiet"), optimizer);
        var (collecting, _) = await TrainAsync(Path.Combine(folder, "collecting"), optimizer, "train-while-collecting");
        return (quiet, collecting);
    }

    private static async Task<(string Result, double Seconds)> TrainAsync(string checkpoints, string optimizer, string work = "train")
    {
        var result = $"{checkpoints}-result";
        using var child = Start(work, checkpoints, result, optimizer);
        await child.StandardOutput.ReadLineAsync();
        var start = Stopwatch.GetTimestamp();
        await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return (File.Exists(result) ? await File.ReadAllTextAsync(result) : "", Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>The number that all weights of a file are, or null.</summary>
    private static int? What(string path)
    {
        try
        {
            using var model = ChildWork.Numbers();
            Weights.Load(model, path);
            var numbers = PracticeNetwork.Weights(model).Distinct().ToList();
            return numbers is [var number] ? (int)number : null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return null;
        }
    }

    private static Process Start(params string[] arguments)
    {
        var command = ChildProgram.Command(ChildProgram.Work, arguments);
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        // Compiled code as it is after a while: it lets go of objects as early as it may.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        return TestProcess.Start(start);
    }
}
