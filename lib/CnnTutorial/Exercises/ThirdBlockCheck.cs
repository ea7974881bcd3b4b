using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using BindingFlags = System.Reflection.BindingFlags;

namespace CnnTutorial;

/// <summary>Step 2: the course's network with a third block of 48 filters, which leaves 48 · 3 · 3 = 432 numbers to flatten.</summary>
/// <remarks>The network must compute the same as the reference network from the same weights. If it does not, its layers are checked one
/// by one to find the reason.</remarks>
internal static class ThirdBlockCheck
{
    private const string Name = "block3_conv1";
    private const long TwoBlocks = 235_262;

    // 24·(3·3·1+1) + 36·(3·3·24+1) + 48·(3·3·36+1) + (432+1)·128 + (128+1)·10
    private const long ThreeBlocks = 80_366;
    private const long Flattened = 48 * 3 * 3;

    /// <summary>How many images are sent through a network to find the reason.</summary>
    private const int Images = 4;

    public static string Run(Func<Module<Tensor, Tensor>> create)
    {
        var model = create() ?? throw Null();
        var other = create() ?? throw Null();
        LeftSwitchedOff.Check("your function had ended");
        PracticeNetwork.ThrowIfFreed(model, "The network that your function returned");
        Apart(model, other);
        model.to(CPU);
        Weights(model);
        Named(model);

        var distance = ThreeBlockBehaviour.Distance(model);
        if (!(distance < ThreeBlockBehaviour.Tolerance))
        {
            throw Reason(model, distance);
        }

        Unnamed(model);
        ThreeBlockBehaviour.ThrowIfDropoutDiffers(model);
        return $"The third block is in its place, from [n, 36, 7, 7] to [n, 48, 3, 3]; flatten gives {Flattened}; {ThreeBlocks:N0} "
            + $"parameters instead of {TwoBlocks:N0}; ten logits per image, the same as those of a reference network with these weights.";

        static WrongAnswerException Null() => new("A network.", "Your function returned null.", "Return what `Sequential(…)` gives.");
    }

    /// <summary>Two calls make two networks.</summary>
    private static void Apart(Module<Tensor, Tensor> model, Module<Tensor, Tensor> other)
    {
        const string Expected = "A new network from each call, with random weights of its own.";
        if (ReferenceEquals(model, other))
        {
            throw new WrongAnswerException(
                Expected,
                "Two calls returned the same object.",
                "Make the network inside the function; do not return a variable of the notebook."
            );
        }

        var own = model.parameters().Select(parameter => parameter.Handle).ToHashSet();
        var shared = other.named_parameters().Where(each => own.Contains(each.parameter.Handle)).Select(each => each.name).ToList();
        if (shared.Count > 0)
        {
            var layers = string.Join(", ", shared.Select(name => name[..Math.Max(0, name.LastIndexOf('.'))]).Distinct());
            throw new WrongAnswerException(
                Expected,
                $"Two calls returned networks that share layers: {layers}. Training one of them changes the other.",
                "Make every layer inside the function; a layer that is a variable of the notebook is shared by all networks."
            );
        }

        var twins = other.named_parameters().ToDictionary(each => each.name, each => each.parameter);
        // Biases may begin at zero.
        var weights = model.named_parameters().Where(each => each.parameter.dim() > 1).ToList();
        var same = weights.Where(each => twins.TryGetValue(each.name, out var twin) && AreSame(each.parameter, twin)).ToList();
        if (same.Count > 0)
        {
            var layers = string.Join(", ", same.Select(each => each.name[..Math.Max(0, each.name.LastIndexOf('.'))]));
            var (least, most) = (
                same.Min(each => each.parameter.min().item<float>()),
                same.Max(each => each.parameter.max().item<float>())
            );
            throw new WrongAnswerException(
                Expected,
                same.Count == weights.Count && least < most
                    ? "Two calls made networks with the same weights: do the random numbers begin at a fixed start in each call?"
                    : $"Two calls made networks with the same weights in {layers}, "
                        + (least < most ? $"from {least:0.####} to {most:0.####}." : $"all of them {least:0.####}."),
                "Leave out `torch.manual_seed` in the function, and set no weights there: three trainings with three seeds would be one."
            );
        }

        static bool AreSame(Tensor a, Tensor b) => a.shape.SequenceEqual(b.shape) && a.equal(b).all().item<bool>();
    }

    /// <summary>Weights that can learn.</summary>
    private static void Weights(Module<Tensor, Tensor> model)
    {
        if (model.named_parameters().FirstOrDefault(each => each.parameter.dtype != ScalarType.Float32) is { parameter: { } typed } type)
        {
            throw new WrongAnswerException(
                "Weights of type float32.",
                $"The weights {type.name} are of type {typed.dtype}.",
                "Layers are made as float32; leave out `to(…)`."
            );
        }

        if (model.named_parameters().FirstOrDefault(each => !each.parameter.requires_grad) is { parameter: not null } frozen)
        {
            throw new WrongAnswerException(
                "All weights learn.",
                $"The weights {frozen.name} are frozen: they get no gradients.",
                "Leave out `requires_grad = false`, and make the network while gradients are on."
            );
        }
    }

    /// <summary>The new convolution is there, under its name.</summary>
    private static void Named(Module<Tensor, Tensor> model)
    {
        var leaves = LayerTrace.Leaves(model);
        if (leaves.GroupBy(leaf => leaf.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new WrongAnswerException(
                "A name of its own for each layer.",
                $"{twice.Count()} layers are called {twice.Key}.",
                $"The layers of the third block are {Name}, block3_relu and block3_pool."
            );
        }

        if (leaves.All(leaf => leaf.Name != Name))
        {
            if (Unregistered(model) is { } unregistered)
            {
                throw unregistered;
            }

            if (leaves.All(leaf => !ThreeBlockLayers.Names.Contains(leaf.Name)) && leaves.Count > 0)
            {
                throw new WrongAnswerException(
                    $"Layers with the names of notebook 03, and {Name}, block3_relu and block3_pool.",
                    $"No layer has its name: they are called {string.Join(", ", leaves.Take(4).Select(leaf => leaf.Name))} and so on.",
                    "Write each layer with its name, as a pair: `Sequential((\"block1_conv1\", Conv2d(…)), …)`."
                );
            }

            if (Misnamed(leaves) is { } misnamed)
            {
                throw misnamed;
            }

            var parameters = model.parameters().Sum(parameter => parameter.numel());
            throw new WrongAnswerException(
                $"A layer called {Name}.",
                parameters == TwoBlocks ? "The network of notebook 03, with two blocks."
                    : leaves.Count == 0 ? "A network that has no layers."
                    : $"The layers {string.Join(", ", leaves.Select(leaf => leaf.Name))}.",
                $"Add three layers between block2_pool and flatten: {Name}, block3_relu, block3_pool."
            );
        }

        var layer = leaves.First(leaf => leaf.Name == Name).Layer;
        if (
            layer.named_parameters().FirstOrDefault(parameter => parameter.name == "weight").parameter is not { } weight
            || weight.dim() != 4
        )
        {
            throw new WrongAnswerException(
                $"{Name} is a Conv2d.",
                $"It is {ThreeBlockLayers.Describe(layer)}.",
                "Write it as block2_conv1 is written, with other numbers."
            );
        }
    }

    /// <summary>Layers in the fields of the learner's classes that the network does not know.</summary>
    private static WrongAnswerException? Unregistered(Module<Tensor, Tensor> model)
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var known = model.modules().Append(model).ToHashSet();
        var unknown = known
            .SelectMany(module => module.GetType().GetFields(All).Select(field => (Module: module, Field: field)))
            .Where(each => each.Field.DeclaringType!.Assembly != typeof(Module).Assembly && HoldsOthers(each.Field.GetValue(each.Module)))
            .Select(each => each.Field.Name)
            .ToList();
        return unknown.Count == 0
            ? null
            : new(
                "A network that knows its layers, and with them its weights.",
                $"Your class has layers in its fields that the network does not know: {string.Join(", ", unknown.Take(4))}"
                    + $"{(unknown.Count > 4 ? " and others" : "")}. So they have no part in its `parameters()`, and never learn.",
                "Call `RegisterComponents()` at the end of the constructor, when all fields have their layers. Layers in a "
                    + "list or an array are found only if it is a `ModuleList`."
            );

        bool HoldsOthers(object? value) =>
            value is Module layer ? !known.Contains(layer) : value is IEnumerable<Module> layers && !layers.All(known.Contains);
    }

    /// <summary>Why a network does not compute what the reference computes, the likeliest reason first.</summary>
    private static WrongAnswerException Reason(Module<Tensor, Tensor> model, double? distance)
    {
        using var scope = NewDisposeScope();
        var leaves = LayerTrace.Leaves(model);
        var images = PracticeImages.Quarters(Images, seed: 1).ToImageTensor();
        var trace = LayerTrace.Of(model, images);
        var reason =
            Unregistered(model)
            ?? Place(trace)
            // In their order, since each convolution takes what the one before it gives.
            ?? Difference(name => name.EndsWith("conv1", StringComparison.Ordinal))
            ?? (trace.Failure is null ? Answers(trace.Output!) ?? Unsteady(model, images) : null)
            ?? Missing(leaves, trace)
            ?? Difference(_ => true)
            ?? Extra(leaves, trace)
            ?? Rows(trace);
        if (reason is not null)
        {
            return reason;
        }

        trace.Failure?.Throw();
        return Unused(leaves, trace)
            ?? (ThreeBlockBehaviour.Replaced(model) is ({ } name, { } instead) ? Replaced(name, instead) : null)
            ?? Order(trace)
            ?? Batch(model)
            ?? new WrongAnswerException(
                "The same logits as a reference network with these weights gives.",
                distance is { } apart
                    ? $"They are up to {apart:0.####} apart, although each layer by itself is as it should be."
                    : $"{model.parameters().Sum(parameter => parameter.numel()):N0} parameters and not {ThreeBlocks:N0}, in the layers "
                        + string.Join(", ", model.named_parameters().Select(each => each.name))
                        + ".",
                "What happens between the layers? Only the third block is new; compare the rest with notebook 03, line by line."
            );

        WrongAnswerException? Difference(Func<string, bool> isMeant) =>
            leaves
                .Where(leaf => ThreeBlockLayers.Names.Contains(leaf.Name) && isMeant(leaf.Name))
                .Select(leaf => ThreeBlockLayers.Difference(leaf.Name, leaf.Layer))
                .FirstOrDefault(difference => difference is not null);
    }

    private static WrongAnswerException? Place(LayerTrace trace)
    {
        if (trace.Calls.FirstOrDefault(call => call.Name == Name) is not { } call)
        {
            return trace.Failure is null && trace.Calls.Count > 0
                ? new(
                    $"{Name} takes part.",
                    "It is there, but images do not go through it.",
                    "Call it in your forward method, or write the network as one Sequential."
                )
                : null;
        }

        if (call.Input.Length == 2)
        {
            return new(
                "The third block stands before flatten.",
                $"{Name} got a flat row of {call.Input[1]} numbers.",
                "Flatten turns an image into one row, in which a filter has no rows and columns: move block3's layers above it."
            );
        }

        var earlier = trace.Calls.TakeWhile(each => each != call).Select(each => each.Name).ToList();
        return call.Input is not [_, _, 7, 7] && !earlier.Contains("block2_pool") && trace.Calls.Any(each => each.Name == "block1_pool")
            ? new(
                $"{Name} gets images of 7×7, from block2_pool.",
                $"It got {Text(call.Input)}, from {earlier.LastOrDefault() ?? "the beginning"}.",
                "The third block stands after block2_pool."
            )
            : null;
    }

    private static WrongAnswerException? Answers(Tensor output)
    {
        if (output.shape is not [4, 10])
        {
            return new(
                "Ten numbers per image: [4, 10] for four images.",
                $"[{string.Join(", ", output.shape)}].",
                "The last layer is `(\"predictions\", Linear(128, 10))`, and it stands after `flatten`."
            );
        }

        var sums = output.sum(1).data<float>().ToArray();
        var isSoftmax = output.min().item<float>() >= 0 && Array.TrueForAll(sums, sum => Math.Abs(sum - 1) < 1e-3);
        return isSoftmax || output.logsumexp(1).abs().max().item<float>() < 1e-3
            ? new(
                "Logits: numbers of any size.",
                isSoftmax ? "Probabilities: a softmax stands at the end." : "Logarithms of probabilities: a log-softmax stands at the end.",
                "Leave it out: cross-entropy contains it" + (isSoftmax ? ", and with two the network hardly learns." : ".")
            )
            : null;
    }

    /// <summary>A layer that is missing, both under its name and as a function.</summary>
    private static WrongAnswerException? Missing(IReadOnlyList<(string Name, Module Layer)> leaves, LayerTrace trace)
    {
        var names = leaves.Select(leaf => leaf.Name).ToList();
        if (Misnamed(leaves) is { } misnamed)
        {
            return misnamed;
        }

        // A layer whose `forward` is called instead of `call` is not seen here.
        if (
            ThreeBlockLayers.WithWeights.Any(name =>
                names.Contains(name) && trace.Failure is null && trace.Calls.All(call => call.Name != name)
            )
        )
        {
            return null;
        }

        for (var i = 0; i < ThreeBlockLayers.Names.Count; i++)
        {
            var missing = ThreeBlockLayers.Names[i];
            if (names.Contains(missing))
            {
                continue;
            }

            var before = ThreeBlockLayers.Names.Take(i).LastOrDefault(names.Contains) ?? "the beginning";
            var next = trace.Calls.SkipWhile(call => call.Name != before).Skip(1).FirstOrDefault();
            // The input of the next layer tells whether a function of torch.nn.functional is used instead.
            var asFunction = missing switch
            {
                _ when ThreeBlockLayers.WithWeights.Contains(missing) => false,
                // The network stopped before it.
                _ when next is null && trace.Failure is not null => true,
                _ when missing.EndsWith("relu", StringComparison.Ordinal) => next is { Least: >= 0 },
                _ when missing.EndsWith("pool", StringComparison.Ordinal) => next is not null
                    && trace.Calls.FirstOrDefault(call => call.Name == before) is { Output: [_, var c, var h, var w] }
                    && (next.Input is [_, _, var nextH, _] ? nextH < h : next.Input.Aggregate(1L, (a, b) => a * b) < Images * c * h * w),
                // Whether it flattened the right dimensions is judged later.
                "flatten" => next is { Input.Length: not 4 },
                // Whether values are dropped out shows only in training.
                _ => true,
            };
            if (!asFunction)
            {
                var follows = names.SkipWhile(name => name != before).Skip(1).FirstOrDefault();
                var negative = next is { Least: < 0 } && missing.EndsWith("relu", StringComparison.Ordinal);
                return new(
                    $"`(\"{missing}\", {ThreeBlockLayers.Code(missing)})`, after {before}.",
                    $"{missing} is missing: after {before} comes {follows ?? "nothing"}"
                        + (negative ? ", and negative numbers go on to it." : "."),
                    $"Add it after {before}."
                );
            }
        }

        return null;
    }

    /// <summary>A layer of the right kind under another name.</summary>
    private static WrongAnswerException? Misnamed(IReadOnlyList<(string Name, Module Layer)> leaves)
    {
        var names = leaves.Select(leaf => leaf.Name).ToList();
        var (unknown, layer) = leaves.FirstOrDefault(leaf => !ThreeBlockLayers.Names.Contains(leaf.Name));
        return
            unknown is not null
            && ThreeBlockLayers.Names.Except(names).FirstOrDefault(name => ThreeBlockLayers.Difference(name, layer) is null) is { } missing
            ? new(
                $"A layer called {missing}.",
                $"It is there, but it is called {unknown}.",
                "Give each layer the name from the task, and leave the names of notebook 03 as they are: a weights file finds its "
                    + "layers by "
                    + "them."
            )
            : null;
    }

    /// <summary>A layer through which no image goes.</summary>
    private static WrongAnswerException? Unused(IReadOnlyList<(string Name, Module Layer)> leaves, LayerTrace trace) =>
        trace.Calls.Count > 0 && leaves.FirstOrDefault(leaf => trace.Calls.All(call => call.Name != leaf.Name)) is { Name: { } name }
            ? new(
                $"{name} takes part.",
                $"{name} is there, but images do not go through it.",
                "Call it in your forward method, in its place, or write the network as one Sequential."
            )
            : null;

    private static WrongAnswerException Replaced(string name, string instead) =>
        new(
            $"`{ThreeBlockLayers.Code(name)}` as {name}.",
            $"The logits are those of a network in which {instead} is used instead of {name}.",
            "Compare the rest with notebook 03, line by line."
        );

    private static WrongAnswerException? Extra(IReadOnlyList<(string Name, Module Layer)> leaves, LayerTrace trace)
    {
        var (name, layer) = leaves.FirstOrDefault(leaf => !ThreeBlockLayers.Names.Contains(leaf.Name));
        if (name is null)
        {
            return null;
        }

        var calls = trace.Calls.Select(call => call.Name).ToList();
        var before = calls.IndexOf(name) is > 0 and var place ? calls[place - 1] : null;
        return new(
            "The layers of notebook 03 and the three of the third block, and no others.",
            $"There is one more layer, {name}, {ThreeBlockLayers.Describe(layer)}" + (before is null ? "." : $", after {before}."),
            "Leave it out: one change at a time, so that the comparison with two blocks says what the third block does."
        );
    }

    private static WrongAnswerException? Rows(LayerTrace trace)
    {
        // Found by its type: the input of the first fully connected layer counts, whatever the layer's name.
        var first = trace.Calls.FirstOrDefault(call => call.Layer is TorchSharp.Modules.Linear);
        return first is null or { Input: [Images, Flattened] }
            ? null
            : new(
                $"Flatten makes one row of 48 · 3 · 3 = {Flattened} numbers of each image: [{Images}, {Flattened}] for {Images} images.",
                $"{first.Name} gets [{string.Join(", ", first.Input)}].",
                first.Input is [Images, _]
                    ? "Each of the three poolings halves the side: 28, 14, 7, 3."
                    : "Dimension 0 counts the images and stays; all others become one row. `Flatten()` does that: it begins "
                        + "at dimension 1, and `Flatten(0)` at the images, `Flatten(2)` behind the channels."
            );
    }

    private static WrongAnswerException? Order(LayerTrace trace)
    {
        var calls = trace.Calls.Select(call => call.Name).ToList();
        var wanted = ThreeBlockLayers.Names.Where(calls.Contains).ToList();
        var wrong = calls.Zip(wanted).FirstOrDefault(pair => pair.First != pair.Second);
        if (wrong.First is null)
        {
            return null;
        }

        var place = calls.IndexOf(wrong.First);
        return new(
            $"The order {string.Join(", ", wanted)}.",
            $"After {(place > 0 ? calls[place - 1] : "the beginning")} comes {wrong.First}, and it should be {wrong.Second}.",
            "Move the layer to its place."
        );
    }

    /// <summary>A network whose answers differ from call to call in evaluation mode.</summary>
    private static WrongAnswerException? Unsteady(Module<Tensor, Tensor> model, Tensor images)
    {
        using var noGradients = no_grad();
        model.eval();
        return model.call(images).equal(model.call(images)).all().item<bool>()
            ? null
            : new(
                "The same answer to the same images in evaluation mode.",
                "In evaluation mode two calls with the same images gave different logits: a dropout is always on.",
                "`Dropout(0.5)` as a layer stops in evaluation mode by itself; `functional.dropout` needs `training` of the network."
            );
    }

    /// <summary>A network that works with only one batch size.</summary>
    private static WrongAnswerException? Batch(Module<Tensor, Tensor> model)
    {
        using var noGradients = no_grad();
        var (_, failure) = Attempt.Of(() => model.call(PracticeImages.Quarters(3, seed: 2).ToImageTensor()));
        return failure is null
            ? null
            : new(
                "A network that takes any number of images.",
                "It takes four images at once, and not three.",
                "Use `Flatten()`, or `view(-1, 48 * 3 * 3)`: the network must not contain a number of images."
            );
    }

    /// <summary>Checks the names that matter only for finding a layer.</summary>
    private static void Unnamed(Module<Tensor, Tensor> model)
    {
        var leaves = LayerTrace.Leaves(model);
        if ((Misnamed(leaves) ?? Extra(leaves, LayerTrace.Of(model, PracticeImages.Quarters(4, seed: 1).ToImageTensor()))) is { } reason)
        {
            throw reason;
        }

        if (
            leaves.FirstOrDefault(leaf => leaf.Name == "dropout").Layer is { } dropout
            && ThreeBlockLayers.Difference("dropout", dropout) is { } other
        )
        {
            throw other;
        }
    }

    private static string Text(long[] shape) => $"[n, {string.Join(", ", shape.Skip(1))}]";
}
