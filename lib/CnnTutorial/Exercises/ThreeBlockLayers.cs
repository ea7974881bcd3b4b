using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>The layers that step 2 asks for, and how a learner's layers differ from them.</summary>
internal static class ThreeBlockLayers
{
    /// <summary>Makes the network that the learner's is compared with.</summary>
    /// <param name="replaced">A layer to use instead of the one with its name.</param>
    public static Module<Tensor, Tensor> Create((string Name, Module<Tensor, Tensor> Layer)? replaced = null) =>
        Sequential(All().Select(layer => layer.Name == replaced?.Name ? replaced.Value : (layer.Name, layer.Layer)).ToArray());

    /// <summary>The layers that may be used by mistake instead of a layer without weights, each with its name in a sentence.</summary>
    public static IEnumerable<(string Text, Module<Tensor, Tensor> Layer)> Instead(string name) =>
        name switch
        {
            _ when name.EndsWith("relu", StringComparison.Ordinal) =>
            [
                ("nothing", Identity()),
                ("a LeakyReLU", LeakyReLU(0.01)),
                ("a Sigmoid", Sigmoid()),
                ("a Tanh", Tanh()),
                ("a GELU", GELU()),
                ("an ELU", ELU(1)),
            ],
            _ when name.EndsWith("pool", StringComparison.Ordinal) => [("an average pooling", AvgPool2d(2))],
            _ => [],
        };

    /// <summary>The names in their order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All().Select(layer => layer.Name)];

    /// <summary>The layers that have weights.</summary>
    public static IReadOnlyList<string> WithWeights { get; } = ["block1_conv1", "block2_conv1", "block3_conv1", "fc1", "predictions"];

    /// <summary>The layer of a name, as C# writes it.</summary>
    public static string Code(string name) => All().First(layer => layer.Name == name).Code;

    /// <summary>How a layer differs from the expected one of its name; null if it does not.</summary>
    public static WrongAnswerException? Difference(string name, Module layer)
    {
        var (_, wanted, code) = All().First(each => each.Name == name);
        var differences = (wanted, layer) switch
        {
            (Conv2d right, Conv2d seen) => Of(right, seen),
            (MaxPool2d right, MaxPool2d seen) => Of(right, seen),
            (Linear right, Linear seen) => Of(right, seen),
            (TorchSharp.Modules.Dropout right, TorchSharp.Modules.Dropout seen) => right.p == seen.p
                ? []
                : [$"it switches off {seen.p:P0} of the values, and not half of them"],
            _ when wanted.GetType() == layer.GetType() => [],
            _ => [$"it is {Describe(layer)}"],
        };
        var first = differences.FirstOrDefault();
        return first is null
            ? null
            : new WrongAnswerException(
                $"{name} is `{code}`.",
                $"{name}: {first}.",
                $"Write it as `(\"{name}\", {code})`. {Meaning(wanted, layer)}".Trim()
            );
    }

    /// <summary>A layer in words, such as <c>an AvgPool2d with a window of 2×2</c>.</summary>
    public static string Describe(Module layer)
    {
        var type = layer.GetType().Name;
        var article = "AEIOU".Contains(type[0]) ? "an" : "a";
        return layer switch
        {
            MaxPool2d pool => $"{article} {type} with a window of {Square(pool.kernel_size)}",
            AvgPool2d pool => $"{article} {type} with a window of {Square(pool.kernel_size)}",
            TorchSharp.Modules.Dropout dropout => $"{article} {type} of {dropout.p:P0}",
            Conv2d convolution => $"{article} {type} of {convolution.out_channels} filters",
            Linear linear => $"{article} {type} from {linear.in_features} to {linear.out_features} numbers",
            _ => $"{article} {type}",
        };
    }

    private static (string Name, Module<Tensor, Tensor> Layer, string Code)[] All() =>
        [
            ("block1_conv1", Conv2d(1, 24, kernel_size: 3, padding: 1), "Conv2d(1, 24, kernel_size: 3, padding: 1)"),
            ("block1_relu", ReLU(), "ReLU()"),
            ("block1_pool", MaxPool2d(kernel_size: 2), "MaxPool2d(kernel_size: 2)"),
            ("block2_conv1", Conv2d(24, 36, kernel_size: 3, padding: 1), "Conv2d(24, 36, kernel_size: 3, padding: 1)"),
            ("block2_relu", ReLU(), "ReLU()"),
            ("block2_pool", MaxPool2d(kernel_size: 2), "MaxPool2d(kernel_size: 2)"),
            ("block3_conv1", Conv2d(36, 48, kernel_size: 3, padding: 1), "Conv2d(36, 48, kernel_size: 3, padding: 1)"),
            ("block3_relu", ReLU(), "ReLU()"),
            ("block3_pool", MaxPool2d(kernel_size: 2), "MaxPool2d(kernel_size: 2)"),
            ("flatten", Flatten(), "Flatten()"),
            ("fc1", Linear(48 * 3 * 3, 128), "Linear(48 * 3 * 3, 128)"),
            ("fc1_relu", ReLU(), "ReLU()"),
            ("dropout", Dropout(0.5), "Dropout(0.5)"),
            ("predictions", Linear(128, 10), "Linear(128, 10)"),
        ];

    private static IEnumerable<string> Of(Conv2d right, Conv2d seen)
    {
        if (seen.out_channels != right.out_channels)
        {
            yield return $"it has {seen.out_channels} filters";
        }

        if (seen.in_channels != right.in_channels)
        {
            yield return $"it takes {seen.in_channels} input channels, and not {right.in_channels}";
        }

        if (!seen.kernel_size.SequenceEqual(right.kernel_size))
        {
            yield return $"filters of {Square(seen.kernel_size)}";
        }

        if (!seen.stride.SequenceEqual(right.stride))
        {
            yield return $"stride {seen.stride[0]}: the filter moves by {seen.stride[0]} pixels, and its output is smaller";
        }

        if (!seen.dilation.SequenceEqual(right.dilation))
        {
            yield return $"dilation {seen.dilation[0]}: the filter's nine weights stand {seen.dilation[0]} pixels apart";
        }

        if (seen.padding_type is not Padding.Same && !(seen.padding ?? []).SequenceEqual(right.padding))
        {
            yield return $"padding {seen.padding?.FirstOrDefault() ?? 0}: the output would have another size than the input, but "
                + "“same” padding keeps the size";
        }

        if (seen.groups != right.groups)
        {
            yield return $"{seen.groups} groups: each filter sees only a part of the channels";
        }

        if (seen.bias is null)
        {
            yield return "it has no bias";
        }

        if (seen.padding_mode != right.padding_mode)
        {
            yield return $"it pads by {seen.padding_mode} and not with zeros";
        }
    }

    private static IEnumerable<string> Of(MaxPool2d right, MaxPool2d seen)
    {
        if (!seen.kernel_size.SequenceEqual(right.kernel_size))
        {
            yield return $"a window of {Square(seen.kernel_size)}, and not of 2×2";
        }

        if (seen.stride is { Length: > 0 } stride && stride[0] != seen.kernel_size[0])
        {
            yield return $"stride {stride[0]}: the windows move by {stride[0]} pixels, and not by 2";
        }

        if (seen.padding?.Any(padding => padding != 0) == true)
        {
            yield return $"padding {seen.padding[0]}, and a pooling has none";
        }

        if (seen.dilation?.Any(dilation => dilation != 1) == true)
        {
            yield return $"dilation {seen.dilation[0]}, and a pooling has none";
        }

        if (seen.ceil_mode)
        {
            yield return "it rounds up (ceil_mode): 7×7 becomes 4×4, and not 3×3";
        }
    }

    private static IEnumerable<string> Of(Linear right, Linear seen)
    {
        if (seen.in_features != right.in_features)
        {
            yield return $"it is made for {seen.in_features:N0} numbers per image, and not for {right.in_features}";
        }

        if (seen.out_features != right.out_features)
        {
            yield return $"it gives {seen.out_features} numbers, and not {right.out_features}";
        }

        if (seen.bias is null)
        {
            yield return "it has no bias";
        }
    }

    private static string Meaning(Module right, Module seen) =>
        (right, seen) switch
        {
            (TorchSharp.Modules.ReLU, TorchSharp.Modules.Identity) => "Identity lets everything through, negative numbers too.",
            (TorchSharp.Modules.ReLU, _) => "The course's networks use ReLU, which makes negative numbers zero.",
            (TorchSharp.Modules.MaxPool2d, TorchSharp.Modules.AvgPool2d) =>
                "An AvgPool2d takes the mean of a window, a MaxPool2d its largest number.",
            (TorchSharp.Modules.Linear, TorchSharp.Modules.Linear linear) when linear.in_features == 48 * 7 * 7 =>
                "Is the pooling of the third block there? It turns 7×7 into 3×3.",
            (TorchSharp.Modules.Conv2d { in_channels: 36 }, TorchSharp.Modules.Conv2d { in_channels: not 36 }) =>
                "The first number of Conv2d is the number of channels that come in: the 36 filters of block2_conv1.",
            (TorchSharp.Modules.Conv2d, TorchSharp.Modules.Conv2d) =>
                "The numbers of Conv2d are: channels that come in, filters, size of a filter; then stride and padding.",
            _ => "",
        };

    private static string Square(long[] size) => size.Length == 1 ? $"{size[0]}×{size[0]}" : $"{size[0]}×{size[1]}";
}
