using System.Collections;
using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Runs a network's layers in an order that gives the same numbers faster.</summary>
/// <remarks>
/// Where a ReLU stands before a max-pooling, pooling comes first: the largest of several numbers, cut off at zero, is the
/// largest of the numbers cut off at zero; the gradients are the same too. ReLU then has a quarter of the numbers to look at.
/// </remarks>
internal static class ForwardPass
{
    private static readonly FieldInfo[] Hooks =
        [.. new[] { "pre_hooks", "post_hooks", "module_pre_hooks", "module_post_hooks" }
            .Select(name => typeof(HookableModule<Func<Module<Tensor, Tensor>, Tensor, Tensor>, Func<Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic))
            .OfType<FieldInfo>()];

    /// <summary>A function that computes what <c>model.call</c> computes; bit for bit, on the same tensor.</summary>
    public static Func<Tensor, Tensor> Of(Module<Tensor, Tensor> model) =>
        Order(model) is { } layers ? input => layers.Aggregate(input, (value, layer) => layer.call(value)) : model.call;

    private static List<Module<Tensor, Tensor>>? Order(Module<Tensor, Tensor> model)
    {
        // A class of the learner's own decides in its forward method what happens; so does one with hooks.
        if (model.GetType() != typeof(Sequential) || IsHooked(model))
        {
            return null;
        }

        var layers = model.named_children().Select(child => child.module).OfType<Module<Tensor, Tensor>>().ToList();
        if (layers.Count != model.named_children().Count())
        {
            return null;
        }

        for (var i = 0; i + 1 < layers.Count; i++)
        {
            if (layers[i] is ReLU && layers[i + 1] is MaxPool2d && !IsHooked(layers[i]) && !IsHooked(layers[i + 1]))
            {
                (layers[i], layers[i + 1]) = (layers[i + 1], layers[i]);
            }
        }

        return layers;
    }

    /// <summary>The same with convolutions and dense layers in bfloat16; what PyTorch calls autocast and TorchSharp lacks.</summary>
    /// <exception cref="NotSupportedException">The network is not a plain sequence of layers.</exception>
    public static Func<Tensor, Tensor> InBFloat16(Module<Tensor, Tensor> model)
    {
        if (Order(model) is not { } layers)
        {
            throw new NotSupportedException("Precision.BFloat16 needs a network made by Sequential(…), without hooks on the whole of it. Use Precision.Float32 for this one.");
        }

        return input => layers.Aggregate(input.to(ScalarType.BFloat16), Apply).to(ScalarType.Float32);
    }

    // The weights are rounded anew in each step; the gradient flows through the rounding to the float32 weights.
    private static Tensor Apply(Tensor input, Module<Tensor, Tensor> layer) => layer switch
    {
        Conv2d { padding_mode: TorchSharp.PaddingModes.Zeros } convolution when !IsHooked(layer) => functional.conv2d(input, Rounded(convolution.weight)!, Rounded(convolution.bias), convolution.stride, convolution.padding, convolution.dilation, convolution.groups),
        Linear linear when !IsHooked(layer) => functional.linear(input, Rounded(linear.weight)!, Rounded(linear.bias)),
        // What has weights of its own but is none of these gets its input as it expects it.
        _ when layer.parameters().Any() => layer.call(input.to(ScalarType.Float32)).to(ScalarType.BFloat16),
        _ => layer.call(input),
    };

    private static Tensor? Rounded(Parameter? weights) => weights?.to(ScalarType.BFloat16);

    internal static bool IsHooked(Module<Tensor, Tensor> module) => Hooks.Any(field => field.GetValue(module) is IDictionary { Count: > 0 });
}
