using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises;

[Collection(TorchRandom.Name)]
public sealed class EvaluationCheckTests
{
    private delegate (double Loss, double Accuracy) Evaluation(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        IEnumerable<Batch> batches
    );

    private static readonly Dictionary<string, (Evaluation Code, string Seen)> Mistakes = new()
    {
        ["training mode"] = (
            (model, loss, batches) =>
            {
                using var none = no_grad();
                return Sum(Judge(model, loss, batches));
            },
            "dropout switched half of the values off"
        ),
        ["with gradients"] = (
            (model, loss, batches) =>
            {
                model.eval();
                return Sum(Judge(model, loss, batches));
            },
            "Gradients were being kept"
        ),
        ["in percent"] = ((model, loss, batches) => Right(model, loss, batches) is var (l, a) ? (l, 100 * a) : default, "in percent"),
        ["counted, not divided"] = (With(parts => (Sum(parts).Loss, parts.Sum(part => part.Right))), "the number of right answers"),
        ["divided by the batches"] = (
            With(parts => (Sum(parts).Loss, (double)parts.Sum(part => part.Right) / parts.Count)),
            "right answers per batch"
        ),
        ["mean of the batches' accuracies"] = (
            With(parts => (Sum(parts).Loss, parts.Average(part => (double)part.Right / part.Count))),
            "the mean over batches"
        ),
        ["share of wrong answers"] = (With(parts => (Sum(parts).Loss, 1 - Sum(parts).Accuracy)), "the share of wrong answers"),
        ["whole-number division"] = (
            With(parts => (Sum(parts).Loss, parts.Sum(part => part.Right) / parts.Sum(part => part.Count))),
            "0.0000: as if not one answer were right"
        ),
        ["objects compared, not numbers"] = (
            (model, loss, batches) => Counting(model, loss, batches, (logits, labels) => logits.argmax(1).Equals(labels) ? 1 : 0),
            "0.0000: as if not one answer were right"
        ),
        ["a loss of its own"] = (
            (model, _, batches) => Right(model, CrossEntropyLoss(), batches),
            "In your evaluation it was never called"
        ),
        ["swapped"] = (With(parts => (Sum(parts).Accuracy, Sum(parts).Loss)), "loss and accuracy are swapped"),
        ["loss of the last batch"] = (With(parts => (parts[^1].Loss, Sum(parts).Accuracy)), "the loss of the last batch alone"),
        ["softmax before the loss"] = (
            (model, loss, batches) => Quiet(model, () => Sum(Judge(model, loss, batches, softmax: true))),
            "In your evaluation it got probabilities"
        ),
        ["it goes on training"] = (
            (model, loss, batches) =>
                Quiet(
                    model,
                    () =>
                    {
                        var parts = Judge(model, loss, batches);
                        model.parameters().First().add_(1);
                        return Sum(parts);
                    }
                ),
            "It changed the weights"
        ),
        ["no dispose scope"] = (
            (model, loss, batches) => Quiet(model, () => Sum(Judge(model, loss, batches, scoped: false))),
            "tensors behind"
        ),
        ["argmax without its 1"] = (
            (model, loss, batches) => Counting(model, loss, batches, (logits, labels) => logits.argmax().eq(labels).sum().item<long>()),
            "0.0857: what one answer for a whole batch gives"
        ),
        ["a count written down"] = (
            With(parts => (Sum(parts).Loss, parts.Sum(part => part.Right) / 70.0)),
            "With 70 images all was right, with 39 not"
        ),
        ["a constant"] = (With(parts => (Sum(parts).Loss, 0.5)), "0.5000: the same for two sets of images"),
        ["the smallest logit"] = (
            (model, loss, batches) => Counting(model, loss, batches, (logits, labels) => logits.argmin(1).eq(labels).sum().item<long>()),
            "smallest logit"
        ),
        ["the last batch's accuracy"] = (
            With(parts => (Sum(parts).Loss, (double)parts[^1].Right / parts[^1].Count)),
            "the accuracy of the last batch alone"
        ),
        ["ends after the first batch"] = (
            (model, loss, batches) => Right(model, loss, batches.Take(1)),
            "The network was called with 1 of them"
        ),
        ["it leaves gradients"] = (
            (model, loss, batches) =>
            {
                var seen = Right(model, loss, batches);
                PracticeGradients(model);
                return seen;
            },
            "It left gradients in the network"
        ),
        ["divided by one image too few"] = (
            With(parts => (Sum(parts).Loss, parts.Sum(part => part.Right) / (parts.Sum(part => part.Count) - 1.0))),
            "divided by 69, and there are 70 images"
        ),
        ["keepdim"] = (
            (model, loss, batches) =>
                Counting(model, loss, batches, (logits, labels) => logits.argmax(1, keepdim: true).eq(labels).sum().item<long>()),
            "as if each answer were compared with every label"
        ),
        ["a softmax over the images"] = (
            (model, loss, batches) =>
                Counting(model, loss, batches, (logits, labels) => logits.softmax(0).argmax(1).eq(labels).sum().item<long>()),
            "what a softmax over the images gives"
        ),
        ["any of the batch"] = (
            (model, loss, batches) =>
                Counting(model, loss, batches, (logits, labels) => logits.argmax(1).eq(labels).any().item<bool>() ? 1 : 0),
            "the number of batches with a right answer"
        ),
        ["the loss overwritten"] = (
            With(parts => (parts[^1].Loss * parts[^1].Count / parts.Sum(part => part.Count), Sum(parts).Accuracy)),
            "what the last batch alone adds"
        ),
        ["the loss of something else"] = (
            (model, loss, batches) => Right(model, new Other(loss), batches),
            "In your evaluation it got numbers from"
        ),
        ["frees the network"] = (
            (model, loss, batches) =>
            {
                using var freed = model;
                return Right(freed, loss, batches);
            },
            "The network `model` was freed"
        ),
        ["another answer"] = (With(parts => (Sum(parts).Loss, 1.23 / parts.Count)), "0.2460: as if 17.22 of 70 answers were right"),
    };

    [Fact]
    public void Gradients_that_stay_off_are_named()
    {
        var result = Check(
            (model, loss, batches) =>
            {
                model.eval();
                no_grad();
                return Sum(Judge(model, loss, batches));
            }
        );
        Assert.Contains("After `EvaluateModel` had ended, gradients were still switched off", result.Seen, StringComparison.Ordinal);
        Assert.Contains("Without `using` they stay off", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mean_of_true_and_false_is_cured()
    {
        var result = Check(
            (model, loss, batches) =>
                Counting(model, loss, batches, (logits, labels) => (long)logits.argmax(1).eq(labels).mean().item<float>())
        );
        Assert.Contains("`mean()` was called on a tensor of type Bool", result.Seen, StringComparison.Ordinal);
        Assert.Contains(".sum().item<long>()", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_images_may_be_counted_in_a_round_of_its_own() =>
        Mistake.IsNone(
            Check(
                (model, loss, batches) =>
                {
                    var images = batches.Sum(batch => batch.Count);
                    var (meanLoss, accuracy) = Right(model, loss, batches);
                    return images > 0 ? (meanLoss, accuracy) : default;
                }
            )
        );

    public static TheoryData<string> Names() => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistake_is_recognised(string mistake) =>
        Mistake.IsRecognised(Check(Mistakes[mistake].Code), Mistakes[mistake].Seen, Mistakes.Values.Select(other => other.Seen));

    [Fact]
    public void Argmax_over_a_whole_batch_is_named()
    {
        var result = Check(
            (model, loss, batches) => Counting(model, loss, batches, (logits, labels) => logits.argmax().eq(labels).sum().item<long>())
        );
        Assert.StartsWith(
            "`argmax(1)` without its 1: `argmax()` gives one number for the whole batch",
            result.Hint,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Argmax_along_the_images_is_named()
    {
        var result = Check(
            (model, loss, batches) => Counting(model, loss, batches, (logits, labels) => logits.argmax(0).eq(labels).sum().item<long>())
        );
        Assert.Contains("Was it `argmax(0)`? 0 counts the images, 1 the classes", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_count_read_in_another_type_is_cured()
    {
        var result = Check(
            (model, loss, batches) => Counting(model, loss, batches, (logits, labels) => logits.argmax(1).eq(labels).sum().item<int>())
        );
        Assert.Contains("an int64 tensor's `item<long>()`", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_right_evaluation_passes() => Mistake.IsNone(Check(Right));

    internal static (double Loss, double Accuracy) Right(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        IEnumerable<Batch> batches
    ) => Quiet(model, () => Sum(Judge(model, loss, batches)));

    private static CheckResult Check(Evaluation evaluation) =>
        Exercise.CheckTrainingLoop(TrainingLoopCheckTests.Right, (model, loss, batches) => evaluation(model, loss, batches));

    private static void PracticeGradients(Module<Tensor, Tensor> model)
    {
        using var scope = NewDisposeScope();
        model.parameters().First().sum().backward();
    }

    /// <summary>An evaluation that counts right answers in another way.</summary>
    private static (double Loss, double Accuracy) Counting(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        IEnumerable<Batch> batches,
        Func<Tensor, Tensor, long> right
    ) =>
        Quiet(
            model,
            () =>
            {
                var (sum, hits, images) = (0.0, 0L, 0);
                foreach (var batch in batches)
                {
                    using var scope = NewDisposeScope();
                    var logits = model.call(batch.Images);
                    sum += loss.call(logits, batch.Labels).item<float>() * batch.Count;
                    hits += right(logits, batch.Labels);
                    images += batch.Count;
                }

                return (sum / images, (double)hits / images);
            }
        );

    private static Evaluation With(Func<List<(double Loss, int Right, int Count)>, (double, double)> sum) =>
        (model, loss, batches) => Quiet(model, () => sum(Judge(model, loss, batches)));

    private static (double Loss, double Accuracy) Quiet(Module<Tensor, Tensor> model, Func<(double, double)> judge)
    {
        model.eval();
        using var none = no_grad();
        return judge();
    }

    private static (double Loss, double Accuracy) Sum(List<(double Loss, int Right, int Count)> parts)
    {
        var count = parts.Sum(part => part.Count);
        return (parts.Sum(part => part.Loss * part.Count) / count, (double)parts.Sum(part => part.Right) / count);
    }

    private static List<(double Loss, int Right, int Count)> Judge(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        IEnumerable<Batch> batches,
        bool softmax = false,
        bool scoped = true
    )
    {
        var parts = new List<(double, int, int)>();
        foreach (var batch in batches)
        {
            using var scope = scoped ? NewDisposeScope() : null;
            var logits = model.call(batch.Images);
            var value = loss.call(softmax ? logits.softmax(1) : logits, batch.Labels).item<float>();
            parts.Add((value, (int)logits.argmax(1).eq(batch.Labels).sum().item<long>(), batch.Count));
        }

        return parts;
    }

    private sealed class Other(Module<Tensor, Tensor, Tensor> loss) : Module<Tensor, Tensor, Tensor>("other")
    {
        public override Tensor forward(Tensor logits, Tensor labels) => loss.call(logits.relu(), labels);
    }
}
