namespace CnnTutorial;

/// <summary>Judges the gradients that each step of the learner's loop used, and what happened to the weights besides.</summary>
internal static class StepGradients
{
    private const string Own = "The gradients of the mean loss of the batch, and of that batch alone.";

    /// <param name="record">One epoch.</param>
    /// <param name="epoch">Its number, from 1; null if there is only one.</param>
    /// <param name="end">The weights at its end.</param>
    /// <param name="begin">The weights at its beginning.</param>
    /// <exception cref="WrongAnswerException">A step used other gradients; the message names the likeliest reason.</exception>
    public static void ThrowIfWrong(TrainingRecord record, int? epoch, float[] end, float[]? begin = null)
    {
        var steps = record.Steps;
        var inEpoch = epoch is null ? "" : $" of epoch {epoch}";
        if (begin is not null && !Same(steps[0].Before, begin))
        {
            throw Moved($"before the first step{inEpoch}");
        }

        for (var i = 0; i < steps.Count; i++)
        {
            var where = $"In step {i + 1}{inEpoch}";
            var step = steps[i];
            if (i > 0 && !Same(step.Before, steps[i - 1].After))
            {
                throw Moved($"between steps {i} and {i + 1}{inEpoch}");
            }

            if (step.Gradient is not { } seen || Array.TrueForAll(seen, value => value == 0))
            {
                throw None(step);
            }

            if (step.Right is { } right && !Near(seen, right.Gradient))
            {
                throw Other(step, seen, right, i > 0 ? steps[i - 1] : null, where, record);
            }
        }

        if (!Same(steps[^1].After, end))
        {
            throw Moved($"after the last step{inEpoch}");
        }
    }

    private static WrongAnswerException Moved(string when) =>
        new(
            "Only the optimizer's step changes the weights.",
            $"The weights changed {when}, by more than `optimizer.step()`.",
            "Leave the weights to `optimizer.step()`: no new random weights, no rounding, no decay and no copy of weights of your own."
        );

    private static WrongAnswerException None(StepCall step)
    {
        const string Expected = "The optimizer's step uses the gradients of the batch.";
        const string Order = "The order is: zero_grad, call the network, loss, backward, step.";
        return step switch
        {
            { Wiped: true } => new(
                Expected,
                "When it was called, all gradients were zero: `zero_grad()` stood between `backward()` and `step()` and cleared them.",
                Order
            ),
            { Called: false } => new(
                Expected,
                $"At batch {step.Batch + 1} `step()` was called before the network: there were no gradients.",
                Order
            ),
            _ => new(Expected, "When it was called there were no gradients.", "Call `backward()` on the loss: it computes them. " + Order),
        };
    }

    private static WrongAnswerException Other(
        StepCall step,
        float[] seen,
        Reference right,
        StepCall? before,
        string where,
        TrainingRecord record
    )
    {
        if (Near(seen, right.SoftmaxGradient))
        {
            return new(
                "The loss gets the network's logits.",
                "It got probabilities: a softmax stands before the cross-entropy.",
                "Leave the softmax out: `CrossEntropyLoss` contains it, and with two the network hardly learns."
            );
        }

        if (before?.Gradient is { } old && Near(seen, [.. old.Zip(right.Gradient, (a, b) => a + b)]))
        {
            return new(
                "Each step uses the gradients of its own batch.",
                $"{where} the gradients of the batches before were still in them; `zero_grad()` was called "
                    + $"{Times(record.Clears)} for {Rounds(record)}.",
                "`backward()` adds to what is there. Call `optimizer.zero_grad()` in the loop, before `backward()`."
            );
        }

        if (before is null && record.Clears == 0 && step.Batch == 0 && Factor(seen, right.Gradient) is null)
        {
            return new(
                "Each step uses the gradients of its own batch.",
                $"{where} gradients from before the epoch were still in them: `zero_grad()` was never called for {Rounds(record)}.",
                "`backward()` adds to what is there. Call `optimizer.zero_grad()` in the loop, before `backward()`."
            );
        }

        if (before?.Right is { } last && Near(seen, last.Gradient))
        {
            return new(
                Own,
                $"{where} they are those of the batch before.",
                "`step()` comes after `backward()` of the same batch. The order is: zero_grad, call the network, loss, backward, step."
            );
        }

        if (Factor(seen, right.Gradient) is { } factor)
        {
            return new(
                Own,
                $"{where} they are {factor:0.####} times as large"
                    + (Math.Abs(factor - right.Count) < 0.01 ? $": those of the sum over the {right.Count} images of the batch." : "."),
                factor < 0
                    ? "The loss should fall: call `backward()` on the loss itself, without a minus."
                    : "Call `backward()` on what `loss.call(…)` gives, unchanged: not multiplied by `batch.Count`, not divided by the "
                        + "number of "
                        + "batches; and do not cut gradients off (`clip_grad_norm_`)."
            );
        }

        if (record.Losses.FindLast(loss => loss.Batch == step.Batch)?.Logits is { } logits)
        {
            return TrainingRecord.Other(logits, where);
        }

        var rest = seen.Zip(right.Gradient, (a, b) => a - b).ToArray();
        if (Factor(rest, step.Before) is { } decay)
        {
            return new(
                Own,
                $"{where} {decay:0.####} times the weights themselves are added to them.",
                "A term for the size of the weights (weight decay) was not asked for: call `backward()` on the loss alone."
            );
        }

        return new(
            Own,
            $"{where} they are others: they differ from the right ones by up to {rest.Max(Math.Abs):0.####}, and the largest right one is "
                + $"{right.Gradient.Max(Math.Abs):0.####}.",
            "Call `loss` with the network's output for `batch.Images`, unchanged, and with `batch.Labels`, and `backward()` on what it "
                + "gives, unchanged."
        );
    }

    /// <summary>The number by which one row is a multiple of the other; null if it is not a multiple.</summary>
    private static double? Factor(float[] seen, float[] right)
    {
        var factor = seen.Zip(right, (a, b) => (double)a * b).Sum() / right.Sum(b => (double)b * b);
        return double.IsFinite(factor) && Math.Abs(factor) > 1e-9 && Near(seen, Array.ConvertAll(right, b => (float)(factor * b)))
            ? factor
            : null;
    }

    /// <summary>How often the gradients should have been cleared.</summary>
    private static string Rounds(TrainingRecord record) =>
        record.Drawn.Count > 1 ? $"{record.Drawn.Count} batches" : $"{record.Steps.Count} steps";

    private static bool Same(float[] a, float[] b) => a.AsSpan().SequenceEqual(b);

    private static bool Near(float[] a, float[] b)
    {
        var size = b.Max(Math.Abs);
        return a.Zip(b, (x, y) => Math.Abs(x - y)).Max() <= Math.Min(1e-6, 1e-2 * size) + (1e-3 * size);
    }

    private static string Times(int count) =>
        count switch
        {
            0 => "0 times",
            1 => "once",
            _ => $"{count} times",
        };
}
