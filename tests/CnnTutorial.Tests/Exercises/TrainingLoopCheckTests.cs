using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises;

[Collection(TorchRandom.Name)]
public sealed class TrainingLoopCheckTests
{
    private delegate double Training(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer optimizer,
        IEnumerable<Batch> batches
    );

    private static readonly Dictionary<string, (Training Code, string Seen)> Mistakes = new()
    {
        ["forgot zero_grad"] = (
            Loop(
                (o, _) => { },
                (l, o) =>
                {
                    l.backward();
                    o.step();
                }
            ),
            "`zero_grad()` was called never"
        ),
        ["zero_grad once an epoch"] = (
            (model, loss, optimizer, batches) =>
            {
                optimizer.zero_grad();
                return Loop(
                    (o, _) => { },
                    (l, o) =>
                    {
                        l.backward();
                        o.step();
                    }
                )(model, loss, optimizer, batches);
            },
            "`zero_grad()` was called once"
        ),
        ["zero_grad between backward and step"] = (
            Loop(
                (_, _) => { },
                (l, o) =>
                {
                    l.backward();
                    o.zero_grad();
                    o.step();
                }
            ),
            "wiped them out"
        ),
        ["the model's zero_grad between backward and step"] = (
            Loop(
                (_, _) => { },
                (l, o, m) =>
                {
                    l.backward();
                    m.zero_grad();
                    o.step();
                }
            ),
            "wiped them out"
        ),
        ["forgot backward"] = (Loop((o, _) => o.zero_grad(), (_, o) => o.step()), "there were no gradients"),
        ["forgot step"] = (Loop((o, _) => o.zero_grad(), (l, _) => l.backward()), "`optimizer.step()` was never called"),
        ["step after the loop"] = (StepAfterTheLoop, "`optimizer.step()` was called once"),
        ["forgot train()"] = (
            Loop(
                (o, _) => o.zero_grad(),
                (l, o) =>
                {
                    l.backward();
                    o.step();
                },
                train: false
            ),
            "It was in evaluation mode"
        ),
        ["no_grad while training"] = (
            (model, loss, optimizer, batches) =>
            {
                using var none = no_grad();
                return Right(model, loss, optimizer, batches);
            },
            "gradients were switched off"
        ),
        ["softmax before the loss"] = (
            (model, loss, optimizer, batches) => Right(model, new AfterSoftmax(loss), optimizer, batches),
            "It got probabilities"
        ),
        ["another loss"] = (
            (model, loss, optimizer, batches) => Right(model, new Doubled(loss), optimizer, batches),
            "In step 1 they are others"
        ),
        ["another network"] = (
            (_, loss, optimizer, batches) => Right(PracticeNetwork.Create(), loss, optimizer, batches),
            "It was never called"
        ),
        ["the batches gone through twice"] = (
            (model, loss, optimizer, batches) => batches.Count() * 0 + Right(model, loss, optimizer, batches),
            "gone through 2 times"
        ),
        ["returns the last batch's loss"] = (
            (model, loss, optimizer, batches) => Losses(model, loss, optimizer, batches)[^1].Loss,
            "the loss of the last batch alone"
        ),
        ["returns the mean over batches"] = (
            (model, loss, optimizer, batches) => Losses(model, loss, optimizer, batches).Average(pair => pair.Loss),
            "the mean over batches"
        ),
        ["returns the sum over batches"] = (
            (model, loss, optimizer, batches) => Losses(model, loss, optimizer, batches).Sum(pair => pair.Loss),
            "the sum of the batches' losses"
        ),
        ["returns the sum over images"] = (
            (model, loss, optimizer, batches) => Losses(model, loss, optimizer, batches).Sum(pair => pair.Loss * pair.Count),
            "the sum over all images"
        ),
        ["returns nothing useful"] = (
            (model, loss, optimizer, batches) => Right(model, loss, optimizer, batches) * 0,
            "0.0000: another number"
        ),
        ["no dispose scope"] = (Leaky, "tensors behind"),
        ["one dispose scope around the epoch"] = (
            (model, loss, optimizer, batches) =>
            {
                using var scope = NewDisposeScope();
                return Leaky(model, loss, optimizer, batches);
            },
            "tensors behind"
        ),
        ["another second epoch"] = (LearnsOnce(), "apart"),
        ["keeps the batches"] = ((model, loss, optimizer, batches) => Right(model, loss, optimizer, batches.ToList()), "empty handle"),
    };

    /// <summary>What ends in an exception: the cure stands in the hint.</summary>
    private static readonly Dictionary<string, (Training Code, string Hint)> Thrown = new()
    {
        ["step before backward"] = (
            Loop(
                (o, _) => o.zero_grad(),
                (l, o) =>
                {
                    o.step();
                    l.backward();
                }
            ),
            Order
        ),
        ["step before backward, and no zero_grad"] = (
            Loop(
                (_, _) => { },
                (l, o) =>
                {
                    o.step();
                    l.backward();
                }
            ),
            Order
        ),
        ["the loss's arguments swapped"] = (
            (model, loss, optimizer, batches) => Right(model, new Swapped(loss), optimizer, batches),
            "the arguments are swapped: logits first, labels second"
        ),
        ["the loss as a double"] = (
            Loop(
                (o, _) => o.zero_grad(),
                (l, o) =>
                {
                    l.backward();
                    o.step();
                    l.item<double>();
                }
            ),
            Item
        ),
        ["the loss as a whole number"] = (
            Loop(
                (o, _) => o.zero_grad(),
                (l, o) =>
                {
                    l.backward();
                    o.step();
                    l.item<int>();
                }
            ),
            Item
        ),
    };

    private const string Order = "The order of the lines is: zero_grad, call the network, loss, backward, step.";
    private const string Item = "a float32 tensor's number is `item<float>()`, an int64 tensor's `item<long>()`";

    public static TheoryData<string> Throwing() => [.. Thrown.Keys];

    [Theory]
    [MemberData(nameof(Throwing))]
    public void An_exception_is_cured(string mistake) =>
        Mistake.IsCured(Check(Thrown[mistake].Code), Thrown[mistake].Hint, Thrown.Values.Select(other => other.Hint));

    public static TheoryData<string> Names() => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistake_is_recognised(string mistake) =>
        Mistake.IsRecognised(Check(Mistakes[mistake].Code), Mistakes[mistake].Seen, Mistakes.Values.Select(other => other.Seen));

    [Fact]
    public void A_right_loop_passes()
    {
        var result = Check(Right);
        Mistake.IsNone(result);
        Assert.Contains("within 0.00001", result.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_may_be_cleared_after_the_step_or_by_the_model()
    {
        Mistake.IsNone(
            Check(
                Loop(
                    (_, _) => { },
                    (l, o) =>
                    {
                        l.backward();
                        o.step();
                        o.zero_grad();
                    }
                )
            )
        );
        Mistake.IsNone(
            Check(
                Loop(
                    (_, m) => m.zero_grad(),
                    (l, o) =>
                    {
                        l.backward();
                        o.step();
                    }
                )
            )
        );
        Mistake.IsNone(
            Check(
                Loop(
                    (_, _) => { },
                    (l, o) =>
                    {
                        o.zero_grad();
                        l.backward();
                        o.step();
                    }
                )
            )
        );
    }

    [Fact]
    public void The_step_is_not_yet_done_while_one_of_its_two_functions_is_missing()
    {
        Training stub = (_, _, _, _) => throw new NotImplementedException("Fill me in: TrainOneEpoch.");
        Assert.Equal(CheckStatus.NotYet, Check(stub).Status);
        var result = Exercise.CheckTrainingLoop(
            (m, l, o, b) => Right(m, l, o, b),
            (_, _, _) => throw new NotImplementedException("Fill me in: Judge.")
        );
        Assert.Equal(CheckStatus.NotYet, result.Status);
        Assert.Contains("Judge", result.Seen, StringComparison.Ordinal);
    }

    internal static double Right(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer optimizer,
        IEnumerable<Batch> batches
    ) =>
        Losses(model, loss, optimizer, batches) is var losses
            ? losses.Sum(pair => pair.Loss * pair.Count) / losses.Sum(pair => pair.Count)
            : 0;

    private static CheckResult Check(Training training) =>
        Exercise.CheckTrainingLoop(
            (model, loss, optimizer, batches) => training(model, loss, optimizer, batches),
            EvaluationCheckTests.Right
        );

    private static List<(double Loss, int Count)> Losses(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer optimizer,
        IEnumerable<Batch> batches
    )
    {
        var losses = new List<(double, int)>();
        model.train();
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var value = loss.call(model.call(batch.Images), batch.Labels);
            value.backward();
            optimizer.step();
            losses.Add((value.item<float>(), batch.Count));
        }

        return losses;
    }

    /// <summary>The loop with other lines before the loss and after it.</summary>
    private static Training Loop(
        Action<optim.Optimizer, Module> before,
        Action<Tensor, optim.Optimizer, Module> after,
        bool train = true,
        bool scoped = true
    ) =>
        (model, loss, optimizer, batches) =>
        {
            if (train)
            {
                model.train();
            }

            var (sum, count) = (0.0, 0);
            foreach (var batch in batches)
            {
                using var scope = scoped ? NewDisposeScope() : null;
                before(optimizer, model);
                var value = loss.call(model.call(batch.Images), batch.Labels);
                after(value, optimizer, model);
                sum += value.item<float>() * batch.Count;
                count += batch.Count;
            }

            return sum / count;
        };

    private static Training Loop(Action<optim.Optimizer, Module> before, Action<Tensor, optim.Optimizer> after, bool train = true) =>
        Loop(before, (loss, optimizer, _) => after(loss, optimizer), train);

    private static double StepAfterTheLoop(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer optimizer,
        IEnumerable<Batch> batches
    )
    {
        optimizer.zero_grad();
        var mean = Loop((_, _) => { }, (l, _) => l.backward())(model, loss, optimizer, batches);
        optimizer.step();
        return mean;
    }

    private static double Leaky(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer optimizer,
        IEnumerable<Batch> batches
    ) =>
        Loop(
            (o, _) => o.zero_grad(),
            (l, o, _) =>
            {
                l.backward();
                o.step();
            },
            scoped: false
        )(model, loss, optimizer, batches);

    private static Training LearnsOnce()
    {
        var calls = 0;
        return (model, loss, optimizer, batches) => Right(model, loss, optimizer, ++calls % 2 == 1 ? batches : batches.Take(2));
    }

    private sealed class AfterSoftmax(Module<Tensor, Tensor, Tensor> loss) : Module<Tensor, Tensor, Tensor>("after softmax")
    {
        public override Tensor forward(Tensor logits, Tensor labels) => loss.call(logits.softmax(1), labels);
    }

    private sealed class Swapped(Module<Tensor, Tensor, Tensor> loss) : Module<Tensor, Tensor, Tensor>("swapped")
    {
        public override Tensor forward(Tensor logits, Tensor labels) => loss.call(labels, logits);
    }

    private sealed class Doubled(Module<Tensor, Tensor, Tensor> loss) : Module<Tensor, Tensor, Tensor>("doubled")
    {
        public override Tensor forward(Tensor logits, Tensor labels) => loss.call(logits, labels) * 2;
    }
}
