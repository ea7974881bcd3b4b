using System.Text.RegularExpressions;
using NotebookHost.Documents;

namespace Notebooks.Tests;

/// <summary>The exercise as a learner finds it, and its solution.</summary>
[Collection(nameof(BundledCourse))]
public sealed partial class ExerciseTests(BundledCourse course)
{
    private const string Exercise = "07-exercise-fashion-mnist.ipynb";
    private const string Solution = "07-solution-fashion-mnist.ipynb";

    [Fact]
    public void The_solution_is_the_same_notebook_but_for_the_cells_that_are_filled_in()
    {
        var (exercise, solution) = (Load(Exercise), Load(Solution));
        Assert.Equal(exercise.Cells.Select(cell => (cell.Id, cell.Kind)), solution.Cells.Select(cell => (cell.Id, cell.Kind)));
        Assert.All(
            exercise.Cells.Zip(solution.Cells),
            pair =>
            {
                Assert.Equal(pair.First.Tags, pair.Second.Tags);
                var stub = pair.First.Source.Contains("NotImplementedException", StringComparison.Ordinal);
                Assert.Equal(stub, pair.First.Tags.Contains("solution"));
                Assert.Equal(stub, pair.First.Source != pair.Second.Source);
                Assert.DoesNotContain("NotImplementedException", pair.Second.Source, StringComparison.Ordinal);
            }
        );
    }

    [Fact]
    public void Unsolved_it_runs_to_its_end_and_says_not_yet_five_times()
    {
        // BundledCourseTests checks that it ran without an error.
        var outputs = course.Run.Outputs(Exercise);
        Assert.Equal(5, Count(outputs, "○ Not yet. Step"));
        Assert.DoesNotContain("✓ Passed", outputs, StringComparison.Ordinal);
        Assert.DoesNotContain("✗ Not right", outputs, StringComparison.Ordinal);
        Assert.Contains("This last part waits for you.", outputs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_solution_passes_every_step_and_trains()
    {
        // Few epochs: the other test checks what training reaches. Ten for the learner's own training, because of the callback.
        var outputs = await SolveAsync(null, "--set", "epochs=1", "--set", "myEpochs=10", "--set", "compareEpochs=1");
        Assert.Matches(@"epoch-10\.safetensors: [\d,]+ bytes", outputs);
        Assert.Matches("Two blocks *: .*; mean .*, from lowest to highest", outputs);
        Assert.Matches("Three blocks: .*; mean .*, from lowest to highest", outputs);
        Assert.InRange(Accuracy(outputs), 0.7, 1);
    }

    [Fact]
    public async Task On_all_of_fashion_mnist_the_solution_trains_too()
    {
        // What ten epochs reach takes minutes, and was measured by hand.
        var outputs = await SolveAsync(FullData.Need(), "--set", "epochs=1", "--set", "myEpochs=1");
        Assert.InRange(Accuracy(outputs), 0.75, 1);
    }

    private static async Task<string> SolveAsync(string? data, params string[] parameters)
    {
        var folder = Directory.CreateTempSubdirectory("cnn-tutorial-solution-").FullName;
        try
        {
            var run = await Course.RunAsync(folder, data, [Path.Combine(Course.Root, "notebooks", Solution), .. parameters]);
            Assert.True(run.ExitCode == 0, run.ToString());
            var outputs = run.Outputs(Solution);
            Assert.Equal(5, Count(outputs, "✓ Passed. Step"));
            Assert.True(File.Exists(Path.Combine(folder, "fashion-mnist", "my-model.safetensors")));
            return outputs;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Accuracy(string outputs) => double.Parse(TestAccuracy().Match(outputs).Groups["percent"].Value) / 100;

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static NotebookDocument Load(string name) => NotebookDocument.Load(Path.Combine(Course.Root, "notebooks", name));

    [GeneratedRegex(@"Test accuracy of the loaded network: (?<percent>[\d.]+) %")]
    private static partial Regex TestAccuracy();
}
