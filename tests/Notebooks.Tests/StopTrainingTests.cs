using System.Diagnostics;

namespace Notebooks.Tests;

/// <summary>The stop button while a network trains, by the kernel's messages.</summary>
[Collection("Jupyter")]
public sealed class StopTrainingTests
{
    [Fact]
    public async Task Training_stops_within_a_second_and_the_network_and_its_history_stay()
    {
        await using var kernel = new KernelClient(
            KernelClient.Own,
            start =>
            {
                start.WorkingDirectory = Path.Combine(Course.Root, "notebooks");
                start.Environment["CNN_TUTORIAL_OFFLINE"] = "1";
                start.Environment.Remove("CNN_TUTORIAL_DATA");
            }
        );
        await kernel.WaitUntilReadyAsync();
        Assert.Equal("ok", (await kernel.ExecuteAsync("#!import 04-compile.ipynb")).Status);

        var fit = kernel.SendExecute("var history = trainer.Fit(mnist.Train, epochs: 100, batchSize: 32);");
        for (var i = 0; i < 20; i++)
        {
            await kernel.NextAsync(message => message.Parent == fit && message.Type == "update_display_data");
        }

        var time = Stopwatch.StartNew();
        await kernel.InterruptAsync();
        var stopped = await kernel.EndOfAsync(fit);
        Assert.InRange(time.Elapsed.TotalSeconds, 0, 1);
        Assert.Equal("Interrupted", (string?)stopped.Reply["ename"]);

        var kept = await kernel.ExecuteAsync("$\"{history.StoppedBecause} {model.parameters().Count()}\"");
        Assert.StartsWith("Stopped by you in epoch", (string?)kept.Result!["text/plain"], StringComparison.Ordinal);
    }
}
