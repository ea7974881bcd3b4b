using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Step 3, the evaluation: loss and accuracy without dropout and without gradients.</summary>
internal static class EvaluationCheck
{
    private const int BatchSize = 16;

    // With these seeds `argmax()` over a whole batch is right for some labels, so that it can be told from `int / int`, which gives 0.
    private static readonly (int Count, int Seed)[] Data = [(70, 24), (39, 8)];

    /// <summary>Uses two sets of images of different sizes, to detect a constant in the function.</summary>
    /// <exception cref="WrongAnswerException">Loss or accuracy are not those of the network.</exception>
    public static void Run(
        Func<Module<Tensor, Tensor>, Module<Tensor, Tensor, Tensor>, IEnumerable<Batch>, (double Loss, double Accuracy)> evaluate
    )
    {
        var seen = Array.ConvertAll(Data, data => Evaluate(evaluate, data.Count, data.Seed));
        Judge(seen[0], seen[1]);
        try
        {
            Judge(seen[1], seen[0]);
        }
        catch (WrongAnswerException e)
        {
            throw e.After(
                $"With {Data[0].Count} images all was right, with {Data[1].Count} not.",
                "Is there a number in your function that fits one size only, or a sum that goes on from call to call?"
            );
        }

        static void Judge(Answer answer, Answer other)
        {
            Accuracy(answer, other.Accuracy);
            Loss(answer, other.Loss);
            if (answer.TensorsPerBatch >= 0.9)
            {
                throw TensorLeak.Of(answer.TensorsPerBatch, "Your evaluation");
            }
        }
    }

    private static Answer Evaluate(
        Func<Module<Tensor, Tensor>, Module<Tensor, Tensor, Tensor>, IEnumerable<Batch>, (double Loss, double Accuracy)> evaluate,
        int count,
        int seed
    )
    {
        var split = PracticeImages.Quarters(count, seed);
        var layers = PracticeNetwork.Create(dropout: 0.5, seed: 13);
        using var record = new TrainingRecord();
        var model = new TrainingRecord.Network(record, layers);
        var batches = new TrainingRecord.WatchedBatches(
            record,
            new Batches(split.ToImageTensor(), split.ToLabelTensor(), BatchSize, shuffle: false)
        );
        var before = PracticeNetwork.Weights(model);

        // As training leaves it.
        model.train();
        var (seen, failure) = Attempt.Of(() => evaluate(model, new TrainingRecord.WatchedLoss(record), batches));
        Mode(record, failure is not null);
        failure?.Throw();
        PracticeNetwork.ThrowIfFreed(model, "The network `model`");
        LeftSwitchedOff.Check("`EvaluateModel` had ended");
        Use(record, split, PracticeNetwork.Weights(model).AsSpan().SequenceEqual(before), PracticeNetwork.Gradient(model) is not null);
        return new Answer(count, seen.Loss, seen.Accuracy, record.TensorsPerBatch, record.OtherLogits, Reference(layers, split));
    }

    private static void Mode(TrainingRecord record, bool failed)
    {
        record.ThrowIfHoarded(failed);
        if (record.Forwards.Exists(forward => forward.Training))
        {
            throw new WrongAnswerException(
                "The network is judged in evaluation mode.",
                "It was in training mode: dropout switched half of the values off while you measured.",
                "Begin your evaluation with `model.eval()`."
            );
        }

        if (record.Forwards.Exists(forward => forward.Gradients))
        {
            throw new WrongAnswerException(
                "The network is judged without gradients.",
                "Gradients were being kept, which costs time and memory for nothing.",
                "`using var noGradients = torch.no_grad();` at the beginning of your evaluation."
            );
        }
    }

    private static void Use(TrainingRecord record, ImageSplit split, bool same, bool gradients)
    {
        if (!same)
        {
            throw new WrongAnswerException(
                "An evaluation changes nothing.",
                "It changed the weights.",
                "No `backward()` and no `step()` here."
            );
        }

        if (gradients)
        {
            throw new WrongAnswerException(
                "An evaluation changes nothing.",
                "It left gradients in the network.",
                "No `backward()` here: it belongs in `TrainOneEpoch`."
            );
        }

        if (record.Forwards.Count == 0)
        {
            throw new WrongAnswerException(
                "The network that your function is given is judged.",
                "It was never called.",
                "`model.call(batch.Images)` for each batch; use the parameter `model`, not a variable of the notebook."
            );
        }

        var judged = record.Forwards.Select(each => each.Batch).Distinct().Count();
        var all = (split.Count + BatchSize - 1) / BatchSize;
        if (record.Enumerations == 1 && judged < all)
        {
            throw new WrongAnswerException(
                $"All {all} batches are judged, the last and smaller one too.",
                $"The network was called with {judged} of them.",
                "Is there a `Skip`, or a `return`, a `break` or an `if` inside the loop? Divide and return after it."
            );
        }

        record.ThrowIfOtherArguments("In your evaluation");
    }

    private static void Accuracy(Answer seen, double other)
    {
        var (count, batches) = (seen.Count, seen.Batches);
        var right = batches.Sum(batch => batch.Right);
        var accuracy = (double)right / count;
        if (MeanLoss.Near(seen.Accuracy, accuracy))
        {
            return;
        }

        const string Cut = "Divide it by the number of images, and mind that `int / int` is cut to a whole number.";
        var last = batches[^1];
        (bool Is, string What, string Hint)[] reasons =
        [
            (
                !double.IsFinite(seen.Accuracy),
                "not a finite number",
                "Is the count of images still zero where you divide? Add `batch.Count` in the loop."
            ),
            (MeanLoss.Near(seen.Loss, accuracy), "loss and accuracy are swapped", "Return (loss, accuracy), in this order."),
            (
                seen.Accuracy != 0 && MeanLoss.Near(seen.Accuracy, other),
                "the same for two sets of images with different shares of right answers: a constant",
                "Return what this call counted."
            ),
            Is(100 * accuracy, "in percent", "Return the share, between 0 and 1; P1 in a format string shows it in percent."),
            Is(right, "the number of right answers", Cut),
            Is((double)right / batches.Count, "right answers per batch", "Divide by the number of images, not of batches."),
            Is(
                batches.Average(batch => (double)batch.Right / batch.Count),
                "the mean over batches, in which an image of the smaller last batch counts more",
                "Count right answers and images over all batches, and divide at the end."
            ),
            Is(
                batches.Sum(batch => (double)batch.Right / batch.Count),
                "the sum of the batches' accuracies",
                "Count right answers and images over all batches, and divide at the end."
            ),
            Is(1 - accuracy, "the share of wrong answers", "Count where the answer equals the label."),
            Is(
                count - right,
                "the number of wrong answers",
                "Count where the answer equals the label, and divide by the number of images."
            ),
            Is(
                (double)last.Right / last.Count,
                "the accuracy of the last batch alone",
                "Count over all batches: declare the counts before the loop, and add to them with `+=`."
            ),
            Is(
                (double)last.Right / count,
                "the right answers of the last batch, divided by all images",
                "Add to the count of right answers with `+=`, and do not overwrite it."
            ),
            Is(
                (double)right / last.Count,
                "all right answers, divided by the images of the last batch",
                "Add to the count of images with `+=`, and do not overwrite it."
            ),
            Is((double)batches[0].Right / batches[0].Count, "the accuracy of the first batch alone", "Return after the loop, not in it."),
            Is(
                (double)right / (batches.Count * BatchSize),
                "divided by a number of images that counts the smaller last batch as a full one",
                "Count the images themselves: add `batch.Count` in the loop."
            ),
            Is(
                Share(batch => batch.Least),
                "the share of images whose smallest logit is that of the right class",
                "The answer is the place of the largest logit: `argmax(1)`, not `argmin(1)`."
            ),
            Is(
                Share(batch => batch.RightOfWhole),
                "what one answer for a whole batch gives",
                "`argmax(1)` without its 1: `argmax()` gives one number for the whole batch, `argmax(1)` one for each image."
            ),
            Is(
                Share(batch => batch.BestTwo),
                "the share of images whose right class is among the two largest logits",
                "The answer is the one largest: `argmax(1)`."
            ),
            Is(
                batches.Sum(batch => (double)batch.Right / batch.Count) / count,
                "the sum of the batches' accuracies, divided by the number of images",
                "The accuracy of a batch is a mean over its images already: multiply it by `batch.Count` before you add, or count "
                    + "right answers."
            ),
            Is(
                Share(batch => batch.Pairs),
                "as if each answer were compared with every label of its batch",
                "The answers have another shape than the labels, [n]: leave out `keepdim` and `unsqueeze`."
            ),
            Is(
                Share(batch => batch.RightOfColumns),
                "what a softmax over the images gives, `softmax(0)`",
                "The answer is the place of the largest logit of an image: `logits.argmax(1)`, without a softmax."
            ),
            Is(
                (double)batches.Count(batch => batch.Right > 0) / count,
                "the number of batches with a right answer, divided by the number of images",
                "`any()` asks whether one answer of the batch is right: count them with `sum()`."
            ),
            (
                seen.Accuracy > 0
                    && right / seen.Accuracy is var by
                    && Math.Abs(by - Math.Round(by)) < 1e-6 * by
                    && (Math.Round(by) % 10 == 0 || Math.Abs(by - count) < 3),
                $"all {right} right answers, divided by {right / seen.Accuracy:0}, and there are {count} images",
                "Count the images themselves: add `batch.Count` in the loop."
            ),
            (
                seen.Accuracy == 0,
                "as if not one answer were right",
                "Is it `int / int`? It is cut to a whole number: divide as double. Is it `Equals`, which compares two objects and not "
                    + "their numbers, `all()`, which asks whether a whole batch is right, or `max`, the largest logit and not its place? "
                    + "Count with "
                    + "`logits.argmax(1).eq(batch.Labels).sum().item<long>()`."
            ),
            (
                seen.Accuracy == 1,
                "all of them right, which they are not",
                "Does `eq` compare the answers with themselves? Compare `logits.argmax(1)` with `batch.Labels`."
            ),
            .. Enumerable
                .Range(0, 4)
                .Select(digits =>
                    (
                        Math.Abs(seen.Accuracy - Math.Round(accuracy, digits)) < 1e-7,
                        digits == 0
                            ? "cut or rounded to a whole number"
                            : $"the accuracy, rounded to {digits} {(digits == 1 ? "digit" : "digits")}",
                        "Return the number as it is; rounding belongs in the line that prints it. `int / int` is cut to a whole number."
                    )
                ),
        ];
        var (_, what, hint) = Array.Find(reasons, reason => reason.Is);
        throw new WrongAnswerException(
            $"The accuracy, here {right} of {count}: {accuracy:0.0000}.",
            $"{seen.Accuracy:0.0000}: {what ?? $"as if {seen.Accuracy * count:0.##} of {count} answers were right"}.",
            hint ?? "The answer to an image is the place of its largest logit: `argmax(1)`. Count where it equals `batch.Labels`."
        );

        double Share(Func<BatchFigures, int> hits) => (double)batches.Sum(hits) / count;

        (bool, string, string) Is(double value, string what, string hint) => (MeanLoss.Near(seen.Accuracy, value), what, hint);
    }

    private static void Loss(Answer seen, double other)
    {
        if (MeanLoss.Near(seen.Loss, seen.Batches.Sum(batch => batch.SoftmaxLoss * batch.Count) / seen.Count))
        {
            throw new WrongAnswerException(
                "The loss gets the network's logits.",
                "In your evaluation it got probabilities: a softmax stands before the cross-entropy.",
                "Leave the softmax out: `CrossEntropyLoss` contains it."
            );
        }

        try
        {
            MeanLoss.Check(seen.Loss, [.. seen.Batches.Select(batch => (batch.Loss, batch.Count))], other: other);
        }
        catch (WrongAnswerException) when (seen.OtherLogits is { } logits)
        {
            throw TrainingRecord.Other(logits, "In your evaluation");
        }
    }

    private static List<BatchFigures> Reference(Module<Tensor, Tensor> layers, ImageSplit split)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        layers.eval();
        var figures = new List<BatchFigures>();
        foreach (var batch in new Batches(split.ToImageTensor(), split.ToLabelTensor(), BatchSize, shuffle: false))
        {
            var logits = layers.call(batch.Images);
            figures.Add(
                new BatchFigures(
                    batch.Count,
                    functional.cross_entropy(logits, batch.Labels).item<float>(),
                    functional.cross_entropy(logits.softmax(1), batch.Labels).item<float>(),
                    Hits(logits.argmax(1)),
                    Hits(logits.argmin(1)),
                    Hits(logits.argmax()),
                    Hits(logits.argmax(1, keepdim: true)),
                    Hits(logits.softmax(0).argmax(1)),
                    (int)logits.topk(2, 1).indexes.eq(batch.Labels.unsqueeze(1)).sum().item<long>()
                )
            );

            int Hits(Tensor answers) => (int)answers.eq(batch.Labels).sum().item<long>();
        }

        return figures;
    }

    private sealed record Answer(
        int Count,
        double Loss,
        double Accuracy,
        double TensorsPerBatch,
        string? OtherLogits,
        List<BatchFigures> Batches
    );

    private sealed record BatchFigures(
        int Count,
        double Loss,
        double SoftmaxLoss,
        int Right,
        int Least,
        int RightOfWhole,
        int Pairs,
        int RightOfColumns,
        int BestTwo
    );
}
