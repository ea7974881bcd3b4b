using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Step 2: the course's network with a third block of 48 filters, which leaves 48 · 3 · 3 = 432 numbers to flatten.</summary>
internal static class ThirdBlockCheck
{
    private const string Name = "block3_conv1";
    private const long TwoBlocks = 235_262;

    // 24·(3·3·1+1) + 36·(3·3·24+1) + 48·(3·3·36+1) + (432+1)·128 + (128+1)·10
    private const long ThreeBlocks = 80_366;
    private const long Flattened = 48 * 3 * 3;

    private static readonly string[] Names =
    [
        "block1_conv1",
        "block1_relu",
        "block1_pool",
        "block2_conv1",
        "block2_relu",
        "block2_pool",
        Name,
        "block3_relu",
        "block3_pool",
        "flatten",
        "fc1",
        "fc1_relu",
        "dropout",
        "predictions",
    ];

    public static string Run(Func<Module<Tensor, Tensor>> create)
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
        var parameters = model.parameters().Sum(parameter => parameter.numel());
        Convolution(model, parameters);
        var images = PracticeImages.Quarters(4, seed: 1).ToImageTensor();
        var trace = LayerTrace.Of(model, images);
        Place(trace);
        FullyConnected(trace);
        trace.Failure?.Throw();

        Answers(model, images, trace.Output!);
        Layers(model);
        if (parameters != ThreeBlocks)
        {
            throw new WrongAnswerException(
                $"{ThreeBlocks:N0} parameters in all.",
                $"{parameters:N0} parameters.",
                "Only the third block is new and only fc1 has another size; all other layers are as in notebook 03. Display "
                    + "`ModelSummary.Of(CreateThreeBlockModel(), 1, 28, 28)` and compare."
            );
        }

        return $"The third block stands in its place, from [n, 36, 7, 7] to [n, 48, 3, 3]; flatten gives {Flattened}; {ThreeBlocks:N0} "
            + $"parameters instead of {TwoBlocks:N0}; ten logits an image.";
    }

    private static void Convolution(Module<Tensor, Tensor> model, long parameters)
    {
        var names = model.named_children().Select(layer => layer.name).ToList();
        if (!names.Contains(Name))
        {
            throw new WrongAnswerException(
                $"A layer called {Name}.",
                parameters == TwoBlocks ? "The network of notebook 03, with two blocks." : $"The layers {string.Join(", ", names)}.",
                $"Add three layers between block2_pool and flatten: {Name}, block3_relu, block3_pool."
            );
        }

        var weight = model
            .named_children()
            .First(layer => layer.name == Name)
            .module.named_parameters()
            .FirstOrDefault(parameter => parameter.name == "weight")
            .parameter;
        if (weight is null || weight.dim() != 4)
        {
            throw new WrongAnswerException(
                $"{Name} is a Conv2d.",
                weight is null ? "It has no weights." : "It is no convolution of images.",
                "Write it as block2_conv1 is written, with other numbers."
            );
        }

        var shape = weight.shape;
        if (shape[0] != 48)
        {
            throw new WrongAnswerException(
                "48 filters.",
                $"{shape[0]} filters.",
                $"The second number of Conv2d(…) of {Name} is the number of its filters."
            );
        }

        if (shape[1] != 36)
        {
            throw new WrongAnswerException(
                "36 input channels: the third block takes what the second gives.",
                $"{shape[1]} input channels.",
                "Does the third block stand after block2_pool? The first number of Conv2d(…) is the number of channels that come in."
            );
        }

        if (shape[2] != 3 || shape[3] != 3)
        {
            throw new WrongAnswerException(
                "Filters of 3×3.",
                $"Filters of {shape[2]}×{shape[3]}.",
                "kernel_size is 3, as in the other blocks."
            );
        }
    }

    private static void Place(LayerTrace trace)
    {
        if (trace.Calls.FirstOrDefault(call => call.Name == Name) is not { } call)
        {
            if (trace.Failure is null)
            {
                throw new WrongAnswerException(
                    $"{Name} takes part.",
                    "It is there, but images do not go through it.",
                    "Call it in your forward method, or write the network as one Sequential."
                );
            }

            return;
        }

        if (call.Input.Length == 2)
        {
            throw new WrongAnswerException(
                "The third block stands before flatten.",
                $"{Name} got a flat row of {call.Input[1]} numbers.",
                "Flatten makes one row of an image, in which no filter can look to the left and right: move block3's layers above it."
            );
        }

        if (call.Input is not [_, _, 7, 7])
        {
            throw new WrongAnswerException(
                $"{Name} gets images of 7×7, from block2_pool.",
                $"It got {Text(call.Input)}.",
                "The third block stands after block2_pool."
            );
        }

        if (call.Output is not null and not [_, _, 7, 7])
        {
            throw new WrongAnswerException(
                $"{Name} leaves 7×7 as it is (“same” padding).",
                $"It made {Text(call.Output)} of it.",
                "For a 3×3 filter with stride 1 that is `padding: 1`; without it the border is lost."
            );
        }
    }

    private static void FullyConnected(LayerTrace trace)
    {
        // By its kind, since what counts is what the first fully connected layer gets, whatever it is called.
        if (trace.Calls.FirstOrDefault(call => call.Layer is TorchSharp.Modules.Linear) is not { Input: [_, var numbers] } first)
        {
            return;
        }

        if (numbers == 48 * 7 * 7)
        {
            throw new WrongAnswerException(
                "A pooling at the end of the block: 7×7 becomes 3×3.",
                $"{first.Name} gets {numbers:N0} numbers, 48 · 7 · 7: nothing was pooled after {Name}.",
                "Add `(\"block3_pool\", MaxPool2d(kernel_size: 2))`."
            );
        }

        if (first.Least < 0)
        {
            throw new WrongAnswerException(
                "A ReLU in the third block, as in the others: no negative number goes on.",
                $"Negative numbers reach {first.Name}.",
                $"Add `(\"block3_relu\", ReLU())` after {Name}."
            );
        }

        var takes = ((TorchSharp.Modules.Linear)first.Layer).in_features;
        if (takes != numbers)
        {
            throw new WrongAnswerException(
                $"{first.Name} takes the {numbers:N0} numbers that flatten now gives.",
                $"It is made for {takes:N0}.",
                "48 channels of 3×3 are left: `Linear(48 * 3 * 3, 128)`."
            );
        }

        if (numbers != Flattened)
        {
            throw new WrongAnswerException(
                $"Flatten gives 48 · 3 · 3 = {Flattened} numbers.",
                $"It gives {numbers:N0}.",
                "`MaxPool2d(kernel_size: 2)` makes 3×3 of 7×7: the odd row and column are left out."
            );
        }
    }

    private static void Answers(Module<Tensor, Tensor> model, Tensor images, Tensor output)
    {
        if (output.shape is not [4, 10])
        {
            throw new WrongAnswerException(
                "Ten numbers an image: [4, 10] for four images.",
                $"[{string.Join(", ", output.shape)}].",
                "The last layer is `(\"predictions\", Linear(128, 10))`."
            );
        }

        var sums = output.sum(1).data<float>().ToArray();
        if (
            output.min().item<float>() >= 0 && Array.TrueForAll(sums, sum => Math.Abs(sum - 1) < 1e-3)
            || output.logsumexp(1).abs().max().item<float>() < 1e-3
        )
        {
            throw new WrongAnswerException(
                "Logits: numbers of any size.",
                "Probabilities: a softmax stands at the end.",
                "Leave it out: cross-entropy contains the softmax, and with two the network hardly learns."
            );
        }

        using var noGradients = no_grad();
        model.train();
        if (model.call(images).equal(model.call(images)).all().item<bool>())
        {
            throw new WrongAnswerException(
                "Dropout between fc1 and predictions, as in notebook 03.",
                "In training the network gives the same answer twice: nothing is dropped out.",
                "Keep `(\"dropout\", Dropout(0.5))`."
            );
        }
    }

    private static void Layers(Module<Tensor, Tensor> model)
    {
        var layers = model.named_children().ToList();
        if (layers.GroupBy(layer => layer.name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new WrongAnswerException(
                "A name of its own for each layer.",
                $"{twice.Count()} layers are called {twice.Key}.",
                $"The layers of the third block are {Name}, block3_relu and block3_pool."
            );
        }

        if (Names.Except(layers.Select(layer => layer.name)).FirstOrDefault() is { } missing)
        {
            throw new WrongAnswerException(
                $"A layer called {missing}.",
                $"The right layers, but none of them is called {missing}.",
                "Give each layer the name from the task, and leave the names of notebook 03 as they are."
            );
        }

        if (layers.First(layer => layer.name == "dropout").module is TorchSharp.Modules.Dropout { p: not 0.5 and var share })
        {
            throw new WrongAnswerException(
                "The dropout of notebook 03, which switches off half of the values.",
                $"It switches off {share:P0}.",
                "What follows the third block stays as it is: `Dropout(0.5)`."
            );
        }
    }

    private static string Text(long[] shape) => $"[n, {string.Join(", ", shape.Skip(1))}]";
}
