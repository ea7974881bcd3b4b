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
            "The images came in the order of the file"
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
            "Only within each batch"
        ),
        ["last batch dropped"] = (
            (split, size, _) => Yield(split, size, Shuffled(split.Count)[..(split.Count / size * size)]),
            "the last 4 images are missing"
        ),
        ["an image too few"] = ((split, size, _) => Yield(split, size, Shuffled(split.Count)[1..]), "Only 99 of 100 images"),
        ["drawn with replacement"] = (
            (split, size, _) => Yield(split, size, Enumerable.Range(0, split.Count).Select(_ => Random.Shared.Next(split.Count))),
            "were different; image"
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
