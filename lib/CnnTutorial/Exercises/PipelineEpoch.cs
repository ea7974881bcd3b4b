namespace CnnTutorial;

/// <summary>What came in an epoch, batch by batch, and whether each image came once.</summary>
/// <param name="count">How many images the split has.</param>
/// <param name="batchSize">How many images were asked for in a batch.</param>
internal sealed class PipelineEpoch(int count, int batchSize)
{
    private const string Once = "Each image exactly once an epoch.";

    private readonly List<ReadBatch> _batches = [];

    public IReadOnlyList<ReadBatch> Batches => _batches;

    /// <summary>The numbers of the images in the order in which they came.</summary>
    public int[] Images => [.. _batches.SelectMany(batch => batch.Images)];

    public long[] Labels => [.. _batches.SelectMany(batch => batch.Labels)];

    public int ImageCount { get; private set; }

    private string Sizes
    {
        get
        {
            var sizes = string.Join(", ", _batches.Take(12).Select(batch => batch.Images.Length));
            return _batches.Count > 12 ? $"{sizes}, … ({_batches.Count} batches)" : sizes;
        }
    }

    private int Rest => count % batchSize;

    private string Expected =>
        Rest == 0
            ? $"Batches of {batchSize}; {count} images make {count / batchSize} of them."
            : $"Batches of {batchSize} images; {count} images make {count / batchSize} of them and a last one of {Rest}.";

    public void Add(ReadBatch batch)
    {
        _batches.Add(batch);
        ImageCount += batch.Images.Length;
    }

    /// <exception cref="WrongAnswerException">An image came twice or never, or the batches have other sizes.</exception>
    /// <param name="again">Makes another epoch, if that helps to find the reason.</param>
    public void ThrowIfIncomplete(Func<PipelineEpoch> again)
    {
        if (_batches.Count == 0)
        {
            throw new WrongAnswerException(
                $"Batches of {batchSize} images.",
                "No batch came.",
                "`yield return batch;` hands one over: is that line reached? The loop begins at 0 and goes on while the start is less "
                    + "than `split.Count`."
            );
        }

        var seen = Images;
        if (seen.Distinct().Count() is var distinct && distinct < seen.Length)
        {
            throw Repeated(seen, distinct);
        }

        if (seen.Length < count)
        {
            throw Missing(seen, again);
        }

        if (_batches.Take(_batches.Count - 1).Any(batch => batch.Images.Length != batchSize) || _batches[^1].Images.Length > batchSize)
        {
            throw new WrongAnswerException(
                Expected,
                $"Batches of {Sizes}.",
                _batches[^1].Images.Length > batchSize && _batches.SkipLast(1).All(batch => batch.Images.Length == batchSize)
                        ? "The images that are left over are a smaller batch of their own, and no part of the one before."
                    : _batches[0].Images.Length < batchSize && _batches[^1].Images.Length == batchSize
                        ? "The smaller batch is the last one, not the first."
                    : _batches.Count(batch => batch.Images.Length != batchSize) == 1
                        ? "The smaller batch is the last one. Are the batches cut first, and then put into random order? Shuffle the "
                            + "images, before you cut: the same ones would always come together."
                    : "Use the parameter batchSize: your loop goes on by it, and a batch has that many images; only the last one has fewer."
            );
        }
    }

    /// <exception cref="WrongAnswerException">Each batch begins with images that the one before ended with.</exception>
    public void ThrowIfOverlapping()
    {
        if (Overlap() is > 0 and var overlap)
        {
            throw new WrongAnswerException(
                Once,
                $"Batch 2 begins with {(overlap == 1 ? "the image with" : $"the {overlap} images with")} which batch 1 ended, and "
                    + "so do the "
                    + $"others: from batch to batch your loop went on by {batchSize - overlap} and not by {batchSize}.",
                "Each batch begins where the one before ended: `start += batchSize`."
            );
        }
    }

    private WrongAnswerException Repeated(int[] seen, int distinct)
    {
        ThrowIfOverlapping();
        var text = $"Of {seen.Length} images in the epoch only {distinct} were different";
        if (
            distinct == count
            && _batches.SkipLast(1).SelectMany(batch => batch.Images) is var full
            && full.Distinct().Count() == full.Count()
        )
        {
            return new(
                "The last batch has only the images that are left.",
                $"All {count} images came, and the last batch was filled up with {seen.Length - count} that came a second time.",
                "Let the last batch be smaller: it has `Math.Min(batchSize, split.Count - start)` images."
            );
        }

        if (seen.Length % count == 0 && seen.Chunk(count).All(round => round.Distinct().Count() == count))
        {
            return new(
                Once,
                $"All {count} images came {seen.Length / count} times: after the last batch the function began again.",
                "One call is one epoch: it ends after the last batch, however large that is."
            );
        }

        if (_batches.Count % 2 == 0 && _batches.Chunk(2).All(pair => pair[0].Images.AsSpan().SequenceEqual(pair[1].Images)))
        {
            return new(
                Once,
                $"{text}: each batch came twice, one after the other.",
                "`yield return` stands in the loop once for each batch."
            );
        }

        var twice = _batches.FindIndex(batch => batch.Images.Distinct().Count() < batch.Images.Length);
        var image = seen.GroupBy(i => i).First(group => group.Count() > 1).Key;
        if (twice >= 0)
        {
            return new(
                Once,
                $"{text}; image {image} came more than once, and batch {twice + 1} has an image twice.",
                "Do not draw a random number for each place, which draws some twice; shuffle the numbers 0 to N − 1, as `randperm(N)` "
                    + "does, and take them in turn."
            );
        }

        var sets = _batches.ConvertAll(batch => batch.Images.ToHashSet());
        if (sets.Count > 1 && sets.TrueForAll(set => set.IsSubsetOf(sets[0])))
        {
            return new(
                Once,
                $"{text}: every batch has the same images as the first.",
                "The loop goes on, and the images do not: `narrow(0, start, length)` has to begin at `start`."
            );
        }

        return new(
            Once,
            $"{text}; image {image} came in more than one batch, though no batch has an image twice: as if each batch had an "
                + "order of its own.",
            "Draw the random order once, before the loop, and take its numbers in turn. Is `randperm` inside the loop? Or is the order a "
                + "query, such as `OrderBy(…)`, which draws anew whenever it is asked? `ToArray()` after it keeps one order."
        );
    }

    private WrongAnswerException Missing(int[] seen, Func<PipelineEpoch> again)
    {
        var missing = Enumerable.Range(0, count).Except(seen).ToList();
        if (missing.Count == Rest)
        {
            return new(
                Expected,
                $"Batches of {Sizes}: the last {Rest} images are missing.",
                "The last batch is smaller and still belongs to the epoch: look at the condition of your loop, and let the last batch "
                    + "have min(batchSize, what is left) images."
            );
        }

        if (missing.Count == batchSize && _batches.TrueForAll(batch => batch.Images.Length == batchSize))
        {
            return new(
                Expected,
                $"Batches of {Sizes}: a whole batch of {batchSize} is missing.",
                "When the batches divide evenly, the last one is as large as the others and belongs to the epoch: `start < split.Count`, "
                    + "with start from 0."
            );
        }

        var last = _batches[^1].Images.Length;
        var step = _batches.Count > 1 ? (count - last) / (double)(_batches.Count - 1) : 0;
        if (step > batchSize && step == Math.Floor(step) && _batches.SkipLast(1).All(batch => batch.Images.Length == batchSize))
        {
            return new(
                Once,
                $"Only {seen.Length} of {count} images came, in batches of {Sizes}: from batch to batch your loop went on by {step} "
                    + "and not by "
                    + $"{batchSize}.",
                "Each batch begins where the one before ended: `start += batchSize`."
            );
        }

        if (_batches.Count > 1 && _batches.SkipLast(1).All(batch => batch.Images.Length < batchSize))
        {
            var size = _batches[0].Images.Length;
            return new(
                Once,
                $"Only {seen.Length} of {count} images came, in batches of {Sizes} and not of {batchSize}.",
                $"A batch has `batchSize` images, not {size}: the length that you cut is one too short, or a number of your own."
            );
        }

        var late = count - seen.Length;
        if (
            late < batchSize
            && _batches.SkipLast(1).All(batch => batch.Images.Length == batchSize)
            && last == (count - late) % batchSize
            && !Enumerable.Range(0, count).Except(again().Images).SequenceEqual(missing)
        )
        {
            return new(
                Once,
                $"Only {seen.Length} of {count} images came, in batches of {Sizes}, and in the next epoch another one was missing: as "
                    + "if the loop "
                    + $"began at {late} or ended {late} too early.",
                "The loop begins at 0, and goes on while the start is less than `split.Count`."
            );
        }

        var always = missing.Count <= 2 && Enumerable.Range(0, count).Except(again().Images).SequenceEqual(missing);
        var which = string.Join(" and ", missing);
        if (always)
        {
            return new(
                Once,
                $"Only {seen.Length} of {count} images came, and in each epoch the same is missing: image {which}"
                    + (
                        missing[0] == 0 ? ", the first."
                        : missing[^1] == count - 1 ? ", the last."
                        : "."
                    ),
                "The order has to hold all numbers from 0 to N − 1: `randperm(split.Count)`, without minus 1, and not from 1 on."
            );
        }

        return new(
            Once,
            $"Only {seen.Length} of {count} images came, in batches of {Sizes}.",
            "Look at where your loop starts and ends, and by how much it goes on: from 0, while the start is less than `split.Count`, by "
                + "`batchSize`."
        );
    }

    /// <summary>How many images each full batch shares with the end of the one before; 0 if it shares none.</summary>
    private int Overlap()
    {
        var full = _batches.TakeWhile(batch => batch.Images.Length == batchSize).Take(6).ToList();
        if (full.Count < 3)
        {
            return 0;
        }

        return Enumerable
            .Range(1, batchSize - 1)
            .FirstOrDefault(overlap =>
                full.Zip(full.Skip(1))
                    .All(pair => pair.First.Images[^overlap..].AsSpan().SequenceEqual(pair.Second.Images.AsSpan(0, overlap)))
            );
    }
}
