using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Step 1: each image once per epoch, newly shuffled, with its label, as tensors that a network takes.</summary>
internal static class PipelineCheck
{
    // 7 batches, the last of 4: neither the count nor its parts divide evenly.
    private const int Count = 100;
    private const int BatchSize = 16;

    /// <summary>Other sizes, to detect a constant in the function: batches that divide evenly, a split smaller than a
    /// batch, batches of one image.</summary>
    private static readonly (int Count, int BatchSize)[] OtherSizes = [(48, 16), (37, 10), (7, 16), (3, 1)];

    public static string Run(Func<ImageSplit, int, Device, IEnumerable<Batch>> pipeline)
    {
        var split = PracticeImages.Numbered(Count, seed: 1);
        var seeds = new SeedProbe();
        var first = Next();
        first.ThrowIfIncomplete(() => Epoch(pipeline, split, BatchSize));
        LabelOrder.ThrowIfWrong(split, first);
        BatchOrder.ThrowIfNotShuffled(first);

        var live = LiveTensors.Count;
        var lifetimes = new BatchLifetimes();
        var second = Next(lifetimes);
        var left = LiveTensors.Count - live;
        BatchOrder.ThrowIfSame(first, second, seeds.Reseeds);
        second.ThrowIfIncomplete(() => Epoch(pipeline, split, BatchSize));
        LabelOrder.ThrowIfWrong(split, second);
        var third = Next();
        BatchOrder.ThrowIfSame(first, third, seeds.Reseeds);
        BatchOrder.ThrowIfSame(second, third, seeds.Reseeds);
        ThrowIfReseeds(seeds);
        foreach (var (count, batchSize) in OtherSizes)
        {
            WithOtherSize(pipeline, count, batchSize);
        }

        if (left > 0)
        {
            throw new WrongAnswerException(
                "No tensor is left when an epoch is over: a batch lives until the next one is asked for.",
                $"One epoch of {first.Batches.Count} batches left {TensorLeak.Tensors(left)} behind.",
                "Write `using var` before each tensor and each batch that your function makes: they are then freed when the "
                    + "function goes on after `yield return`. `narrow` and `to(device)` make new tensors too, and leave the old ones as "
                    + "they "
                    + "are: use what they return."
                    + (lifetimes.Held > 0 ? " A list of all batches keeps all of them: hand each one over with `yield return`." : "")
            );
        }

        lifetimes.ThrowIfLate();
        return $"{Count} images in {first.Batches.Count} batches, each image once with its own label, in another order in each of three "
            + "epochs; the last, smaller batch was there, other sizes work too, and no tensor was left behind.";

        PipelineEpoch Next(BatchLifetimes? lifetimes = null)
        {
            seeds.Begin();
            var epoch = Epoch(pipeline, split, BatchSize, lifetimes);
            seeds.End();
            return epoch;
        }
    }

    private static PipelineEpoch Epoch(
        Func<ImageSplit, int, Device, IEnumerable<Batch>> pipeline,
        ImageSplit split,
        int batchSize,
        BatchLifetimes? lifetimes = null
    )
    {
        var before = new ImageSplit([.. split.Images], [.. split.Labels], split.Rows, split.Columns);
        var batches =
            pipeline(split, batchSize, CPU)
            ?? throw new WrongAnswerException(
                "A sequence of batches.",
                "Your function returned null.",
                "Write `yield return` where a batch is ready."
            );
        var epoch = new PipelineEpoch(split.Count, batchSize);
        foreach (var batch in batches)
        {
            // Before the check makes tensors of its own.
            lifetimes?.Note(batch);
            LeftSwitchedOff.Check("your function had handed over a batch");
            using var scope = NewDisposeScope();
            epoch.Add(BatchReading.Of(batch, before, epoch.ImageCount));
            if (epoch.ImageCount > 3 * split.Count)
            {
                epoch.ThrowIfOverlapping();
                throw new WrongAnswerException(
                    $"One call is one epoch: it ends after the {split.Count} images of the split.",
                    $"After {epoch.ImageCount} images your function still went on.",
                    "Your loop over the batches needs an end: it starts at 0 and goes on while the start is less than `split.Count`."
                );
            }
        }

        LeftSwitchedOff.Check("your function had ended");
        ThrowIfChanged(split, before);
        return epoch;
    }

    private static void WithOtherSize(Func<ImageSplit, int, Device, IEnumerable<Batch>> pipeline, int count, int batchSize)
    {
        var with =
            $"With {Count} images in batches of {BatchSize} all was right; with {count} images in batches of {batchSize} it was not.";
        const string Literal =
            "Is there a number in your function that fits one size only, such as the count of images, of batches, or the "
            + "batch size? "
            + "Use `split.Count` and `batchSize`.";
        try
        {
            var split = PracticeImages.Numbered(count, seed: 2);
            var epoch = Epoch(pipeline, split, batchSize);
            epoch.ThrowIfIncomplete(() => Epoch(pipeline, split, batchSize));
            LabelOrder.ThrowIfWrong(split, epoch);
        }
        catch (WrongAnswerException e)
        {
            throw e.After(with, Literal);
        }
        catch (Exception e) when (e is not NotImplementedException)
        {
            var (seen, hint, _) = ExceptionCause.Of(e);
            throw new WrongAnswerException("Code that runs to its end, with any number of images.", $"{with} {seen}", $"{hint} {Literal}");
        }
    }

    private static void ThrowIfReseeds(SeedProbe seeds)
    {
        if (seeds.Reseeds)
        {
            throw new WrongAnswerException(
                "Random numbers that go on from call to call.",
                "Two epochs ended with TorchSharp's random numbers in the same state: your function sets them to a fixed start.",
                "Leave out `torch.manual_seed` in your function. It begins the random numbers of the whole notebook again: dropout, "
                    + "too, would "
                    + "repeat itself in each epoch."
            );
        }
    }

    private static void ThrowIfChanged(ImageSplit split, ImageSplit before)
    {
        if (!split.Images.AsSpan().SequenceEqual(before.Images) || !split.Labels.AsSpan().SequenceEqual(before.Labels))
        {
            throw new WrongAnswerException(
                "The split stays as it is.",
                "Your function changed the split's own images or labels.",
                "Shuffle the numbers 0 to N − 1 and pick by them, and do not shuffle `split.Images` or `split.Labels` themselves."
            );
        }
    }
}
