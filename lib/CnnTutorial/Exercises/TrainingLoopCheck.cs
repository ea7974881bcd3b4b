using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Step 3, the training: the learner's epoch does what <see cref="Trainer"/> does.</summary>
internal static class TrainingLoopCheck
{
    /// <summary>How far apart two weights may be after the same two epochs through rounding.</summary>
    public const double Tolerance = 1e-5;

    private const int Count = 70;
    private const int BatchSize = 16;
    private const int Batches = 5;
    private const double LearningRate = 0.5;

    /// <summary>Runs two epochs and looks at each step of both.</summary>
    /// <returns>The mean losses of both epochs.</returns>
    public static (double First, double Second) Run(
        Func<Module<Tensor, Tensor>, Module<Tensor, Tensor, Tensor>, optim.Optimizer, IEnumerable<Batch>, double> train
    )
    {
        var split = PracticeImages.Quarters(Count, seed: 3);
        using var record = new TrainingRecord();
        var model = new TrainingRecord.Network(record, PracticeNetwork.Create(seed: 5));
        var loss = new TrainingRecord.WatchedLoss(record);
        var optimizer = new TrainingRecord.WatchedOptimizer(record, model, optim.SGD(model.parameters(), LearningRate));
        var batches = new TrainingRecord.WatchedBatches(
            record,
            new Batches(split.ToImageTensor(), split.ToLabelTensor(), BatchSize, seed: 7)
        );
        var seeds = new SeedProbe();
        var first = Epoch(1);
        var firstSteps = record.Steps;
        var second = Epoch(2);
        Returned(first, firstSteps, other: second);
        Returned(second, record.Steps, other: first, firstSteps);
        if (seeds.Reseeds)
        {
            throw new WrongAnswerException(
                "Random numbers that go on from epoch to epoch.",
                "Two epochs ended with TorchSharp's random numbers in the same state: your function sets them to a fixed start, so "
                    + "that every "
                    + "epoch would have the same order and the same dropout.",
                "Leave out `torch.manual_seed` in `TrainOneEpoch`; call it once, before the first epoch."
            );
        }

        AgreesWithTrainer(model, split);
        return second < first
            ? (first, second)
            : throw new WrongAnswerException(
                "The loss falls from epoch to epoch.",
                $"First {first:0.0000}, then {second:0.0000}.",
                "Each call is one epoch: begin the sum of the losses at zero in each call."
            );

        double Epoch(int number)
        {
            record.Begin();
            var before = PracticeNetwork.Weights(model);
            // In evaluation mode, as an evaluation leaves it; a new network is in training mode.
            model.eval();
            var rate = optimizer.ParamGroups.First().LearningRate;
            seeds.Begin();
            var (seen, failure) = Attempt.Of(() => train(model, loss, optimizer, batches));
            seeds.End();
            record.ThrowIfHoarded(failure is not null);
            Mode(record, number);
            failure?.Throw();
            PracticeNetwork.ThrowIfFreed(model, "The network `model`");
            LeftSwitchedOff.Check("`TrainOneEpoch` had ended");
            if (record.OptimizerIsFreed)
            {
                throw new WrongAnswerException(
                    "An optimizer that the next epoch can use.",
                    $"In epoch {number} your function freed it, with `Dispose` or a `using`.",
                    "Free only what your function makes itself; the optimizer, the network and the loss belong to the caller."
                );
            }

            Steps(record, number, !PracticeNetwork.Weights(model).AsSpan().SequenceEqual(before));
            record.ThrowIfOtherArguments($"In epoch {number}");
            StepGradients.ThrowIfWrong(record, number, PracticeNetwork.Weights(model), before);
            if (optimizer.ParamGroups.First().LearningRate != rate)
            {
                throw new WrongAnswerException(
                    "The learning rate stays as the caller chose it.",
                    $"In epoch {number} it was changed from {rate:0.####} to {optimizer.ParamGroups.First().LearningRate:0.####}.",
                    "Leave the optimizer's settings alone in `TrainOneEpoch`."
                );
            }

            return record.TensorsPerBatch >= 0.9 ? throw TensorLeak.Of(record.TensorsPerBatch, "Your loop") : seen;
        }
    }

    private static void Mode(TrainingRecord record, int epoch)
    {
        if (record.Forwards.Find(forward => !forward.Gradients) is { } without)
        {
            if (without.Batch >= (Count + BatchSize - 1) / BatchSize)
            {
                throw new WrongAnswerException(
                    "One pass through the batches in an epoch.",
                    $"In epoch {epoch}, after its last batch, the network was called again.",
                    "The mean loss that `TrainOneEpoch` returns is that of its own steps: add it up while you train."
                );
            }

            throw new WrongAnswerException(
                "Training with gradients.",
                $"In epoch {epoch}, at batch {without.Batch + 1}, the network was called while gradients were switched off.",
                "`no_grad()` belongs in the evaluation, not here; and there it needs its `using`, so that it ends."
            );
        }

        if (record.Forwards.Find(forward => !forward.Training) is { } evaluating)
        {
            throw new WrongAnswerException(
                "The network learns in training mode.",
                evaluating.Batch <= 0
                    ? "It was in evaluation mode, in which dropout does nothing."
                    : $"It was in evaluation mode, in which dropout does nothing, from batch {evaluating.Batch + 1} of epoch {epoch} on.",
                "Begin the epoch with `model.train()`: the evaluation before may have left it in evaluation mode."
            );
        }
    }

    private static void Steps(TrainingRecord record, int epoch, bool changed)
    {
        var steps = record.Steps.Count;
        if (record.Forwards.Count == 0)
        {
            throw new WrongAnswerException(
                "The network that your function is given learns.",
                epoch == 1 ? "It was never called." : $"In epoch 1 it learned; in epoch {epoch} it was never called.",
                "`model.call(batch.Images)` for each batch; use the parameter `model`, not a variable of the notebook."
            );
        }

        if (steps == 0 && changed)
        {
            throw new WrongAnswerException(
                "The optimizer that your function is given changes the weights.",
                "The weights changed, and the step of that optimizer was never called: they were changed by another one, or by hand.",
                "Use the parameter `optimizer`. One that is made inside the function, or a variable of the notebook, is not the one "
                    + "that the "
                    + "caller chose, and a new Adam in each epoch forgets its means."
            );
        }

        if (steps == 0)
        {
            throw new WrongAnswerException(
                "The optimizer changes the weights after each batch.",
                "`optimizer.step()` was never called, and all weights are as before.",
                "It comes after `backward()`. Use the parameter `optimizer`."
            );
        }

        if (record.Enumerations > 1)
        {
            var learned = steps >= record.Enumerations * Batches;
            throw new WrongAnswerException(
                "Each batch is asked for once an epoch.",
                learned
                    ? $"The network learned from all batches {record.Enumerations} times."
                    : $"The batches were gone through {record.Enumerations} times.",
                learned
                    ? "One call is one epoch: one foreach over the batches, and no loop around it. The caller counts the epochs."
                    : "Count and ToList run the whole pipeline too: count the images inside your one foreach."
            );
        }

        if (record.Drawn.Count < Batches)
        {
            throw new WrongAnswerException(
                $"All {Batches} batches, the last and smaller one too.",
                $"In epoch {epoch} only {record.Drawn.Count} of them {(record.Drawn.Count == 1 ? "was" : "were")} asked for.",
                "The loop goes on to the last batch: is there a `return` or a `break` inside it, or a `Take`?"
            );
        }

        var perBatch = Enumerable.Range(0, Batches).Select(batch => record.Steps.Count(step => step.Batch == batch)).ToList();
        if (record.Forwards.Select(forward => forward.Batch).Distinct().Count() < Batches)
        {
            var left = Enumerable.Range(0, Batches).First(batch => record.Forwards.TrueForAll(forward => forward.Batch != batch));
            throw new WrongAnswerException(
                "The network learns from each batch.",
                $"Batch {left + 1}, of {record.Drawn[left]} images, was asked for, and the network was not called with it.",
                "No batch is left out, neither the first nor the smaller last one: is there a `Skip`, a `continue` or an `if`?"
            );
        }

        if (perBatch.TrueForAll(count => count == 2))
        {
            throw new WrongAnswerException(
                "One step for each batch.",
                $"`optimizer.step()` was called {steps} times for {Batches} batches, twice for each.",
                "Call it once in the loop."
            );
        }

        if (!perBatch.TrueForAll(count => count == 1))
        {
            throw new WrongAnswerException(
                $"One step for each of the {Batches} batches.",
                $"`optimizer.step()` was called {Times(steps)} in epoch {epoch}: for the {Batches} batches "
                    + $"{string.Join(", ", perBatch)} times.",
                "`optimizer.step()` stands inside the foreach, once, without a condition, and the loop goes on to the last batch."
            );
        }
    }

    /// <summary>Judges the mean loss that was returned.</summary>
    private static void Returned(double seen, List<StepCall> steps, double other, List<StepCall>? before = null)
    {
        var others = new List<(double Value, string What, string Hint)>
        {
            (
                Mean(steps, step => step.LossAfter),
                "the mean of the losses after each step",
                "The network was called once more after `optimizer.step()`, with new weights. Keep the loss that you called "
                    + "`backward()` on."
            ),
            (
                steps[^1].LossAfter,
                "the loss of the last batch after its step",
                "Add up, over all batches, the loss that you called `backward()` on."
            ),
        };
        if (before is not null)
        {
            others.Insert(
                0,
                (
                    Mean([.. before, .. steps], step => step.Right!.Loss),
                    "the mean of this epoch and the one before together",
                    "Begin the sum and the count at zero in each call: declare them inside the function, not as variables of the notebook."
                )
            );
            others.Insert(
                1,
                (
                    Mean(before, step => step.Right!.Loss) + Mean(steps, step => step.Right!.Loss),
                    "the sum of both epochs' means",
                    "Begin the sum at zero in each call: declare it inside the function."
                )
            );
        }

        MeanLoss.Check(seen, [.. steps.Select(step => (step.Right!.Loss, step.Right.Count))], others, other);
    }

    private static double Mean(List<StepCall> steps, Func<StepCall, double> loss) =>
        steps.Sum(step => loss(step) * step.Right!.Count) / steps.Sum(step => step.Right!.Count);

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
                $"After two epochs the same weights as with the Trainer, within {Tolerance:0.#####}.",
                $"They are up to {apart:0.#####} apart, though each step used the right gradients.",
                "Does your function do more with the batches, the weights or the learning rate than the five lines?"
            );
        }
    }

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";
}
