using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises.Tasks;

[Collection(TorchRandom.Name)]
public sealed class OneBatchCheckTests
{
    private delegate IReadOnlyList<double> Training(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer optimizer,
        Batch batch,
        int steps
    );

    private static readonly Dictionary<string, (Training Code, string Seen)> Mistakes = new()
    {
        ["nothing"] = ((_, _, _, _, _) => [], "It was never called"),
        ["no gradients"] = (
            (model, loss, optimizer, batch, steps) =>
            {
                using var none = no_grad();
                model.call(batch.Images);
                return [];
            },
            "while gradients were switched off"
        ),
        ["no step"] = (Loop(step: (_, _) => { }), "`optimizer.step()` was never called"),
        ["another optimizer"] = (
            (model, loss, _, batch, steps) => Right(model, loss, optim.SGD(model.parameters(), 0.3), batch, steps),
            "`optimizer.step()` was never called"
        ),
        ["one step"] = ((model, loss, optimizer, batch, _) => Right(model, loss, optimizer, batch, 1), "One step."),
        ["one too few"] = ((model, loss, optimizer, batch, steps) => Right(model, loss, optimizer, batch, steps - 1), "59 steps."),
        ["no zero_grad"] = (Loop(zero: _ => { }), "`zero_grad()` was called 0 times"),
        ["no backward"] = (Loop(backward: _ => { }), "there were no gradients"),
        ["wiped"] = (
            Loop(
                zero: _ => { },
                step: (optimizer, _) =>
                {
                    optimizer.zero_grad();
                    optimizer.step();
                }
            ),
            "cleared them"
        ),
        ["softmax"] = (Loop(logits: logits => logits.softmax(1)), "It got probabilities"),
        ["sum"] = (Loop(backward: value => (value * 24).backward()), "they are 24 times as large"),
        ["no scope"] = (Loop(scoped: false), "tensors behind"),
        ["null"] = (
            (model, loss, optimizer, batch, steps) =>
            {
                Right(model, loss, optimizer, batch, steps);
                return null!;
            },
            "returned null"
        ),
        ["empty"] = (Changed(_ => []), "An empty list"),
        ["the last alone"] = (Changed(losses => [losses[^1]]), "A list of 1."),
        ["all the same"] = (Changed(losses => [.. losses.Select(_ => losses[^1])]), "all of them are the same number"),
        ["reverse"] = (Changed(losses => [.. losses.Reverse()]), "in reverse order"),
        ["running sum"] = (Changed(losses => [.. losses.Select((_, i) => losses.Take(i + 1).Sum())]), "the sum of the losses so far"),
        ["running mean"] = (Changed(losses => [.. losses.Select((_, i) => losses.Take(i + 1).Average())]), "the mean of the losses so far"),
        ["times the images"] = (Changed(losses => [.. losses.Select(value => value * 24)]), "24 times too large"),
        ["by the images"] = (Changed(losses => [.. losses.Select(value => value / 24)]), "24 times too small"),
        ["of no known kind"] = (Changed(losses => [.. losses.Select(value => value + 1)]), "the number is not"),
    };

    private static readonly Dictionary<string, Training> RightAnswers = new()
    {
        ["five lines"] = Right,
        ["zero_grad at the end"] = (model, loss, optimizer, batch, steps) =>
        {
            var losses = new List<double>();
            for (var i = 0; i < steps; i++)
            {
                using var scope = NewDisposeScope();
                var value = loss.call(model.call(batch.Images), batch.Labels);
                value.backward();
                optimizer.step();
                optimizer.zero_grad();
                losses.Add(value.item<float>());
            }

            return losses;
        },
        ["zero_grad of the model"] = Loop(zero: _ => { }, zeroModel: true),
        ["in evaluation mode"] = (model, loss, optimizer, batch, steps) =>
        {
            model.eval();
            return Right(model, loss, optimizer, batch, steps);
        },
        ["an array"] = Changed(losses => [.. losses]),
        ["measured after the step"] = (model, loss, optimizer, batch, steps) =>
        {
            var losses = Right(model, loss, optimizer, batch, steps);
            using var scope = NewDisposeScope();
            return [.. losses.Skip(1), loss.call(model.call(batch.Images), batch.Labels).item<float>()];
        },
    };

    public static TheoryData<string> MistakeNames() => [.. Mistakes.Keys];

    public static TheoryData<string> RightNames() => [.. RightAnswers.Keys];

    [Theory]
    [MemberData(nameof(MistakeNames))]
    public void A_mistake_is_recognised(string mistake)
    {
        var result = Exercise.CheckOneBatch(Mistakes[mistake].Code.Invoke);
        Assert.Equal(CheckStatus.NotRight, result.Status);
        Assert.NotEmpty(result.Hint);
        Assert.Contains(Mistakes[mistake].Seen, result.Seen, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RightNames))]
    public void A_right_answer_passes(string answer) => Mistake.IsNone(Exercise.CheckOneBatch(RightAnswers[answer].Invoke));

    [Fact]
    public void The_stub_is_not_yet() =>
        Assert.Equal(
            CheckStatus.NotYet,
            Exercise.CheckOneBatch((_, _, _, _, _) => throw new NotImplementedException("Fill me in.")).Status
        );

    private static IReadOnlyList<double> Right(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer optimizer,
        Batch batch,
        int steps
    ) => Loop()(model, loss, optimizer, batch, steps);

    private static Training Changed(Func<IReadOnlyList<double>, IReadOnlyList<double>> change) =>
        (model, loss, optimizer, batch, steps) => change(Right(model, loss, optimizer, batch, steps));

    private static Training Loop(
        Action<optim.Optimizer>? zero = null,
        Func<Tensor, Tensor>? logits = null,
        Action<Tensor>? backward = null,
        Action<optim.Optimizer, Tensor>? step = null,
        bool scoped = true,
        bool zeroModel = false
    ) =>
        (model, loss, optimizer, batch, steps) =>
        {
            var losses = new List<double>();
            for (var i = 0; i < steps; i++)
            {
                using var scope = scoped ? NewDisposeScope() : null;
                (zero ?? (one => one.zero_grad()))(optimizer);
                if (zeroModel)
                {
                    model.zero_grad();
                }

                var answers = (logits ?? (x => x))(model.call(batch.Images));
                var value = loss.call(answers, batch.Labels);
                (backward ?? (x => x.backward()))(value);
                (step ?? ((one, _) => one.step()))(optimizer, value);
                losses.Add(value.item<float>());
            }

            return losses;
        };
}
