using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Notebook 03: a variant of the network by description, and the number of its parameters, predicted.</summary>
/// <remarks>16 and 32 filters of 5×5 with "same" padding, average pooling, the rest as in the course's network.</remarks>
internal static class VariantCheck
{
    private const int First = 16;
    private const int Second = 32;
    private const int Kernel = 5;
    private const int Flattened = Second * 7 * 7;

    // 16·(5·5·1+1) + 32·(5·5·16+1) + (1568+1)·128 + (128+1)·10
    private const long Right = 215_370;

    private static readonly (long Number, string What, string Hint)[] Predictions =
    [
        (235_262, "that is the network of the course, before the change", "Count again with 16 and 32 filters of 5 × 5."),
        (
            Right - First - Second - 128 - 10,
            "those are the weights without the biases",
            "Each filter, and each output of a dense layer, has a bias: (… + 1)."
        ),
        (Right - First - Second, "the biases of the filters are missing", "Each filter has one bias: 16 · (5 · 5 · 1 + 1)."),
        (Right - 128 - 10, "the biases of the dense layers are missing", "Each output of a dense layer has one bias: (… + 1) · 128."),
        (
            Right - (Second * Kernel * Kernel * (First - 1)),
            "the second convolution is counted as if one map came in",
            "A filter of block 2 is a stack of 16 kernels, one for each map that comes in: 32 · (5 · 5 · 16 + 1)."
        ),
        (
            (First * 10L) + (Second * ((9L * First) + 1)) + ((Flattened + 1) * 128L) + 1290,
            "the kernels are counted as 3 × 3",
            "They are 5 × 5 now: 25 weights for each map that comes in."
        ),
        (
            (First * 26L) + (Second * ((25L * First) + 1)) + ((1764 + 1) * 128L) + 1290,
            "fc1 is counted with the 1,764 inputs of the course's network",
            "32 maps of 7 × 7 are 1,568 numbers."
        ),
        (
            (First * 26L) + (Second * ((25L * 24) + 1)) + ((Flattened + 1) * 128L) + 1290,
            "the second convolution is counted as if 24 maps came in",
            "Block 1 has 16 filters now, so 16 maps come in."
        ),
        (Right - 1290, "the last layer, predictions, is missing", "It has (128 + 1) · 10 parameters."),
        (Right - ((Flattened + 1) * 128L), "fc1 is missing", "It has (32 · 7 · 7 + 1) · 128 parameters."),
        (
            (First * 26L) + (Second * ((25L * First) + 1)),
            "those are only the two convolutions",
            "The dense layers count too: fc1 and predictions."
        ),
        (
            (First * 26L) + (Second * ((25L * First) + 1)) + (((Second * 28L * 28) + 1) * 128L) + 1290,
            "fc1 is counted without the two poolings",
            "Each pooling halves the sides: 28, 14, 7."
        ),
        (
            (First * 26L) + (Second * ((25L * First) + 1)) + (((Second * 14L * 14) + 1) * 128L) + 1290,
            "fc1 is counted after one pooling",
            "There are two: 28, 14, 7."
        ),
    ];

    public static string Run(Func<Module<Tensor, Tensor>> create, Func<long> predict)
    {
        var model =
            create() ?? throw new WrongAnswerException("A network.", "Your function returned null.", "Return what `Sequential(…)` gives.");
        if (ReferenceEquals(model, create()))
        {
            throw new WrongAnswerException(
                "A new network from each call.",
                "Two calls returned the same object.",
                "Make the network inside the function; do not return a variable of the notebook."
            );
        }

        model.to(CPU);
        var convolutions = model.modules().OfType<Conv2d>().ToList();
        var dense = model.modules().OfType<Linear>().ToList();
        Convolutions(convolutions);
        var images = PracticeImages.Quarters(4, seed: 1).ToImageTensor();
        var trace = LayerTrace.Of(model, images);
        Sizes(trace, convolutions, dense);
        trace.Failure?.Throw();
        Answers(model, images, convolutions, dense, trace.Output!);
        Predicted(predict(), model.parameters().Sum(parameter => parameter.numel()));
        return $"Two blocks of {First} and {Second} filters of 5×5 with average pooling, {Flattened:N0} numbers to flatten, ten "
            + "logits per image; "
            + $"and {Right:N0} parameters, as you predicted.";
    }

    private static void Convolutions(List<Conv2d> convolutions)
    {
        if (convolutions.Count != 2)
        {
            throw new WrongAnswerException(
                "Two convolutions, one in each block.",
                $"{convolutions.Count} in the network.",
                "Change the layers of `CreateModel`; do not add or remove any."
            );
        }

        foreach (var (layer, block, channels, filters) in new[] { (convolutions[0], 1, 1, First), (convolutions[1], 2, First, Second) })
        {
            var shape = layer.weight!.shape;
            if (shape[0] != filters)
            {
                throw new WrongAnswerException(
                    $"{filters} filters in block {block}.",
                    $"{shape[0]} filters.",
                    "The second number of `Conv2d(…)` is the number of filters."
                );
            }

            if (shape[1] != channels)
            {
                throw new WrongAnswerException(
                    $"{channels} map{(channels == 1 ? "" : "s")} come{(channels == 1 ? "s" : "")} into block {block}.",
                    $"Its filters are made for {shape[1]}.",
                    "The first number of `Conv2d(…)` is the number of maps that come in: for block 2 the filters of block 1."
                );
            }

            if (shape[2] != Kernel || shape[3] != Kernel)
            {
                throw new WrongAnswerException(
                    $"Filters of 5×5 in block {block}.",
                    $"Filters of {shape[2]}×{shape[3]}.",
                    "`kernel_size: 5` in both convolutions."
                );
            }
        }
    }

    private static void Sizes(LayerTrace trace, List<Conv2d> convolutions, List<Linear> dense)
    {
        foreach (var call in trace.Calls)
        {
            if (
                convolutions.Exists(layer => ReferenceEquals(layer, call.Layer))
                && call is { Input: [_, _, var before, _], Output: [_, _, var after, _] }
                && before != after
            )
            {
                throw new WrongAnswerException(
                    $"{call.Name} leaves {before}×{before} as it is (“same” padding).",
                    $"It turns it into {after}×{after}.",
                    "“Same” padding is (K − 1) / 2: for a kernel of 5 that is `padding: 2`."
                );
            }

            if (call.Layer is Linear layer && call.Input is [_, var numbers] && layer.in_features != numbers)
            {
                throw new WrongAnswerException(
                    $"{call.Name} takes the {numbers:N0} numbers that come in.",
                    $"It is made for {layer.in_features:N0}.",
                    numbers == Flattened
                        ? "32 maps of 7×7 are left to flatten: `Linear(32 * 7 * 7, 128)`."
                        : "Are both poolings there? Two of 2×2 leave 32 maps of 7×7: `Linear(32 * 7 * 7, 128)`."
                );
            }
        }

        if (dense.Count == 2 && (dense[0].in_features, dense[0].out_features) != (Flattened, 128) && trace.Failure is null)
        {
            throw new WrongAnswerException(
                $"fc1 from {Flattened:N0} numbers, 32 · 7 · 7, to 128.",
                $"From {dense[0].in_features:N0} to {dense[0].out_features:N0}.",
                "Two poolings of 2×2 leave 32 maps of 7×7; the rest of the network stays as it is."
            );
        }
    }

    private static void Answers(Module<Tensor, Tensor> model, Tensor images, List<Conv2d> convolutions, List<Linear> dense, Tensor output)
    {
        if (output.shape is not [4, 10])
        {
            throw new WrongAnswerException(
                "Ten numbers per image: [4, 10] for four images.",
                $"{TaskTensor.Shape(output)}.",
                "The last layer is `(\"predictions\", Linear(128, 10))`."
            );
        }

        if (dense.Count != 2)
        {
            throw new WrongAnswerException(
                "Two dense layers, fc1 and predictions.",
                $"{dense.Count} in the network.",
                "After flatten all stays as in `CreateModel`, except the number of inputs of fc1."
            );
        }

        using var noGradients = no_grad();
        // In evaluation mode, in which dropout does nothing: the reference computes the same layers with the learner's own weights.
        model.eval();
        if (!Near(output, Reference(Pool.Mean, relu: true)))
        {
            var (what, expected, hint) =
                Near(output, Reference(Pool.Max, relu: true))
                    ? (
                        "max-pooling in both blocks",
                        "Average pooling in both blocks",
                        "`AvgPool2d(2)` instead of `MaxPool2d(kernel_size: 2)`."
                    )
                : Near(output, Reference(Pool.MeanThenMax, relu: true))
                    ? (
                        "average pooling in block 1, max-pooling in block 2",
                        "Average pooling in both blocks",
                        "`AvgPool2d(2)` in block 2 too."
                    )
                : Near(output, Reference(Pool.MaxThenMean, relu: true))
                    ? (
                        "max-pooling in block 1, average pooling in block 2",
                        "Average pooling in both blocks",
                        "`AvgPool2d(2)` in block 1 too."
                    )
                : Near(output, Reference(Pool.Mean, relu: false))
                    ? (
                        "no ReLU after the convolutions",
                        "A ReLU after each convolution",
                        "`(\"block1_relu\", ReLU())`, and the same in block 2."
                    )
                : Near(output, Reference(Pool.Mean, relu: true).softmax(1))
                    ? ("a softmax at the end", "Logits, numbers of any size", "Leave the softmax out: the loss function contains it.")
                : Near(output, Reference(Pool.Mean, relu: true, relu1: false))
                    ? ("no ReLU in block 1", "A ReLU after each convolution", "`(\"block1_relu\", ReLU())` after block1_conv1.")
                : Near(output, Reference(Pool.Mean, relu: true, relu2: false))
                    ? ("no ReLU in block 2", "A ReLU after each convolution", "`(\"block2_relu\", ReLU())` after block2_conv1.")
                : Near(output, Reference(Pool.Mean, relu: true, relu3: false))
                    ? ("no ReLU after fc1", "A ReLU between the two dense layers", "`(\"fc1_relu\", ReLU())` after fc1.")
                : Near(output, Reference(Pool.Mean, relu: true, poolFirst: true))
                    ? (
                        "pooling before the ReLU",
                        "First ReLU, then pooling, as in `CreateModel`",
                        "With average pooling the order matters: the mean after ReLU is not ReLU of the mean."
                    )
                : (
                    "other numbers than these layers give with your weights",
                    "The layers of `CreateModel` in their order, with 5×5 filters and average pooling",
                    "Compare your list with that of `CreateModel` line by line: convolution, ReLU, pooling; twice; flatten, fc1, ReLU, "
                        + "dropout, predictions."
                );
            throw new WrongAnswerException($"{expected}.", $"The network answers as one with {what}.", hint);
        }

        model.train();
        if (model.call(images).equal(model.call(images)).all().item<bool>())
        {
            throw new WrongAnswerException(
                "Dropout between fc1 and predictions, as in `CreateModel`.",
                "In training the network gives the same answer twice: nothing is dropped out.",
                "Keep `(\"dropout\", Dropout(0.5))`."
            );
        }

        Tensor Reference(Pool pool, bool relu, bool relu1 = true, bool relu2 = true, bool relu3 = true, bool poolFirst = false)
        {
            var x = Block(images, convolutions[0], pool is Pool.Max or Pool.MaxThenMean, relu && relu1);
            x = Block(x, convolutions[1], pool is Pool.Max or Pool.MeanThenMax, relu && relu2);
            x = dense[0].call(x.flatten(1));
            return dense[1].call(relu3 ? x.relu() : x);

            Tensor Block(Tensor input, Conv2d convolution, bool max, bool bend)
            {
                var y = convolution.call(input);
                y = bend && !poolFirst ? y.relu() : y;
                y = max ? functional.max_pool2d(y, 2) : functional.avg_pool2d(y, 2);
                return bend && poolFirst ? y.relu() : y;
            }
        }
    }

    private static bool Near(Tensor a, Tensor b) => (a - b).abs().max().item<float>() <= 1e-5 * Math.Max(1, b.abs().max().item<float>());

    private static void Predicted(long predicted, long counted)
    {
        if (counted != Right)
        {
            throw new WrongAnswerException(
                $"{Right:N0} parameters in the network.",
                $"{counted:N0}.",
                "Are the biases there? Only the filters, their size and the pooling change; display "
                    + "`ModelSummary.Of(CreateVariant(), 1, 28, 28)` and compare it with the table above."
            );
        }

        if (predicted == Right)
        {
            return;
        }

        var (_, what, hint) = Predictions.FirstOrDefault(slip => slip.Number == predicted);
        throw new WrongAnswerException(
            "The network is right; the number of its parameters is asked for too.",
            $"You predicted {predicted:N0}: {what ?? (predicted > Right ? "too many" : "too few")}.",
            hint
                ?? "Count the four parts one by one: the filters of block 1 and of block 2, fc1, predictions. "
                    + "`ModelSummary.Of(CreateVariant(), 1, 28, 28)` shows how many each has."
        );
    }

    private enum Pool
    {
        Mean,
        Max,
        MaxThenMean,
        MeanThenMax,
    }
}
