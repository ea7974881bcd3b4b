using Notebooks.Tests.Drawing;

namespace Notebooks.Tests;

/// <summary>The course's training on all of MNIST.</summary>
public sealed class FullMnistTests
{
    /// <summary>Peak resident memory of the training notebook, as issue 2 of this project asks.</summary>
    private const long MemoryLimit = 2_000_000_000;

    [Fact]
    public async Task Two_trainings_reach_the_accuracy_that_the_course_promises()
    {
        var data = FullData.Need();
        var folder = Directory.CreateTempSubdirectory("cnn-tutorial-full-").FullName;
        try
        {
            var run = await Course.RunAsync(
                folder,
                data,
                Path.Combine(Course.Root, "notebooks/05-train.ipynb"),
                Path.Combine(Course.Root, "notebooks/06-results.ipynb")
            );

            Assert.True(run.ExitCode == 0, run.ToString());
            var metrics = run.Metrics;
            Assert.Equal(
                (55000, 5000, 10000, 10),
                (
                    metrics.GetProperty("trainCount").GetInt32(),
                    metrics.GetProperty("validationCount").GetInt32(),
                    metrics.GetProperty("testCount").GetInt32(),
                    metrics.GetProperty("epochs").GetInt32()
                )
            );
            Assert.InRange(metrics.GetProperty("testAccuracy").GetDouble(), 0.985, 1);
            Assert.InRange(run.Summary.GetProperty("notebooks")[0].GetProperty("peakMemoryBytes").GetInt64(), 1, MemoryLimit);
            await TenDigits.DrawAsync(run.File("06-results.html"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
