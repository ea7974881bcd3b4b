using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises.Tasks;

[Collection(TorchRandom.Name)]
public sealed class KernelCheckTests
{
    private delegate Tensor Learn(Tensor image, Tensor output, double rate, int steps);

    private static readonly Dictionary<string, (Learn Code, string Seen)> Mistakes = new()
    {
        ["null"] = ((_, _, _, _) => null!, "returned null"),
        ["the output"] = ((x, _, _, _) => functional.conv2d(x, zeros(1, 1, 3, 3)), "Shape [4, 1, 10, 10]"),
        ["never"] = ((_, _, _, _) => zeros(1, 1, 3, 3), "the kernel never changes"),
        ["uphill"] = (With((k, g, rate) => k.add_(g * rate)), "uphill"),
        ["no rate"] = (With((k, g, _) => k.sub_(g)), "the rate is missing"),
        ["a sum"] = (With(Step, difference => difference.square().sum()), "by a factor of the number of pixels"),
        ["absolute"] = (With(Step, difference => difference.abs().mean()), "absolute differences"),
        ["plain"] = (With(Step, difference => difference.mean()), "plain differences"),
        ["gradients pile up"] = (
            (x, y, rate, steps) => Loop(x, y, rate, steps, Step, clears: false),
            "the second uses the gradient of the first too"
        ),
        ["one step"] = ((x, y, rate, _) => Loop(x, y, rate, 1, Step), "those of one step"),
        ["a new kernel in each round"] = (
            (x, y, rate, steps) =>
            {
                Tensor kernel = null!;
                for (var i = 0; i < steps; i++)
                {
                    kernel = Loop(x, y, rate, 1, Step);
                }

                return kernel;
            },
            "those of one step"
        ),
        ["the gradient once"] = (
            (x, y, rate, steps) =>
            {
                var kernel = zeros(1, 1, 3, 3, requires_grad: true);
                functional.mse_loss(functional.conv2d(x, kernel), y).backward();
                using var none = no_grad();
                for (var i = 0; i < steps; i++)
                {
                    kernel.sub_(kernel.grad! * rate);
                }

                return kernel;
            },
            "the gradient is computed once"
        ),
        ["the gradient itself"] = (
            (x, y, _, _) =>
            {
                var kernel = zeros(1, 1, 3, 3, requires_grad: true);
                functional.mse_loss(functional.conv2d(x, kernel), y).backward();
                return kernel.grad!;
            },
            "that is the gradient, not the kernel"
        ),
        ["no no_grad"] = (
            (x, y, rate, steps) =>
            {
                var kernel = zeros(1, 1, 3, 3, requires_grad: true);
                functional.mse_loss(functional.conv2d(x, kernel), y).backward();
                kernel.sub_(kernel.grad! * rate);
                return kernel;
            },
            "leaf Variable"
        ),
        ["no requires_grad"] = (
            (x, y, rate, steps) =>
            {
                var kernel = zeros(1, 1, 3, 3);
                functional.mse_loss(functional.conv2d(x, kernel), y).backward();
                return kernel;
            },
            "does not require grad"
        ),
        ["replaced under no_grad"] = (
            (x, y, rate, steps) =>
            {
                var kernel = zeros(1, 1, 3, 3, requires_grad: true);
                for (var i = 0; i < steps; i++)
                {
                    functional.mse_loss(functional.conv2d(x, kernel), y).backward();
                    using (no_grad())
                    {
                        kernel = kernel - (kernel.grad! * rate);
                    }
                }

                return kernel;
            },
            "does not require grad"
        ),
        ["no backward"] = (
            (x, y, rate, steps) =>
            {
                var kernel = zeros(1, 1, 3, 3, requires_grad: true);
                using var none = no_grad();
                kernel.sub_(kernel.grad! * rate);
                return kernel;
            },
            "Exception"
        ),
        ["not one number"] = (With(Step, difference => difference.square()), "Exception"),
        ["too few"] = ((x, y, rate, steps) => Loop(x, y, rate, steps / 50, Step), "whose loss is"),
        ["grows"] = ((x, y, rate, steps) => Loop(x, y, rate * 4, steps, Step), "whose loss is"),
    };

    private static readonly Dictionary<string, Learn> RightAnswers = new()
    {
        ["sub_ and zero_"] = (x, y, rate, steps) => Loop(x, y, rate, steps, Step),
        ["kernel.set"] = (x, y, rate, steps) =>
        {
            var kernel = zeros(1, 1, 3, 3, requires_grad: true);
            for (var i = 0; i < steps; i++)
            {
                using var scope = NewDisposeScope();
                (functional.conv2d(x, kernel) - y).pow(2).mean().backward();
                using var none = no_grad();
                kernel.copy_(kernel - (rate * kernel.grad!));
                kernel.grad!.zero_();
            }

            return kernel.detach();
        },
        ["a new kernel with requires_grad"] = (x, y, rate, steps) =>
        {
            var kernel = zeros(1, 1, 3, 3, requires_grad: true);
            for (var i = 0; i < steps; i++)
            {
                functional.mse_loss(functional.conv2d(x, kernel), y).backward();
                kernel = (kernel - (rate * kernel.grad!)).detach().requires_grad_();
            }

            return kernel;
        },
        ["with the optimizer"] = (x, y, rate, steps) =>
        {
            var layer = Conv2d(1, 1, kernel_size: 3, bias: false);
            var optimizer = optim.SGD(layer.parameters(), rate);
            for (var i = 0; i < steps; i++)
            {
                optimizer.zero_grad();
                functional.mse_loss(layer.call(x), y).backward();
                optimizer.step();
            }

            return layer.weight!;
        },
        ["from random weights, in a row"] = (x, y, rate, steps) =>
        {
            var kernel = (rand(9) - 0.5).requires_grad_();
            for (var i = 0; i < steps; i++)
            {
                functional.mse_loss(functional.conv2d(x, kernel.view(1, 1, 3, 3)), y).backward();
                using var none = no_grad();
                kernel.sub_(rate * kernel.grad!);
                kernel.grad!.zero_();
            }

            return kernel;
        },
        ["gradients by nudging"] = (x, y, rate, steps) =>
        {
            using var scope = NewDisposeScope();
            var weights = new double[9];
            double Loss(double[] w) =>
                (functional.conv2d(x.to(ScalarType.Float64), tensor(w, [1, 1, 3, 3])) - y).square().mean().item<double>();
            for (var i = 0; i < steps; i++)
            {
                var start = Loss(weights);
                var gradient = weights
                    .Select(
                        (_, at) =>
                        {
                            var nudged = weights.ToArray();
                            nudged[at] += 1e-5;
                            return (Loss(nudged) - start) / 1e-5;
                        }
                    )
                    .ToArray();
                weights = [.. weights.Zip(gradient, (w, g) => w - (rate * g))];
            }

            return tensor(weights).MoveToOuterDisposeScope();
        },
    };

    public static TheoryData<string> MistakeNames() => [.. Mistakes.Keys];

    public static TheoryData<string> RightNames() => [.. RightAnswers.Keys];

    [Theory]
    [MemberData(nameof(MistakeNames))]
    public void A_mistake_is_recognised(string mistake)
    {
        var result = Exercise.CheckKernel(Mistakes[mistake].Code.Invoke);
        Assert.Equal(CheckStatus.NotRight, result.Status);
        Assert.NotEmpty(result.Hint);
        Assert.DoesNotContain("Your code threw this exception.", result.Hint, StringComparison.Ordinal);
        Assert.Contains(Mistakes[mistake].Seen, result.Seen, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RightNames))]
    public void A_right_answer_passes(string answer) => Mistake.IsNone(Exercise.CheckKernel(RightAnswers[answer].Invoke));

    [Fact]
    public void The_stub_is_not_yet() =>
        Assert.Equal(CheckStatus.NotYet, Exercise.CheckKernel((_, _, _, _) => throw new NotImplementedException("Fill me in.")).Status);

    private static void Step(Tensor kernel, Tensor gradient, double rate) => kernel.sub_(gradient * rate);

    private static Learn With(Action<Tensor, Tensor, double> step, Func<Tensor, Tensor>? loss = null) =>
        (x, y, rate, steps) => Loop(x, y, rate, steps, step, loss);

    private static Tensor Loop(
        Tensor x,
        Tensor y,
        double rate,
        int steps,
        Action<Tensor, Tensor, double> step,
        Func<Tensor, Tensor>? loss = null,
        bool clears = true
    )
    {
        var kernel = zeros(1, 1, 3, 3, requires_grad: true);
        for (var i = 0; i < steps; i++)
        {
            using var scope = NewDisposeScope();
            (loss ?? (difference => difference.square().mean()))(functional.conv2d(x, kernel) - y).backward();
            using var none = no_grad();
            step(kernel, kernel.grad!, rate);
            if (clears)
            {
                kernel.grad!.zero_();
            }
        }

        return kernel.detach();
    }
}
