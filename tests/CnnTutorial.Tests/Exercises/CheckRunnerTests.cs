using System.Diagnostics;
using CnnTutorial.Tests.Training;
using Microsoft.DotNet.Interactive.Formatting;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial.Tests.Exercises;

/// <summary>Whatever a learner's code does, the answer is a card, and the notebook goes on as if nothing had happened.</summary>
[Collection(TorchRandom.Name)]
public sealed class CheckRunnerTests
{
    [Fact]
    public void The_stub_is_not_yet_and_its_own_words_are_shown()
    {
        var result = Exercise.CheckPipeline((_, _, _) => throw new NotImplementedException("Fill me in: MyBatches."));
        Assert.Equal(CheckStatus.NotYet, result.Status);
        Assert.False(result.Passed);
        Assert.StartsWith(
            "○ Not yet. Step 1: your own data pipeline\n  “Fill me in: MyBatches.”",
            result.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_exception_is_shown_with_the_function_and_the_line_it_came_from()
    {
        var result = Exercise.CheckPipeline((split, _, device) => Throws(split, device));
        Assert.Equal(CheckStatus.NotRight, result.Status);
        Assert.Equal("DivideByZeroException: Attempted to divide by zero.", result.Seen);
        Assert.Matches(@"It happened in Throws, line \d+ of its cell\.", result.Hint);

        static IEnumerable<Batch> Throws(ImageSplit split, Device device)
        {
            using var images = split.ToImageTensor(device);
            yield return new Batch(images, null!) { Labels = tensor(new long[split.Count / (split.Count - split.Count)]) };
        }
    }

    [Fact]
    public void A_native_exception_is_one_line_and_explained()
    {
        var result = Exercise.CheckPipeline(
            (split, _, device) => [new Batch(split.ToImageTensor(device).view(3, 3), split.ToLabelTensor(device))]
        );
        Assert.DoesNotContain('\n', result.Seen);
        Assert.DoesNotContain("frame #0", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_code_gets_a_card_in_time()
    {
        var stop = false;
        var limit = CheckRunner.TimeLimit;
        CheckRunner.TimeLimit = TimeSpan.FromSeconds(0.5);
        try
        {
            var clock = Stopwatch.StartNew();
            var result = Exercise.CheckThirdBlock(() =>
            {
                while (!Volatile.Read(ref stop))
                {
                    Thread.Sleep(1);
                }

                return null!;
            });
            Assert.InRange(clock.Elapsed.TotalSeconds, 0.4, 10);
            Assert.Equal(CheckStatus.NotRight, result.Status);
            Assert.Contains("After 0.5 seconds your code was still running", result.Seen, StringComparison.Ordinal);
            Assert.Contains("restart the kernel", result.Hint, StringComparison.Ordinal);
        }
        finally
        {
            Volatile.Write(ref stop, true);
            CheckRunner.TimeLimit = limit;
        }
    }

    [Fact]
    public void A_million_printed_lines_leave_room_for_the_card()
    {
        var (before, printed) = (Console.Out, new StringWriter());
        Console.SetOut(printed);
        try
        {
            var during = Console.Out;
            var result = Exercise.CheckThirdBlock(() =>
            {
                for (var i = 0; i < 1_000_000; i++)
                {
                    Console.WriteLine(i);
                }

                return null!;
            });
            Assert.Equal(
                "Your function returned null. Your code printed 1,000,000 lines, and only the first are shown; leave the printing out.",
                result.Seen
            );
            Assert.Equal(CheckOutput.Lines, printed.ToString().Split('\n').Length - 1);
            Assert.Same(during, Console.Out);
            Console.WriteLine("afterwards");
            Assert.EndsWith("afterwards" + Environment.NewLine, printed.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Console.SetOut(before);
        }
    }

    [Fact]
    public void An_exception_of_an_async_void_method_is_a_card_and_ends_no_process()
    {
        var result = Exercise.CheckThirdBlock(() =>
        {
            Later();
            return nn.Sequential(("fc1", nn.Linear(3, 3)));
        });
        Assert.Equal(CheckStatus.NotRight, result.Status);

        static async void Later()
        {
            await Task.Delay(20);
            throw new IOException("nobody catches this");
        }
    }

    [Fact]
    public void What_the_check_itself_cannot_go_on_with_is_not_called_an_exception_of_the_learner()
    {
        var result = Exercise.CheckCheckpoints(folder => new Odd(folder));
        Assert.DoesNotContain("05-train", result.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Your code threw", result.ToString(), StringComparison.Ordinal);
    }

    private sealed class Odd(string folder) : Callback
    {
        public override void OnTrainEnd(TrainingState state, History history) => Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_random_numbers_and_defaults_of_the_notebook_are_left_as_they_were()
    {
        var threads = get_num_threads();
        manual_seed(5);
        using var expected = rand(4);
        manual_seed(5);
        Exercise.CheckThirdBlock(() =>
        {
            manual_seed(99);
            set_default_dtype(ScalarType.Float64);
            return nn.Sequential(("fc1", nn.Linear(3, 3)));
        });
        Assert.Equal(ScalarType.Float32, get_default_dtype());
        Assert.Equal(threads, get_num_threads());
        using var seen = rand(4);
        Assert.Equal(expected.data<float>().ToArray(), seen.data<float>().ToArray());
    }

    [Fact]
    public void A_card_tells_its_three_states_apart_without_colour_and_shows_no_html_of_the_learner()
    {
        CheckResult[] results =
        [
            new(CheckStatus.Passed, "Step", "fine"),
            new(CheckStatus.NotYet, "Step", "wait"),
            new(CheckStatus.NotRight, "Step", "<b>1</b>", "2 < 3", "in `foreach`"),
        ];
        Assert.Equal(
            ["✓ Passed. Step", "○ Not yet. Step", "✗ Not right yet. Step"],
            results.Select(result => result.ToString().Split('\n')[0])
        );
        var html = results[2].ToDisplayString(HtmlFormatter.MimeType);
        Assert.Contains("<b>Expected:</b> 2 &lt; 3", html, StringComparison.Ordinal);
        Assert.Contains("<b>Seen:</b> &lt;b&gt;1", html, StringComparison.Ordinal);
        Assert.Contains("<b>Where to look:</b> in <code>foreach</code>", html, StringComparison.Ordinal);
        Assert.Equal(
            "✗ Not right yet. Step\n  Expected: 2 < 3\n  Seen: <b>1</b>\n  Where to look: in `foreach`",
            results[2].ToDisplayString(PlainTextFormatter.MimeType)
        );
    }
}
