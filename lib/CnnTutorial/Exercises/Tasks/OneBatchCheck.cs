using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Notebook 05: the five lines of a training step, again and again on one batch.</summary>
internal static class OneBatchCheck
{
    private const int Steps = 60;
    private const int Count = 24;
    private const double LearningRate = 0.3;

    public static string Run(
        Func<Module<Tensor, Tensor>, Module<Tensor, Tensor, Tensor>, optim.Optimizer, Batch, int, IReadOnlyList<double>> train
    )
    {
        var split = PracticeImages.Quarters(Count, seed: 3);
        var layers = PracticeNetwork.Create(seed: 5);
        using var record = new TrainingRecord();
        using var model = new TrainingRecord.Network(record, layers);
        using var inner = optim.SGD(layers.parameters(), LearningRate);
        var optimizer = new TrainingRecord.WatchedOptimizer(record, model, inner);
        var batches = new Batches(split.ToImageTensor(), split.ToLabelTensor(), Count, shuffle: false);
        var batch = new TrainingRecord.WatchedBatches(record, batches).First();

        model.train();
        var (losses, failure) = Attempt.Of(() => train(model, CrossEntropyLoss(), optimizer, batch, Steps));
        Calls(record);
        failure?.Throw();
        StepGradients.ThrowIfWrong(record, null, PracticeNetwork.Weights(model));
        if (record.TensorsPerBatch >= 1)
        {
            throw TensorLeak.OfSteps(record.TensorsPerBatch, Steps);
        }

        Losses(losses, record);
        return $"{Steps} steps, each with its own gradient of the batch, took the loss from {losses![0]:0.000} to {losses[^1]:0.000}.";
    }

    private static void Calls(TrainingRecord record)
    {
        if (record.Forwards.Count == 0)
        {
            throw new WrongAnswerException(
                "The network that your function is given learns.",
                "It was never called.",
                "`model.call(batch.Images)` in each step; use the parameter `model`, not a variable of the notebook."
            );
        }

        if (record.Forwards.Exists(forward => !forward.Gradients))
        {
            throw new WrongAnswerException(
                "Training with gradients.",
                "The network was called while gradients were switched off.",
                "No `no_grad()` here: the gradients are what the step needs."
            );
        }

        if (record.Steps.Count == 0)
        {
            throw new WrongAnswerException(
                $"The optimizer changes the weights {Steps} times.",
                "`optimizer.step()` was never called on the optimizer that your function is given.",
                "It is the last of the five lines, after `backward()`; use the parameter `optimizer`, and do not make another."
            );
        }

        if (record.Steps.Count != Steps)
        {
            throw new WrongAnswerException(
                $"{Steps} steps.",
                record.Steps.Count == 1 ? "One step." : $"{record.Steps.Count} steps.",
                "All five lines stand inside a loop that runs `steps` times, and each round calls `optimizer.step()` once."
            );
        }
    }

    private static void Losses(IReadOnlyList<double>? losses, TrainingRecord record)
    {
        double[] right = [.. record.Steps.Select(step => step.Right!.Loss)];
        var expected = $"A list of {Steps} losses, one for each step: {right[0]:0.0000}, {right[1]:0.0000}, …, {right[^1]:0.0000}.";
        if (losses is null)
        {
            throw new WrongAnswerException(
                expected,
                "Your function returned null.",
                "Collect the losses in a `List<double>` and return it."
            );
        }

        if (losses.Count != Steps)
        {
            throw new WrongAnswerException(
                expected,
                losses.Count == 0 ? "An empty list." : $"A list of {losses.Count}.",
                "In each round, once the loss is computed: `losses.Add(batchLoss.item<float>())`. Make the list before the loop."
            );
        }

        // Measured after the step is right too: then each is the loss of the next step.
        if (Same(losses, right) || Same([.. losses.SkipLast(1)], right[1..]))
        {
            return;
        }

        var at = Enumerable.Range(0, Steps).First(i => !MeanLoss.Near(losses[i], right[i]));
        var (what, hint) = losses switch
        {
            _ when losses.Distinct().Count() == 1 => (
                "all of them are the same number",
                "Add the loss of this round: `losses.Add(batchLoss.item<float>())`, inside the loop."
            ),
            _ when Same([.. losses.Reverse()], right) => ("they stand in reverse order", "`Add` puts the newest at the end."),
            _ when Same(losses, [.. right.Select(value => value * Count)]) => (
                $"each is {Count} times too large",
                "`CrossEntropyLoss` gives the mean of the batch already: do not multiply it."
            ),
            _ when Same(losses, [.. right.Select(value => value / Count)]) => (
                $"each is {Count} times too small",
                "`CrossEntropyLoss` gives the mean of the batch already: do not divide it."
            ),
            _ when Same(losses, [.. Enumerable.Range(1, Steps).Select(n => right.Take(n).Sum())]) => (
                "each is the sum of the losses so far",
                "Add the loss of this step alone to the list."
            ),
            _ when Same(losses, [.. Enumerable.Range(1, Steps).Select(n => right.Take(n).Average())]) => (
                "each is the mean of the losses so far",
                "Add the loss of this step alone to the list."
            ),
            _ => (
                "the gradients were right, the number is not",
                "What `loss.call(logits, batch.Labels)` gave, as a number: `.item<float>()`."
            ),
        };
        throw new WrongAnswerException(
            $"{right[at]:0.0000} as the loss of step {at + 1}. {expected}",
            $"{losses[at]:0.0000}: {what}.",
            hint
        );
    }

    private static bool Same(IReadOnlyList<double> a, double[] b) =>
        a.Count == b.Length && a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4 * Math.Max(1, Math.Abs(pair.Second)));
}
