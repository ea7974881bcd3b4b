using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Notebook 04: gradient descent that finds a hidden kernel from images and the kernel's output for them.</summary>
internal static class KernelCheck
{
    private const int Size = 12;
    private const int Count = 4;
    private const double Rate = 0.2;
    private const int Steps = 250;

    private static readonly (string Name, float[] Weights)[] Hidden =
    [
        ("the vertical edge", [-1, 0, 1, -1, 0, 1, -1, 0, 1]),
        ("another kernel", [0.5f, -0.3f, 0.8f, 1.2f, 0, -0.7f, 0.4f, -1.1f, 0.2f]),
    ];

    public static string Run(Func<Tensor, Tensor, double, int, Tensor> learnKernel)
    {
        var random = new Random(17);
        foreach (var (name, weights) in Hidden)
        {
            using var image = tensor(Enumerable.Range(0, Count * Size * Size).Select(_ => (float)random.Next(2)).ToArray())
                .reshape(Count, 1, Size, Size);
            using var kernel = tensor(weights).reshape(1, 1, 3, 3);
            using var output = functional.conv2d(image, kernel);
            var seen = Call(learnKernel, image, output, Rate, Steps);
            var expected = $"The nine weights that made the output, {Text(weights)} ({name}), after {Steps} steps at rate {Rate:0.##}.";
            if (seen.Zip(weights).All(pair => Math.Abs(pair.First - pair.Second) < 0.01))
            {
                continue;
            }

            Judge(learnKernel, image, output, expected, seen);
        }

        return $"From images and their output alone, {Steps} steps found the nine weights of two hidden kernels, to two decimals.";
    }

    private static float[] Call(Func<Tensor, Tensor, double, int, Tensor> learnKernel, Tensor image, Tensor output, double rate, int steps)
    {
        using var before = cat([image.flatten(), output.flatten()]);
        var (kernel, failure) = Attempt.Of(() => learnKernel(image, output, rate, steps));
        if (failure is not null)
        {
            throw Explained(failure.SourceException) ?? failure.SourceException;
        }

        using var after = cat([image.flatten(), output.flatten()]);
        if (!after.equal(before).all().item<bool>())
        {
            throw new WrongAnswerException(
                "Images and output stay as they are.",
                "Your function changed the images or the output that it was given.",
                "Only the kernel is adjusted; methods whose name ends with `_` write into the tensor itself."
            );
        }

        var living = TaskTensor.Living(kernel, "A kernel of nine weights, a tensor of shape [1, 1, 3, 3].");
        return living.numel() == 9
            ? TaskTensor.Numbers(living)
            : throw new WrongAnswerException(
                "A kernel of nine weights, a tensor of shape [1, 1, 3, 3].",
                $"Shape {TaskTensor.Shape(living)}.",
                living.numel() == output.numel()
                    ? "That is as large as the output: return the kernel, not its output for the images."
                    : "Begin with `torch.zeros(1, 1, 3, 3, requires_grad: true)` and return that kernel."
            );
    }

    /// <summary>Explains the exceptions that a beginner's loop throws.</summary>
    private static WrongAnswerException? Explained(Exception exception)
    {
        const string Runs = "Code that runs to its end.";
        var message = exception.Message.Split('\n')[0].Trim();
        return message switch
        {
            _ when message.Contains("leaf Variable", StringComparison.Ordinal) => new(
                Runs,
                $"{exception.GetType().Name}: {message}",
                "The step itself must not be part of the computation whose gradient is taken: put it into `using (torch.no_grad()) { … }`."
            ),
            _ when message.Contains("does not require grad", StringComparison.Ordinal) => new(
                Runs,
                $"{exception.GetType().Name}: {message}",
                "The loss does not depend on a tensor with `requires_grad: true`. Make the kernel with it, and after a step write into "
                    + "the same "
                    + "kernel, `kernel.sub_(…)`: `kernel = kernel - …` under `no_grad` is a new tensor without it."
            ),
            _ when message.Contains("only for scalar outputs", StringComparison.Ordinal)
                    || message.Contains("can be implicitly created only", StringComparison.Ordinal) => new(
                Runs,
                $"{exception.GetType().Name}: {message}",
                "`backward()` needs one number: take the mean of the squared differences, `functional.mse_loss(…)` or `.square().mean()`."
            ),
            _ when exception is NullReferenceException or ArgumentNullException => new(
                Runs,
                $"{exception.GetType().Name}: {message}",
                "`kernel.grad` is null until `backward()` was called on a loss that was computed with this kernel; and a kernel that was "
                    + "replaced, `kernel = kernel - …`, is another one, which never gets a gradient."
            ),
            _ => null,
        };
    }

    private static void Judge(
        Func<Tensor, Tensor, double, int, Tensor> learnKernel,
        Tensor image,
        Tensor output,
        string expected,
        float[] seen
    )
    {
        var (one, two) = (Call(learnKernel, image, output, Rate, 1), Call(learnKernel, image, output, Rate, 2));
        var start = new float[9];
        var first = Gradient(image, output, start);
        var right = Moved(start, first, -Rate);
        var second = Gradient(image, output, right);
        (string What, string Hint, Func<bool> Fits)[] slips =
        [
            (
                "the kernel never changes",
                "The step must be stored: `kernel.sub_(rate * kernel.grad)`, once in each round. `kernel - rate * kernel.grad` alone "
                    + "is a new "
                    + "tensor that is thrown away.",
                () => Near(seen, start) && Near(one, start)
            ),
            (
                "after one step the weights went uphill, towards a larger loss",
                "The gradient points to where the loss grows: subtract it.",
                () => Near(one, Moved(start, first, Rate))
            ),
            (
                "the first step is too long, by a factor of the number of pixels in the output",
                "The loss is the *mean* of the squared differences: `.mean()`, not `.sum()`.".Replace("*", "", StringComparison.Ordinal),
                () => Near(one, Moved(start, first, -Rate * output.numel()))
            ),
            (
                "the first step is right, and the second uses the gradient of the first too",
                "`backward()` adds to the gradient that is there already: `kernel.grad.zero_()` after each step.",
                () => Near(one, right) && Near(two, Moved(right, Sum(first, second), -Rate))
            ),
            (
                "after one step the weights are minus the gradient: the rate is missing",
                "Multiply the gradient by `rate` before you subtract it.",
                () => Near(one, Moved(start, first, -1))
            ),
            ("that is the gradient, not the kernel", "Return the kernel: `kernel.detach()`.", () => Near(one, first)),
            (
                "after any number of steps the weights are those of one step",
                "All the lines from the loss to the step belong inside the loop over `steps`.",
                () => Near(one, right) && Near(seen, right)
            ),
            (
                "after any number of steps the weights are those of one step",
                "Compute the gradient again in each round, from the current kernel; and do not make a new kernel in the loop.",
                () => Near(one, two) && Near(one, seen)
            ),
            (
                "the gradient is computed once and used in every step",
                "Call conv2d, the loss and `backward()` inside the loop: after a step the gradient is different.",
                () => Near(one, right) && Near(two, Moved(right, first, -Rate))
            ),
            (
                "the steps are those of the absolute differences",
                "Square the differences: `functional.mse_loss(…)`, or `.square().mean()`.",
                () => Near(one, Moved(start, Gradient(image, output, start, difference => difference.abs().mean()), -Rate))
            ),
            (
                "the steps are those of the plain differences, in which plus and minus cancel out",
                "Square the differences: `functional.mse_loss(…)`, or `.square().mean()`.",
                () =>
                    Near(one, Moved(start, Gradient(image, output, start, difference => difference.mean()), -Rate))
                    || Near(one, Moved(start, Gradient(image, output, start, difference => -difference.mean()), -Rate))
            ),
        ];
        var slip = slips.FirstOrDefault(candidate => candidate.Fits());
        if (slip.What is not null)
        {
            throw new WrongAnswerException(expected, $"{Text(seen)}: {slip.What}.", slip.Hint);
        }

        var loss = Loss(image, output, seen);
        throw new WrongAnswerException(
            expected,
            $"{Text(seen)}, whose loss is {loss:0.0000}; with all weights at zero it is {Loss(image, output, start):0.0000}.",
            double.IsFinite(loss)
                ? $"From zeros, one step should give {Text(right)}; yours gives {Text(one)}. The loss is the mean squared difference of "
                    + "`functional.conv2d(images, kernel)` and `output`; each step subtracts `rate` times its gradient."
                : $"The steps grow without limit. From zeros, one step should give {Text(right)}; yours gives {Text(one)}: compare the "
                    + "lengths. "
                    + "Is the loss a mean? Is the gradient set to zero after each step?"
        );
    }

    private static float[] Gradient(Tensor image, Tensor output, float[] weights, Func<Tensor, Tensor>? lossOf = null)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var kernel = tensor(weights, [1, 1, 3, 3], requires_grad: true);
        (lossOf ?? (difference => difference.square().mean()))(functional.conv2d(image, kernel) - output).backward();
        return kernel.grad!.flatten().data<float>().ToArray();
    }

    private static double Loss(Tensor image, Tensor output, float[] weights)
    {
        using var scope = NewDisposeScope();
        return (functional.conv2d(image, tensor(weights, [1, 1, 3, 3])) - output).square().mean().item<float>();
    }

    private static float[] Moved(float[] from, float[] gradient, double by) => [.. from.Zip(gradient, (w, g) => (float)(w + (by * g)))];

    private static float[] Sum(float[] a, float[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static bool Near(float[] a, float[] b) =>
        a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4 + (1e-3 * Math.Abs(pair.Second)));

    private static string Text(float[] weights) => $"[{string.Join(", ", weights.Select(w => w.ToString("0.00").Replace('-', '−')))}]";
}
