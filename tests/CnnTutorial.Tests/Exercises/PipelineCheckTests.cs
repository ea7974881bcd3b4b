using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial.Tests.Exercises;

[Collection(TorchRandom.Name)]
public sealed class PipelineCheckTests
{
    private delegate IEnumerable<Batch> Pipeline(ImageSplit split, int batchSize, Device device);

    private static readonly Dictionary<string, (Pipeline Code, string Seen)> Mistakes = new()
    {
        ["not shuffled"] = (
            (split, size, _) => Yield(split, size, Enumerable.Range(0, split.Count)),
            "The images came in the order of the file."
        ),
        ["images shuffled, labels not"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), labelOrder: [.. Enumerable.Range(0, split.Count)]),
            "labels are still in the order"
        ),
        ["labels shuffled on their own"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), labelOrder: Shuffled(split.Count)),
            "labels have an order of their own"
        ),
        ["the same order each epoch"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count, new Random(1))),
            "Two epochs had the same order"
        ),
        ["shuffled within the batches only"] = (
            (split, size, _) => Yield(split, size, Enumerable.Range(0, split.Count).Chunk(size).SelectMany(chunk => chunk.Reverse())),
            "only within each batch"
        ),
        ["last batch dropped"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count)[..(split.Count / size * size)]),
            "the last 4 images are missing"
        ),
        ["an image too few"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count)[1..]),
            "and in the next epoch another one was missing: as if the loop began at 1 or ended 1"
        ),
        ["drawn with replacement"] = (
            (split, size, _) => Yield(split, size, Enumerable.Range(0, split.Count).Select(_ => Random.Shared.Next(split.Count))),
            "came more than once, and batch"
        ),
        ["batch size not used"] = ((split, _, _) => Yield(split, 32, Shuffled(split.Count)), "Batches of 32, 32, 32, 4."),
        ["an epoch without end"] = ((split, size, _) => Endless(split, size), "still went on"),
        ["bytes not scaled"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), images => images * 255),
            "bytes that were not scaled"
        ),
        ["divided twice"] = ((split, size, _) => Yield(split, size, Shuffled(split.Count), images => images / 255), "divided by 255 twice"),
        ["divided by 256"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), images => images * 255 / 256),
            "Pixels from 0 to 0.996"
        ),
        ["images of doubles"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), images => images.to(ScalarType.Float64)),
            "Images of type Float64"
        ),
        ["labels of 32 bits"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), labels: labels => labels.to(ScalarType.Int32)),
            "Labels of type Int32"
        ),
        ["one-hot labels"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), labels: labels => nn.functional.one_hot(labels, 10)),
            "Labels of shape [16, 10]"
        ),
        ["no channel"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), images => images.squeeze(1)),
            "the channel dimension is missing"
        ),
        ["flat images"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), images => images.flatten(1)),
            "Images of shape [16, 784]"
        ),
        ["another split"] = (
            (_, size, _) => Yield(PracticeImages.Numbered(100, seed: 99), size, Shuffled(100)),
            "An image that is not in it"
        ),
        ["freed before it is handed over"] = (FreedTooEarly, "freed before they were handed over"),
        ["freed at the end of the epoch"] = (FreedAtTheEnd, "when its last batch came, 6 earlier ones still lived"),
        ["made in a list"] = (MadeInAList, "when its last batch came, 6 earlier ones still lived"),
        ["slices freed at the end of the epoch"] = (SlicesFreedAtTheEnd, "each left 1 more of its tensors alive"),
        ["never freed"] = (NeverFreed, "tensors behind"),
        ["bytes divided as whole numbers"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), images => (images * 255 / 255).floor()),
            "255 became 1, and all smaller bytes became 0"
        ),
        ["inverted"] = ((split, size, _) => Yield(split, size, Shuffled(split.Count), images => 1 - images), "inverted: paper became ink"),
        ["from -1 to 1"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), images => (images - 0.5) / 0.5),
            "each pixel is its byte divided by 127.5, minus 1"
        ),
        ["rows and columns swapped"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), images => images.transpose(2, 3)),
            "with rows and columns swapped"
        ),
        ["mirrored"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), images => images.flip(3)),
            "left and right are swapped"
        ),
        ["begins in the middle of an image"] = (
            (split, size, device) =>
                Yield(
                    new ImageSplit([.. split.Images[28..], .. split.Images[..28]], split.Labels, 28, 28),
                    size,
                    Shuffled(split.Count - 1)
                ),
            "An image that begins in the middle of another"
        ),
        ["goes on by too little"] = (
            (split, size, _) => Slices(split, Shuffled(split.Count), Starts(split.Count, size - 1), size),
            "your loop went on by 15 and not by 16"
        ),
        ["goes on by one image"] = (
            (split, size, _) => Slices(split, Shuffled(split.Count), Starts(split.Count, 1), size),
            "your loop went on by 1 and not by 16"
        ),
        ["goes on by too much"] = (
            (split, size, _) => Slices(split, Shuffled(split.Count), Starts(split.Count, size + 1), size),
            "your loop went on by 17 and not by 16"
        ),
        ["each batch twice"] = (
            (split, size, _) =>
                Slices(split, Shuffled(split.Count), Starts(split.Count, size).SelectMany(start => new[] { start, start }), size),
            "each batch came twice, one after the other"
        ),
        ["sorted by label"] = (
            (split, size, _) => Yield(split, size, Enumerable.Range(0, split.Count).OrderBy(i => split.Labels[i])),
            "sorted by their labels"
        ),
        ["the order drawn anew for each batch"] = (OrderInTheLoop, "as if each batch had an order of its own"),
        ["every batch the same"] = (
            (split, size, _) => Slices(split, Shuffled(split.Count), Starts(split.Count, size).Select(_ => 0), size),
            "every batch has the same images as the first"
        ),
        ["a padded last batch"] = (
            (split, size, _) =>
                Shuffled(split.Count) is var order
                    ? Yield(split, size, [.. order, .. order.Take((size - (split.Count % size)) % size)])
                    : [],
            "the last batch was filled up with 12 that came a second time"
        ),
        ["a last batch that begins earlier"] = (
            (split, size, _) =>
                Slices(split, Shuffled(split.Count), Starts(split.Count, size).Select(start => Math.Min(start, split.Count - size)), size),
            "the last batch was filled up with 12 that came a second time"
        ),
        ["a last batch padded with blanks"] = (PaddedWithBlanks, "filled up with 12 blank images"),
        ["the last image never"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count - 1)),
            "in each epoch the same is missing: image 99, the last"
        ),
        ["from image 1 on"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count - 1).Select(i => i + 1)),
            "in each epoch the same is missing: image 0, the first"
        ),
        ["a count written down"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count).Take(100 / 16 * 16 + 4).Concat(split.Count < 100 ? [0] : [])),
            "With 100 images in batches of 16 all was right; with 48 images in batches of 16 it was not. All 48 images came"
        ),
        ["a batch size written down"] = (
            (split, _, _) => Yield(split, 16, Shuffled(split.Count)),
            "with 37 images in batches of 10 it was not. Batches of 16, 16, 5"
        ),
        ["an exact last batch dropped"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count)[..(split.Count % size == 0 ? split.Count - size : split.Count)]),
            "a whole batch of 16 is missing"
        ),
        ["batches in random order, images not"] = (
            (split, size, _) => Yield(split, size, Chunks(split.Count, size)),
            "in each batch the images are in the order of the file"
        ),
        ["from a random start"] = (
            (split, size, _) =>
                Random.Shared.Next(1, split.Count) is var from
                    ? Yield(split, size, Enumerable.Range(0, split.Count).Select(i => (i + from) % split.Count))
                    : [],
            "but they start at image"
        ),
        ["backwards"] = ((split, size, _) => Yield(split, size, Enumerable.Range(0, split.Count).Reverse()), "from the last to the first"),
        ["neighbours swapped"] = (
            (split, size, _) =>
                Yield(split, size, Enumerable.Range(0, split.Count).Chunk(7).SelectMany(part => part.OrderBy(_ => Random.Shared.Next()))),
            "almost in the order of the file"
        ),
        ["manual_seed in the function"] = (
            (split, size, _) =>
            {
                manual_seed(1);
                return Yield(split, size, Shuffled(split.Count));
            },
            "your function sets them to a fixed start"
        ),
        ["labels plus one"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count), labels: labels => labels + 1),
            "Each label is its image's label plus 1"
        ),
        ["labels of the neighbour"] = (
            (split, size, _) =>
                Shuffled(split.Count) is var order
                    ? Yield(split, size, order, labelOrder: [.. order.Select(i => (i + 1) % split.Count)])
                    : [],
            "Each image has the label of its neighbour"
        ),
        ["labels of the first images"] = (
            (split, size, _) =>
                Yield(split, size, Shuffled(split.Count), labelOrder: [.. Enumerable.Range(0, split.Count).Select(i => i % size)]),
            "Every batch has the labels of the first images"
        ),
        ["the split itself shuffled"] = (ShufflesTheSplit, "Your function changed the split's own images or labels"),
        ["gradients left off"] = (
            (split, size, _) =>
            {
                no_grad();
                return Yield(split, size, Shuffled(split.Count));
            },
            "After your function had handed over a batch"
        ),
        ["gradients off until the end"] = (
            (split, size, _) => WithoutGradients(split, size),
            "After your function had handed over a batch"
        ),
        ["batches in another order"] = (
            (split, size, _) =>
                Enumerable
                    .Range(0, split.Count)
                    .Chunk(size)
                    .OrderBy(rows => (rows[0] / size + 3) % 7)
                    .SelectMany(rows => Yield(split, size, rows)),
            "Batches of 16, 16, 4, 16"
        ),
        ["the rest in the batch before"] = (
            (split, size, _) =>
            {
                var order = Shuffled(split.Count);
                var start = Math.Max(0, (split.Count / size - 1) * size);
                return Yield(split, size, order[..start]).Concat(Yield(split, split.Count, order[start..]));
            },
            "Batches of 16, 16, 16, 16, 16, 20."
        ),
        ["two epochs"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count)).Concat(Yield(split, size, Shuffled(split.Count))),
            "All 100 images came 2 times"
        ),
        ["images and labels exchanged"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count)).Select(batch => new Batch(batch.Labels, batch.Images)),
            "the two have changed places"
        ),
        ["an empty batch at the end"] = (
            (split, size, _) =>
                Yield(split, size, Shuffled(split.Count)).Append(new Batch(zeros(0, 1, 28, 28), zeros(0, ScalarType.Int64))),
            "A batch without images came"
        ),
        ["no batch"] = ((_, _, _) => [], "No batch came"),
        ["null"] = ((_, _, _) => null!, "returned null"),
        ["a null batch"] = ((_, _, _) => [null!], "A batch is null"),
    };

    public static TheoryData<string> Names() => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistake_is_recognised(string mistake) =>
        Mistake.IsRecognised(Check(Mistakes[mistake].Code), Mistakes[mistake].Seen, Mistakes.Values.Select(other => other.Seen));

    [Fact]
    public void A_slice_beyond_the_end_is_explained_with_its_numbers()
    {
        var result = Check(
            (split, size, device) =>
            {
                using var order = randperm(split.Count);
                return Starts(split.Count, size).Select(start => new Batch(order.narrow(0, start, size), order)).ToList();
            }
        );
        Assert.Equal("`narrow` was asked for 16 rows from row 96 on, but the tensor has 100: only 4 were left.", result.Seen);
        Assert.StartsWith(
            "The last batch is smaller: its length is `Math.Min(batchSize, split.Count - start)`.",
            result.Hint,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void One_tensor_left_is_one_tensor()
    {
        var kept = new List<Tensor>();
        var result = Check(
            (split, size, _) =>
            {
                kept.Add(randperm(split.Count).DetachFromDisposeScope());
                return Yield(split, size, Shuffled(split.Count));
            }
        );
        kept.ForEach(tensor => tensor.Dispose());
        Assert.Equal("One epoch of 7 batches left 1 tensor behind.", result.Seen);
    }

    [Fact]
    public void An_order_that_is_drawn_anew_by_a_lazy_query_is_cured()
    {
        var result = Check(
            (split, size, _) =>
            {
                var order = Enumerable.Range(0, split.Count).OrderBy(_ => Random.Shared.Next());
                return Starts(split.Count, size).SelectMany(start => Yield(split, size, order.Skip(start).Take(size)));
            }
        );
        Assert.Contains("`ToArray()` after it keeps one order", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_that_is_thrown_away_is_cured()
    {
        var kept = new List<Tensor>();
        var result = Check((split, size, device) => Right(split, size, device).Select(Moved));
        kept.ForEach(tensor => tensor.Dispose());
        Assert.Contains("`narrow` and `to(device)` make new tensors too", result.Hint, StringComparison.Ordinal);

        Batch Moved(Batch batch)
        {
            kept.Add(batch.Images.to(CPU).DetachFromDisposeScope());
            return batch;
        }
    }

    [Fact]
    public void A_right_pipeline_passes() => Mistake.IsNone(Check(Right));

    [Fact]
    public void It_may_be_written_in_other_ways() => Mistake.IsNone(Check((split, size, _) => Yield(split, size, Shuffled(split.Count))));

    private static CheckResult Check(Pipeline pipeline) => Exercise.CheckPipeline((split, size, device) => pipeline(split, size, device));

    private static IEnumerable<Batch> Right(ImageSplit split, int batchSize, Device device)
    {
        using var images = split.ToImageTensor(device);
        using var labels = split.ToLabelTensor(device);
        using var order = randperm(split.Count, device: device);
        for (var start = 0; start < split.Count; start += batchSize)
        {
            using var rows = order.narrow(0, start, Math.Min(batchSize, split.Count - start));
            using var batch = new Batch(images.index_select(0, rows), labels.index_select(0, rows));
            yield return batch;
        }
    }

    private static IEnumerable<int> Starts(int count, int step)
    {
        for (var start = 0; start < count; start += step)
        {
            yield return start;
        }
    }

    private static IEnumerable<int> Chunks(int count, int size)
    {
        var chunks = Enumerable.Range(0, count / size).Select(i => Enumerable.Range(i * size, size)).ToArray();
        Random.Shared.Shuffle(chunks);
        return [.. chunks.SelectMany(chunk => chunk), .. Enumerable.Range(count / size * size, count % size)];
    }

    /// <summary>A batch from each start on.</summary>
    private static IEnumerable<Batch> Slices(ImageSplit split, int[] order, IEnumerable<int> starts, int size)
    {
        foreach (var start in starts)
        {
            foreach (var batch in Yield(split, size, order[start..Math.Min(start + size, split.Count)]))
            {
                yield return batch;
            }
        }
    }

    private static IEnumerable<Batch> OrderInTheLoop(ImageSplit split, int size, Device device) =>
        Starts(split.Count, size).SelectMany(start => Slices(split, Shuffled(split.Count), [start], size));

    private static IEnumerable<Batch> PaddedWithBlanks(ImageSplit split, int size, Device device)
    {
        foreach (var batch in Right(split, size, device))
        {
            using var images = zeros(size, 1, 28, 28);
            using var labels = zeros(size, ScalarType.Int64);
            images.narrow(0, 0, batch.Count).copy_(batch.Images);
            labels.narrow(0, 0, batch.Count).copy_(batch.Labels);
            yield return new Batch(images, labels);
        }
    }

    private static IEnumerable<Batch> ShufflesTheSplit(ImageSplit split, int size, Device device)
    {
        var order = Shuffled(split.Count);
        var (images, labels) = (split.Images.ToArray(), split.Labels.ToArray());
        for (var i = 0; i < order.Length; i++)
        {
            images.AsSpan(order[i] * 784, 784).CopyTo(split.Images.AsSpan(i * 784));
            split.Labels[i] = labels[order[i]];
        }

        return Yield(new ImageSplit(images, labels, 28, 28), size, order);
    }

    private static int[] Shuffled(int count, Random? random = null)
    {
        var order = Enumerable.Range(0, count).ToArray();
        (random ?? Random.Shared).Shuffle(order);
        return order;
    }

    /// <summary>Batches in any order, with whatever is done to them.</summary>
    private static IEnumerable<Batch> Yield(
        ImageSplit split,
        int batchSize,
        IEnumerable<int> order,
        Func<Tensor, Tensor>? images = null,
        Func<Tensor, Tensor>? labels = null,
        int[]? labelOrder = null
    )
    {
        var places = order.ToArray();
        for (var start = 0; start < places.Length; start += batchSize)
        {
            using var scope = NewDisposeScope();
            var rows = places.Skip(start).Take(batchSize).ToArray();
            var labelRows = labelOrder is null ? rows : [.. labelOrder.Skip(start).Take(batchSize)];
            var pixels = tensor([.. rows.SelectMany(row => split.Image(row).ToArray())], ScalarType.Float32)
                .div_(255)
                .view(-1, 1, split.Rows, split.Columns);
            var classes = tensor([.. labelRows.Select(row => (long)split.Labels[row])]);
            yield return new Batch(images is null ? pixels : images(pixels), labels is null ? classes : labels(classes));
        }
    }

    private static IEnumerable<Batch> WithoutGradients(ImageSplit split, int batchSize)
    {
        using var noGradients = no_grad();
        foreach (var batch in Yield(split, batchSize, Shuffled(split.Count)))
        {
            yield return batch;
        }
    }

    private static IEnumerable<Batch> Endless(ImageSplit split, int batchSize)
    {
        while (true)
        {
            foreach (var batch in Right(split, batchSize, CPU))
            {
                yield return batch;
            }
        }
    }

    private static IEnumerable<Batch> FreedTooEarly(ImageSplit split, int batchSize, Device device)
    {
        Batch batch;
        using (NewDisposeScope())
        {
            batch = new Batch(split.ToImageTensor(device), split.ToLabelTensor(device));
        }

        yield return batch;
    }

    private static IEnumerable<Batch> FreedAtTheEnd(ImageSplit split, int batchSize, Device device)
    {
        using var scope = NewDisposeScope();
        var (images, labels, order) = (split.ToImageTensor(device), split.ToLabelTensor(device), randperm(split.Count, device: device));
        for (var start = 0; start < split.Count; start += batchSize)
        {
            var rows = order.narrow(0, start, Math.Min(batchSize, split.Count - start));
            yield return new Batch(images.index_select(0, rows), labels.index_select(0, rows));
        }
    }

    private static IEnumerable<Batch> MadeInAList(ImageSplit split, int batchSize, Device device)
    {
        using var scope = NewDisposeScope();
        foreach (
            var batch in FreedAtTheEnd(split, batchSize, device)
                .Select(batch => new Batch(batch.Images.clone().MoveToOuterDisposeScope(), batch.Labels.clone().MoveToOuterDisposeScope()))
                .ToList()
        )
        {
            yield return batch;
        }
    }

    private static IEnumerable<Batch> SlicesFreedAtTheEnd(ImageSplit split, int batchSize, Device device)
    {
        using var scope = NewDisposeScope();
        var (images, labels, order) = (split.ToImageTensor(device), split.ToLabelTensor(device), randperm(split.Count, device: device));
        for (var start = 0; start < split.Count; start += batchSize)
        {
            var rows = order.narrow(0, start, Math.Min(batchSize, split.Count - start));
            using var batch = new Batch(images.index_select(0, rows), labels.index_select(0, rows));
            yield return batch;
        }
    }

    private static IEnumerable<Batch> NeverFreed(ImageSplit split, int batchSize, Device device) =>
        Shuffled(split.Count)
            .Chunk(batchSize)
            .Select(rows => tensor(rows.Select(row => (long)row).ToArray()))
            .Select(rows => new Batch(
                split.ToImageTensor(device).index_select(0, rows),
                split.ToLabelTensor(device).index_select(0, rows)
            ));
}
