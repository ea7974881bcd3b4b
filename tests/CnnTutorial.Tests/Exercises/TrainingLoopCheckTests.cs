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
            "`zero_grad()` was called 0 times"
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
            "cleared them"
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
            "cleared them"
        ),
        ["forgot backward"] = (Loop((o, _) => o.zero_grad(), (_, o) => o.step()), "When it was called there were no gradients"),
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
            "In step 1 of epoch 1 they are 2 times as large"
        ),
        ["another network"] = (
            (_, loss, optimizer, batches) => Right(PracticeNetwork.Create(), loss, optimizer, batches),
            "It was never called"
        ),
        ["a loss of its own"] = (
            (model, _, optimizer, batches) => Right(model, CrossEntropyLoss(), optimizer, batches),
            "In epoch 1 it was never called"
        ),
        ["a loss of its own after the first epoch"] = (
            (model, loss, optimizer, batches) =>
                Right(model, model.parameters().First().grad is null ? loss : CrossEntropyLoss(), optimizer, batches),
            "In epoch 2 it was never called"
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
        ["returns nothing useful"] = ((model, loss, optimizer, batches) => Right(model, loss, optimizer, batches) * 0, "0.0000: zero"),
        ["no dispose scope"] = (Leaky, "tensors behind"),
        ["one dispose scope around the epoch"] = (
            (model, loss, optimizer, batches) =>
            {
                using var scope = NewDisposeScope();
                return Leaky(model, loss, optimizer, batches);
            },
            "tensors behind"
        ),
        ["another second epoch"] = (LearnsOnce(), "In epoch 2 only 2 of them were asked for"),
        ["manual_seed in the epoch"] = (
            (model, loss, optimizer, batches) =>
            {
                manual_seed(1);
                return Right(model, loss, optimizer, batches);
            },
            "your function sets them to a fixed start"
        ),
        ["gradients left off"] = (
            (model, loss, optimizer, batches) =>
            {
                var mean = Right(model, loss, optimizer, batches);
                no_grad();
                return mean;
            },
            "After `TrainOneEpoch` had ended, gradients were still switched off"
        ),
        ["frees the optimizer"] = (
            (model, loss, optimizer, batches) =>
            {
                var mean = Right(model, loss, optimizer, batches);
                optimizer.Dispose();
                return mean;
            },
            "your function freed it"
        ),
        ["an optimizer of its own"] = (
            (model, loss, _, batches) => Right(model, loss, optim.Adam(model.parameters(), 0.01), batches),
            "the step of that optimizer was never called"
        ),
        ["returns a constant"] = (
            (model, loss, optimizer, batches) => Right(model, loss, optimizer, batches) is var _ ? 0.5 : 0,
            "0.5000: the same from two calls"
        ),
        ["returns the loss after the step"] = (LossAfterTheStep, "the mean of the losses after each step"),
        ["sums whole numbers"] = (
            (model, loss, optimizer, batches) =>
            {
                var losses = Losses(model, loss, optimizer, batches);
                return (double)losses.Sum(pair => (int)(pair.Loss * pair.Count)) / losses.Sum(pair => pair.Count);
            },
            "losses that were cut to whole numbers"
        ),
        ["rounds"] = (
            (model, loss, optimizer, batches) => Math.Round(Right(model, loss, optimizer, batches), 2),
            "the mean loss, rounded to 2 digits"
        ),
        ["a sum that goes on"] = (GoesOn(), "the mean of this epoch and the one before together"),
        ["clips the gradients"] = (
            Loop(
                (o, _) => o.zero_grad(),
                (l, o, m) =>
                {
                    l.backward();
                    nn.utils.clip_grad_norm_(m.parameters(), 0.01);
                    o.step();
                }
            ),
            "In step 1 of epoch 1 they are 0.0"
        ),
        ["a penalty on the weights"] = (
            Loop(
                (o, _) => o.zero_grad(),
                (l, o, m) =>
                {
                    (l + m.parameters().Select(w => (w * w).sum()).Aggregate((a, b) => a + b) * 0.05).backward();
                    o.step();
                }
            ),
            "0.1 times the weights themselves are added to them"
        ),
        ["the weights rounded after the step"] = (
            Loop(
                (o, _) => o.zero_grad(),
                (l, o, m) =>
                {
                    l.backward();
                    o.step();
                    using var none = no_grad();
                    m.parameters().First().mul_(0.9);
                }
            ),
            "The weights changed between steps 1 and 2 of epoch 1"
        ),
        ["images scaled again"] = (
            (model, loss, optimizer, batches) => Right(new Divided(model), loss, optimizer, batches),
            "it got images with pixels from 0 to 0.0039"
        ),
        ["half of the batch"] = (
            (model, loss, optimizer, batches) => Right(model, loss, optimizer, batches.Select(Half)),
            "it got 8 images of a batch of 16"
        ),
        ["the last batch left out"] = (
            (model, loss, optimizer, batches) => Right(model, loss, optimizer, batches.Where(batch => batch.Count == 16)),
            "Batch 5, of 6 images, was asked for, and the network was not called with it"
        ),
        ["another learning rate"] = (
            (model, loss, optimizer, batches) =>
            {
                foreach (var group in optimizer.ParamGroups)
                {
                    group.LearningRate /= 2;
                }

                return Right(model, loss, optimizer, batches);
            },
            "In epoch 1 it was changed from 0.5 to 0.25"
        ),
        ["new weights in each epoch"] = (
            (model, loss, optimizer, batches) =>
            {
                PracticeNetwork.Copy(PracticeNetwork.Create(seed: 9), model);
                return Right(model, loss, optimizer, batches);
            },
            "The weights changed before the first step of epoch 1"
        ),
        ["returns half"] = (
            (model, loss, optimizer, batches) => Right(model, loss, optimizer, batches) / 2,
            "0.5 times the mean loss; the losses of the batches are"
        ),
        ["two steps a batch"] = (
            Loop(
                (o, _) => o.zero_grad(),
                (l, o) =>
                {
                    l.backward();
                    o.step();
                    o.step();
                }
            ),
            "twice for each"
        ),
        ["a step before the network is called"] = (
            Loop(
                (o, _) =>
                {
                    o.step();
                    o.zero_grad();
                },
                (l, _) => l.backward()
            ),
            "`step()` was called before the network"
        ),
        ["divides by one image too few"] = (
            (model, loss, optimizer, batches) =>
                Losses(model, loss, optimizer, batches) is var all
                    ? all.Sum(pair => pair.Loss * pair.Count) / (all.Sum(pair => pair.Count) - 1)
                    : 0,
            "the losses of all images, divided by 69, and there are 70"
        ),
        ["overwrites the sum"] = (
            (model, loss, optimizer, batches) =>
                Losses(model, loss, optimizer, batches) is var all ? all[^1].Loss * all[^1].Count / all.Sum(pair => pair.Count) : 0,
            "what the last batch alone adds"
        ),
        ["a softmax over the images"] = (
            (model, loss, optimizer, batches) => Right(model, new OfColumns(loss), optimizer, batches),
            "it got numbers that sum to 1 over the images of the batch"
        ),
        ["two epochs in a call"] = (
            (model, loss, optimizer, batches) => Right(model, loss, optimizer, batches) * 0 + Right(model, loss, optimizer, batches),
            "The network learned from all batches 2 times"
        ),
        ["the first batch skipped"] = (
            (model, loss, optimizer, batches) => Right(model, loss, optimizer, batches.Skip(1)),
            "Batch 1, of 16 images, was asked for, and the network was not called with it"
        ),
        ["looks ahead"] = (
            (model, loss, optimizer, batches) => Right(model, loss, optimizer, batches.SkipLast(1)),
            "2 batches were asked for before the network"
        ),
        ["frees the network"] = (
            (model, loss, optimizer, batches) =>
            {
                using var freed = model;
                return Right(freed, loss, optimizer, batches);
            },
            "The network `model` was freed"
        ),
        ["keeps the batches"] = (
            (model, loss, optimizer, batches) => Right(model, loss, optimizer, batches.ToList()),
            "5 batches were asked for before the network"
        ),
    };

    /// <summary>Mistakes that end in an exception: the hint names the cure.</summary>
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
        ["backward twice"] = (
            Loop(
                (o, _) => o.zero_grad(),
                (l, o) =>
                {
                    l.backward();
                    l.backward();
                    o.step();
                }
            ),
            "so it works only once for each loss"
        ),
        ["the loss read after its scope"] = (
            (model, loss, optimizer, batches) =>
            {
                model.train();
                Tensor? last = null;
                foreach (var batch in batches)
                {
                    using var scope = NewDisposeScope();
                    optimizer.zero_grad();
                    last = loss.call(model.call(batch.Images), batch.Labels);
                    last.backward();
                    optimizer.step();
                }

                return last!.item<float>();
            },
            "A `using` or a dispose scope ends at its closing brace"
        ),
        ["the loss's arguments swapped"] = (
            (model, loss, optimizer, batches) => Right(model, new Swapped(loss), optimizer, batches),
            "the arguments are swapped: logits first, labels second"
        ),
        ["another loss, of another shape"] = (
            (model, _, optimizer, batches) => Right(model, MSELoss(), optimizer, batches),
            "Use the parameter `loss`, `loss.call(logits, batch.Labels)`, and no loss of your own"
        ),
        ["a network of doubles"] = (
            (model, loss, optimizer, batches) => Right(model.to(ScalarType.Float64), loss, optimizer, batches),
            "leave out the `to(ScalarType.Float64)` of the network"
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
    public void Labels_may_be_rows_of_zeros_and_a_one() =>
        Mistake.IsNone(Check((model, loss, optimizer, batches) => Right(model, new OneHot(loss), optimizer, batches)));

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
    public void A_step_may_get_a_closure()
    {
        var result = Check(
            (model, loss, optimizer, batches) =>
            {
                model.train();
                var (sum, images) = (0.0, 0);
                foreach (var batch in batches)
                {
                    using var scope = NewDisposeScope();
                    var value = optimizer.step(() =>
                    {
                        optimizer.zero_grad();
                        var batchLoss = loss.call(model.call(batch.Images), batch.Labels);
                        batchLoss.backward();
                        return batchLoss;
                    });
                    sum += value.item<float>() * batch.Count;
                    images += batch.Count;
                }

                return sum / images;
            }
        );
        Mistake.IsNone(result);
    }

    [Fact]
    public void Each_tensor_may_have_a_using_of_its_own()
    {
        var result = Check(
            (model, loss, optimizer, batches) =>
            {
                model.train();
                var (sum, images) = (0.0, 0);
                foreach (var batch in batches)
                {
                    optimizer.zero_grad();
                    using var logits = model.call(batch.Images);
                    using var batchLoss = loss.call(logits, batch.Labels);
                    batchLoss.backward();
                    optimizer.step();
                    sum += batchLoss.item<float>() * batch.Count;
                    images += batch.Count;
                }

                return sum / images;
            }
        );
        Mistake.IsNone(result);
    }

    [Fact]
    public void What_is_left_behind_is_counted_as_it_is()
    {
        var kept = new List<Tensor>();
        var result = Check(
            Loop(
                (o, _) => o.zero_grad(),
                (l, o) =>
                {
                    l.backward();
                    o.step();
                    kept.Add(l.detach().clone().DetachFromDisposeScope());
                }
            )
        );
        kept.ForEach(tensor => tensor.Dispose());
        Assert.Contains("Your loop left 1 tensor behind with each batch.", result.Seen, StringComparison.Ordinal);
        Assert.Contains("that makes 235 tensors", result.Seen, StringComparison.Ordinal);
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

    private static double LossAfterTheStep(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer optimizer,
        IEnumerable<Batch> batches
    )
    {
        model.train();
        var (sum, images) = (0.0, 0);
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            loss.call(model.call(batch.Images), batch.Labels).backward();
            optimizer.step();
            sum += loss.call(model.call(batch.Images), batch.Labels).item<float>() * batch.Count;
            images += batch.Count;
        }

        return sum / images;
    }

    private static Training GoesOn()
    {
        var (sum, images) = (0.0, 0);
        return (model, loss, optimizer, batches) =>
        {
            foreach (var (value, count) in Losses(model, loss, optimizer, batches))
            {
                sum += value * count;
                images += count;
            }

            return sum / images;
        };
    }

    private static Batch Half(Batch batch) =>
        batch.Count == 16 ? new Batch(batch.Images.narrow(0, 0, 8), batch.Labels.narrow(0, 0, 8)) : batch;

    private sealed class Divided : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _model;

        public Divided(Module<Tensor, Tensor> model)
            : base("divided")
        {
            _model = model;
            RegisterComponents();
        }

        public override Tensor forward(Tensor images) => _model.call(images / 255);
    }

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

    private sealed class OfColumns(Module<Tensor, Tensor, Tensor> loss) : Module<Tensor, Tensor, Tensor>("of columns")
    {
        public override Tensor forward(Tensor logits, Tensor labels) => loss.call(logits.softmax(0), labels);
    }

    private sealed class OneHot(Module<Tensor, Tensor, Tensor> loss) : Module<Tensor, Tensor, Tensor>("one-hot")
    {
        public override Tensor forward(Tensor logits, Tensor labels) =>
            loss.call(logits, functional.one_hot(labels, logits.shape[1]).to(ScalarType.Float32));
    }

    private sealed class Doubled(Module<Tensor, Tensor, Tensor> loss) : Module<Tensor, Tensor, Tensor>("doubled")
    {
        public override Tensor forward(Tensor logits, Tensor labels) => loss.call(logits, labels) * 2;
    }
}
