namespace Notebooks.Tests;

/// <summary>What a learner can get wrong around the notebooks: one sentence each, and exit code 1, since it is a cell that fails.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cnn-tutorial-bad-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Results_without_weights_say_which_notebook_to_run_first()
    {
        var run = await Course.RunAsync(_folder, null, Notebook("06-results"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            $"There are no weights at {Path.Combine(_folder, "mnist", "model.safetensors")}; run notebook 05-train, which writes it",
            run.Error,
            StringComparison.Ordinal
        );
        Assert.True(File.Exists(run.File("06-results.html")));
    }

    [Fact]
    public async Task Weights_that_are_none_are_refused()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "mnist"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "mnist", "model.safetensors"),
            "nonsense",
            TestContext.Current.CancellationToken
        );
        var run = await Course.RunAsync(_folder, null, Notebook("06-results"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot be loaded into this model", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_is_not_there_is_named_and_not_passed_over()
    {
        var missing = Path.Combine(_folder, "no such folder");
        var run = await Course.RunAsync(_folder, missing, Notebook("02-data"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(missing, run.Error, StringComparison.Ordinal);
        Assert.Contains("CNN_TUTORIAL_DATA", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_that_no_notebook_has_is_wrong_use_and_the_known_ones_are_named()
    {
        var run = await Course.RunAsync(_folder, null, "--set", "epoch=3");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("epoch", run.Errors, StringComparison.Ordinal);
        foreach (var known in (string[])["epochs", "batchSize", "learningRate", "seed"])
        {
            Assert.Contains(known, run.Errors, StringComparison.Ordinal);
        }
    }

    private static string Notebook(string name) => Path.Combine(Course.Root, "notebooks", $"{name}.ipynb");
}
