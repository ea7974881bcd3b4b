using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Step 3, the judging half: loss and accuracy without dropout and without gradients.</summary>
internal static class EvaluationCheck
{
    private const int Count = 70;
    private const int BatchSize = 16;

    /// <returns>The accuracy that was found right.</returns>
    public static double Run(
        Func<Module<Tensor, Tensor>, Module<Tensor, Tensor, Tensor>, IEnumerable<Batch>, (double Loss, double Accuracy)> evaluate
    )
    {
        // With this seed `argmax()` over a whole batch is right for some labels, so that it can be told from `int / int`, which gives 0.
        var split = PracticeImages.Quarters(Count, seed: 24);
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
        var (seen, failure) = Attempt.Of(() => evaluate(model, CrossEntropyLoss(), batches));
        Mode(record);
        failure?.Throw();

        if (!PracticeNetwork.Weights(model).SequenceEqual(before))
        {
            throw new WrongAnswerException(
                "An evaluation changes nothing.",
                "It changed the weights.",
                "No `backward()` and no `step()` here."
            );
        }

        var reference = Reference(layers, split);
        Accuracy(seen, reference);
        Loss(seen.Loss, reference);
        return record.TensorsPerBatch >= 1
            ? throw TensorLeak.Of(record.TensorsPerBatch, "They pile up with each evaluation.")
            : seen.Accuracy;
    }

    private static void Mode(TrainingRecord record)
    {
        if (record.Forwards.Count == 0)
        {
            return;
        }

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

    private static void Accuracy((double Loss, double Accuracy) seen, List<BatchFigures> batches)
    {
        var right = batches.Sum(batch => batch.Right);
        var accuracy = (double)right / Count;
        if (MeanLoss.Near(seen.Accuracy, accuracy))
        {
            return;
        }

        var (what, hint) = seen.Accuracy switch
        {
            _ when MeanLoss.Near(seen.Loss, accuracy) => ("loss and accuracy are swapped", "Return (loss, accuracy), in this order."),
            _ when MeanLoss.Near(seen.Accuracy, 100 * accuracy) => (
                "in percent",
                "Return the share, between 0 and 1; P1 in a format string makes percent of it."
            ),
            var value when MeanLoss.Near(value, right) => (
                "the number of right answers",
                "Divide it by the number of images, and mind that `int / int` is cut to a whole number."
            ),
            var value when MeanLoss.Near(value, (double)right / batches.Count) => (
                "right answers a batch",
                "Divide by the number of images, not of batches."
            ),
            var value when MeanLoss.Near(value, batches.Average(batch => (double)batch.Right / batch.Count)) => (
                "the mean over batches, in which an image of the smaller last batch counts more",
                "Count right answers and images over all batches, and divide at the end."
            ),
            var value when MeanLoss.Near(value, 1 - accuracy) => ("the share of wrong answers", "Count where the answer equals the label."),
            var value when MeanLoss.Near(value, (double)batches.Sum(batch => batch.RightOfWhole) / Count) => (
                "what one answer for a whole batch gives",
                "`argmax(1)` without its 1: `argmax()` gives one number for the whole batch, `argmax(1)` one for each image."
            ),
            0 => ("nothing", "`int / int` is cut to a whole number: divide as double."),
            _ => (
                "another number",
                "The answer to an image is the place of its largest logit: `argmax(1)`. Count where it equals `batch.Labels`."
            ),
        };
        throw new WrongAnswerException($"The accuracy, here {accuracy:0.0000}.", $"{seen.Accuracy:0.0000}: {what}.", hint);
    }

    private static void Loss(double seen, List<BatchFigures> batches)
    {
        if (MeanLoss.Near(seen, batches.Sum(batch => batch.SoftmaxLoss * batch.Count) / Count))
        {
            throw new WrongAnswerException(
                "The loss gets the network's logits.",
                "In your evaluation it got probabilities: a softmax stands before the cross-entropy.",
                "Leave the softmax out: `CrossEntropyLoss` contains it."
            );
        }

        MeanLoss.Check(seen, [.. batches.Select(batch => (batch.Loss, batch.Count))]);
    }

    private static List<BatchFigures> Reference(Module<Tensor, Tensor> layers, ImageSplit split)
    {
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
                    (int)logits.argmax(1).eq(batch.Labels).sum().item<long>(),
                    (int)logits.argmax().eq(batch.Labels).sum().item<long>()
                )
            );
        }

        return figures;
    }

    private sealed record BatchFigures(int Count, double Loss, double SoftmaxLoss, int Right, int RightOfWhole);
}
