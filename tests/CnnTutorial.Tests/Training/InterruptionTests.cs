namespace CnnTutorial.Tests.Training;

/// <summary>A shortened form; <c>dotnet run --project tests/Benchmarks -- interruptions</c> is the long one.</summary>
[Collection(TorchRandom.Name)]
public sealed class InterruptionTests
{
    [Fact]
    public async Task Whoever_is_killed_while_saving_leaves_the_old_file_or_the_new_one()
    {
        using var folder = new TemporaryFolder();
        var (wrong, inTheMiddle) = await Interruptions.WhileSavingAsync(folder.Path, kills: 12, seed: 1);
        Assert.Empty(wrong);
        Assert.True(inTheMiddle > 0, "No process was killed in the middle of a save, so that nothing was tested.");
    }

    [Theory]
    [InlineData("Adam")]
    [InlineData("SGD")]
    public async Task A_training_that_is_killed_ends_as_if_it_had_not_been(string optimizer)
    {
        using var folder = new TemporaryFolder();
        var (wrong, afterAnEpoch) = await Interruptions.WhileTrainingAsync(folder.Path, optimizer, kills: 2, seed: 2);
        Assert.Empty(wrong);
        Assert.True(afterAnEpoch > 0, "No training was killed after its first epoch, so that nothing was tested.");
    }

    [Theory]
    [InlineData("Adam on whole batches")]
    [InlineData("Adam in parts")]
    public async Task A_training_ends_the_same_whenever_garbage_is_collected(string optimizer)
    {
        using var folder = new TemporaryFolder();
        var (quiet, collecting) = await Interruptions.WhileCollectingAsync(folder.Path, optimizer);
        Assert.NotEmpty(quiet);
        Assert.Equal(quiet, collecting);
    }
}
