using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Step 1: each image once an epoch, shuffled anew, with its label, as tensors that a network takes.</summary>
internal static class PipelineCheck
{
    // 7 batches, the last of 4: neither the count nor its parts divide evenly.
    private const int Count = 100;
    private const int BatchSize = 16;

    public static string Run(Func<ImageSplit, int, Device, IEnumerable<Batch>> pipeline)
    {
        var split = PracticeImages.Numbered(Count, seed: 1);
        var first = Epoch(pipeline, split);
        Complete(first);
        LabelsBelong(split, first);
        Shuffled(first);

        var live = LiveTensors.Count;
        var lifetimes = new BatchLifetimes();
        var second = Epoch(pipeline, split, lifetimes);
        var left = LiveTensors.Count - live;
        if (Indices(second).SequenceEqual(Indices(first)))
        {
            throw new WrongAnswerException(
                "A new order in every epoch: each call of your function is one epoch.",
                "Two epochs had the same order.",
                "Draw the random order inside the function, and do not fix the seed in there: a `new Random(1)` or `manual_seed` starts "
                    + "the same sequence again."
            );
        }

        Complete(second);
        Epoch(pipeline, PracticeImages.Numbered(7, seed: 2));
        if (left > 0)
        {
            throw new WrongAnswerException(
                "No tensor is left when an epoch is over: a batch lives until the next one is asked for.",
                $"One epoch of {first.Count} batches left {left} tensors behind.",
                "Write `using var` before each tensor and each batch that your function makes: what an iterator holds so is freed when "
                    + "it goes on after `yield return`."
            );
        }

        lifetimes.Judge();
        return $"{Count} images in {first.Count} batches, each image once with its own label, in another order in the second epoch; the "
            + "last, smaller batch was there, and no tensor was left behind.";
    }

    /// <summary>One epoch as the numbers of its images and their labels, batch by batch.</summary>
    private static List<(int[] Images, long[] Labels)> Epoch(
        Func<ImageSplit, int, Device, IEnumerable<Batch>> pipeline,
        ImageSplit split,
        BatchLifetimes? lifetimes = null
    )
    {
        var batches =
            pipeline(split, BatchSize, CPU)
            ?? throw new WrongAnswerException(
                "A sequence of batches.",
                "Your function returned null.",
                "Write `yield return` where a batch is ready."
            );
        var epoch = new List<(int[], long[])>();
        var images = 0;
        foreach (var batch in batches)
        {
            // Before the check makes tensors of its own.
            lifetimes?.Note(batch);
            using var scope = NewDisposeScope();
            var read = BatchReading.Of(batch, split);
            epoch.Add(read);
            images += read.Images.Length;
            if (images > 2 * split.Count)
            {
                throw new WrongAnswerException(
                    $"One call is one epoch: it ends after the {split.Count} images of the split.",
                    $"After {images} images your function still went on.",
                    "Your loop over the batches needs an end: it starts at 0 and goes on while the start is less than `split.Count`."
                );
            }
        }

        return epoch;
    }

    private static void Complete(List<(int[] Images, long[] Labels)> epoch)
    {
        if (epoch.Count == 0)
        {
            throw new WrongAnswerException(
                $"Batches of {BatchSize} images.",
                "No batch came.",
                "`yield return batch;` hands one over: is that line reached? The loop begins at 0 and goes on while the start is less "
                    + "than `split.Count`."
            );
        }

        var sizes = string.Join(", ", epoch.Select(batch => batch.Images.Length));
        var expected =
            $"Batches of {BatchSize} images; {Count} images make {Count / BatchSize} of them and a last one of {Count % BatchSize}.";
        var seen = Indices(epoch).ToList();
        if (seen.Distinct().Count() is var distinct && distinct < seen.Count)
        {
            throw new WrongAnswerException(
                "Each image exactly once an epoch.",
                $"Of {seen.Count} images in the epoch only {distinct} were different; image "
                    + $"{seen.GroupBy(i => i).First(group => group.Count() > 1).Key} came more than once.",
                "Do not draw a random number for each place, which draws some twice; shuffle the numbers 0 to N − 1, as `randperm(N)` "
                    + "does, and take them in turn."
            );
        }

        if (seen.Count == Count - (Count % BatchSize))
        {
            throw new WrongAnswerException(
                expected,
                $"Batches of {sizes}: the last {Count % BatchSize} images are missing.",
                "The last batch is smaller and still belongs to the epoch: look at the condition of your loop, and let the last batch "
                    + "have min(batchSize, what is left) images."
            );
        }

        if (seen.Count < Count)
        {
            throw new WrongAnswerException(
                "Each image exactly once an epoch.",
                $"Only {seen.Count} of {Count} images came, in batches of {sizes}.",
                "Look at where your loop starts and ends, and by how much it goes on."
            );
        }

        if (epoch.Take(epoch.Count - 1).Any(batch => batch.Images.Length != BatchSize) || epoch[^1].Images.Length != Count % BatchSize)
        {
            throw new WrongAnswerException(expected, $"Batches of {sizes}.", "Use the parameter batchSize, by which your loop goes on.");
        }
    }

    private static void LabelsBelong(ImageSplit split, List<(int[] Images, long[] Labels)> epoch)
    {
        var labels = epoch.SelectMany(batch => batch.Labels).ToList();
        var wrong = Indices(epoch).Where((image, place) => split.Labels[image] != labels[place]).Count();
        if (wrong > 0)
        {
            var inFileOrder = labels.SequenceEqual(split.Labels.Select(label => (long)label));
            throw new WrongAnswerException(
                "Each label still belongs to its image.",
                inFileOrder
                    ? "The images are shuffled, the labels are still in the order of the file."
                    : $"{wrong} of {Count} labels belong to another image; the labels have an order of their own.",
                "Take images and labels by the same numbers: index both with the same part of one random order."
            );
        }
    }

    private static void Shuffled(List<(int[] Images, long[] Labels)> epoch)
    {
        const string Expected = "The images in random order.";
        if (Indices(epoch).SequenceEqual(Enumerable.Range(0, Count)))
        {
            throw new WrongAnswerException(
                Expected,
                "The images came in the order of the file.",
                "Make a random order of the numbers 0 to N − 1 with `randperm`, and pick each batch's images by it with `index_select`."
            );
        }

        if (epoch.TrueForAll(batch => batch.Images.Max() - batch.Images.Min() < BatchSize))
        {
            throw new WrongAnswerException(
                Expected,
                "Only within each batch the images are shuffled; the same images always come together.",
                "Shuffle the numbers of all images first, and only then cut them into batches."
            );
        }
    }

    private static IEnumerable<int> Indices(List<(int[] Images, long[] Labels)> epoch) => epoch.SelectMany(batch => batch.Images);
}
