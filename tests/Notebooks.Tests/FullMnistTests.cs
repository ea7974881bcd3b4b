using Notebooks.Tests.Drawing;

namespace Notebooks.Tests;

/// <summary>The course's training on all of MNIST.</summary>
public sealed class FullMnistTests
{
    /// <summary>Peak resident memory of the training notebook, as issue 2 of this project asks.</summary>
    private const long MemoryLimit = 2_000_000_000;

    [Theory]
    [InlineData("1e-2", 0.97)]
    [InlineData("1e-3", 0.988)]
    public async Task Ten_epochs_reach_the_accuracy_that_the_notebook_promises(string learningRate, double accuracy)
    {
        var data = FullData.Need();
        var folder = Directory.CreateTempSubdirectory("cnn-tutorial-full-").FullName;
        try
        {
            var run = await Course.RunAsync(
                folder,
                data,
                Path.Combine(Course.Root, "notebooks/05-train.ipynb"),
                Path.Combine(Course.Root, "notebooks/06-results.ipynb"),
                "--set",
                $"learningRate={learningRate}"
            );

            Assert.True(run.ExitCode == 0, run.ToString());
            var metrics = run.Metrics;
            Assert.Equal(
                (60000, 10000, 10),
                (
                    metrics.GetProperty("trainCount").GetInt32(),
                    metrics.GetProperty("testCount").GetInt32(),
                    metrics.GetProperty("epochs").GetInt32()
                )
            );
            Assert.InRange(metrics.GetProperty("testAccuracy").GetDouble(), accuracy, 1);
            Assert.InRange(run.Summary.GetProperty("notebooks")[0].GetProperty("peakMemoryBytes").GetInt64(), 1, MemoryLimit);
            if (learningRate == "1e-3")
            {
                await TenDigits.DrawAsync(run.File("06-results.html"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
