using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Step 3, the training half: the learner's epoch does what <see cref="Trainer"/> does.</summary>
internal static class TrainingLoopCheck
{
    /// <summary>How far apart two weights may be after the same two epochs, from rounding alone.</summary>
    public const double Tolerance = 1e-5;

    private const int Count = 70;
    private const int BatchSize = 16;
    private const int Batches = 5;
    private const double LearningRate = 0.5;

    /// <summary>Runs two epochs and looks at each step of the first.</summary>
    /// <returns>The mean losses of both epochs.</returns>
    public static (double First, double Second) Run(
        Func<Module<Tensor, Tensor>, Module<Tensor, Tensor, Tensor>, optim.Optimizer, IEnumerable<Batch>, double> train
    )
    {
        var split = PracticeImages.Quarters(Count, seed: 3);
        using var record = new TrainingRecord();
        var model = new TrainingRecord.Network(record, PracticeNetwork.Create(seed: 5));
        var optimizer = new TrainingRecord.WatchedOptimizer(record, model, optim.SGD(model.parameters(), LearningRate));
        var batches = new TrainingRecord.WatchedBatches(
            record,
            new Batches(split.ToImageTensor(), split.ToLabelTensor(), BatchSize, seed: 7)
        );
        var before = PracticeNetwork.Weights(model);

        // As an evaluation leaves it, and as a fresh network is not.
        model.eval();
        var (first, failure) = Attempt.Of(() => train(model, CrossEntropyLoss(), optimizer, batches));
        Mode(record);
        failure?.Throw();

        Steps(record);
        Gradients(record);
        if (PracticeNetwork.Weights(model).SequenceEqual(before))
        {
            throw new WrongAnswerException(
                "Training changes the weights.",
                "After an epoch all weights are as before.",
                "`optimizer.step()` changes them, by the gradients that `loss.backward()` left."
            );
        }

        MeanLoss.Check(first, [.. record.Steps.Select(step => (step.Right!.Loss, step.Right.Count))]);
        if (record.TensorsPerBatch >= 1)
        {
            throw TensorLeak.Of(record.TensorsPerBatch, "In an epoch of 60,000 images that fills 15 GB.");
        }

        model.eval();
        var second = train(model, CrossEntropyLoss(), optimizer, batches);
        AgreesWithTrainer(model, split);
        return second < first
            ? (first, second)
            : throw new WrongAnswerException(
                "The loss falls from epoch to epoch.",
                $"First {first:0.0000}, then {second:0.0000}.",
                "Each call is one epoch: begin the sum of the losses at zero in each call."
            );
    }

    private static void Mode(TrainingRecord record)
    {
        if (record.Forwards.Exists(forward => !forward.Gradients))
        {
            throw new WrongAnswerException(
                "Training with gradients.",
                "The network was called while gradients were switched off.",
                "`no_grad()` belongs into the evaluation, not here."
            );
        }

        if (record.Forwards.Exists(forward => !forward.Training))
        {
            throw new WrongAnswerException(
                "The network learns in training mode.",
                "It was in evaluation mode, in which dropout does nothing.",
                "Begin the epoch with `model.train()`: the evaluation before may have left it in evaluation mode."
            );
        }
    }

    private static void Steps(TrainingRecord record)
    {
        if (record.Forwards.Count == 0)
        {
            throw new WrongAnswerException(
                "The network that your function is given learns.",
                "It was never called.",
                "`model.call(batch.Images)` for each batch; use the parameter `model`, not a variable of the notebook."
            );
        }

        if (record.Steps.Count == 0)
        {
            throw new WrongAnswerException(
                "The optimizer changes the weights after each batch.",
                "`optimizer.step()` was never called.",
                "It comes after `backward()`."
            );
        }

        if (record.Enumerations > 1)
        {
            throw new WrongAnswerException(
                "Each batch is asked for once an epoch.",
                $"The batches were gone through {record.Enumerations} times.",
                "Count and ToList run the whole pipeline too: count the images inside your one foreach."
            );
        }

        if (record.Steps.Count != Batches)
        {
            throw new WrongAnswerException(
                $"One step for each of the {Batches} batches.",
                $"`optimizer.step()` was called {Times(record.Steps.Count)}.",
                "`optimizer.step()` stands inside the foreach, once, and the loop goes on to the last batch."
            );
        }
    }

    internal static void Gradients(TrainingRecord record)
    {
        for (var i = 0; i < record.Steps.Count; i++)
        {
            var (seen, wiped, right) = record.Steps[i];
            if (seen is null || Array.TrueForAll(seen, value => value == 0))
            {
                throw wiped
                    ? new WrongAnswerException(
                        "The optimizer's step uses the gradients of the batch.",
                        "When it was called, all gradients were zero: `zero_grad()` stood between `backward()` and `step()` and wiped "
                            + "them out.",
                        "The order is: zero_grad, call the network, loss, backward, step."
                    )
                    : new WrongAnswerException(
                        "The optimizer's step uses the gradients of the batch.",
                        "When it was called there were no gradients.",
                        "Call `backward()` on the loss: it computes them."
                    );
            }

            if (right is null || Near(seen, right.Gradient))
            {
                continue;
            }

            if (Near(seen, right.SoftmaxGradient))
            {
                throw new WrongAnswerException(
                    "The loss gets the network's logits.",
                    "It got probabilities: a softmax stands before the cross-entropy.",
                    "Leave the softmax out: `CrossEntropyLoss` contains it, and with two the network hardly learns."
                );
            }

            if (i > 0 && Near(seen, [.. record.Steps[i - 1].Gradient!.Zip(right.Gradient, (a, b) => a + b)]))
            {
                throw new WrongAnswerException(
                    "Each step uses the gradients of its own batch.",
                    $"In step {i + 1} the gradients of the batches before were still in them; `zero_grad()` was called "
                        + $"{Times(record.Clears)} for {Batches} batches.",
                    "`backward()` adds to what is there. Call `optimizer.zero_grad()` in the loop, before `backward()`."
                );
            }

            throw new WrongAnswerException(
                "The gradients of the mean loss of the batch.",
                $"In step {i + 1} they are others.",
                "Call `loss` with the network's output for `batch.Images` and with `batch.Labels`, and `backward()` on what it gives, "
                    + "unchanged."
            );
        }
    }

    private static void AgreesWithTrainer(Module<Tensor, Tensor> model, ImageSplit split)
    {
        var twin = PracticeNetwork.Create(seed: 5);
        new Trainer(twin, CrossEntropyLoss(), optim.SGD(twin.parameters(), LearningRate)) { ShowsProgress = false }.Fit(
            split,
            epochs: 2,
            batchSize: BatchSize,
            seed: 7
        );
        var apart = PracticeNetwork.Weights(model).Zip(PracticeNetwork.Weights(twin), (a, b) => Math.Abs((double)a - b)).Max();
        if (!(apart <= Tolerance))
        {
            throw new WrongAnswerException(
                $"After two epochs the same weights as with the Trainer, but for {Tolerance:0.#####}.",
                $"They are up to {apart:0.#####} apart.",
                "Something differs in the second epoch: make each call do exactly the same."
            );
        }
    }

    private static string Times(int count) =>
        count switch
        {
            0 => "never",
            1 => "once",
            _ => $"{count} times",
        };

    private static bool Near(float[] a, float[] b)
    {
        var size = b.Max(Math.Abs);
        return a.Zip(b, (x, y) => Math.Abs(x - y)).Max() <= 1e-6 + (1e-3 * size);
    }
}
