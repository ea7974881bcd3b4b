using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A network as the operators and weights of an ONNX file.</summary>
/// <remarks>
/// The numbers of the fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, the operators those of
/// https://onnx.ai/onnx/operators. One image of zeros goes through the layers, so that each layer is known to fit the one before it.
/// </remarks>
internal sealed class OnnxGraph
{
    private const string InputName = "images";
    private const string OutputName = "scores";

    // The format's version and that of its operators, from 2021: every program that is still in use reads them.
    private const int FormatVersion = 8;
    private const int OperatorVersion = 17;

    private const int FloatType = 1;
    private const long LargestFile = 2_000_000_000;

    private const string Known =
        "Conv2d, BatchNorm2d, ReLU, MaxPool2d, AvgPool2d, Flatten, Linear, Dropout, Sigmoid, Tanh, Softmax and LogSoftmax";

    private readonly ProtobufMessage _graph = new ProtobufMessage().Add(2, "network");
    private (string Kind, string Name, string[] Weights, (string Name, object Value)[] Settings)? _last;
    private string _value = InputName;
    private Tensor _image;

    private OnnxGraph(Tensor image) => _image = image;

    /// <summary>Takes a network apart.</summary>
    /// <param name="model">A <c>Sequential</c>; neither its weights nor its mode change.</param>
    /// <param name="inputShape">The shape of one image.</param>
    /// <returns>The file.</returns>
    /// <exception cref="NotSupportedException">A layer cannot be written.</exception>
    /// <exception cref="ArgumentException">Images of this shape do not fit the network.</exception>
    public static ProtobufMessage Of(Module<Tensor, Tensor> model, long[] inputShape)
    {
        var bytes = sizeof(float) * model.state_dict().Values.Sum(tensor => tensor.numel());
        if (bytes > LargestFile)
        {
            throw new NotSupportedException(
                $"The network has {bytes:N0} bytes of weights, and an ONNX file holds {LargestFile:N0}; save the weights with Weights.Save."
            );
        }

        ProtobufMessage? file = null;
        EvaluationMode.Run(
            model,
            device =>
            {
                using var scope = NewDisposeScope();
                var type = model.parameters().FirstOrDefault()?.dtype ?? ScalarType.Float32;
                var graph = new OnnxGraph(zeros([1, .. inputShape], type, device));
                graph.Take("", model);
                file = graph.Finish(inputShape);
            }
        );
        return file!;
    }

    private ProtobufMessage Finish(long[] inputShape)
    {
        if (_last is null)
        {
            throw new NotSupportedException("The network has no layer that computes anything; add one.");
        }

        AddNode(OutputName);
        _graph.Add(11, ValueInfo(InputName, inputShape)).Add(12, ValueInfo(OutputName, _image.shape[1..]));
        return new ProtobufMessage()
            .Add(1, FormatVersion)
            .Add(2, "CnnTutorial")
            .Add(7, _graph)
            .Add(8, new ProtobufMessage().Add(1, "").Add(2, OperatorVersion));
    }

    private void Take(string name, Module<Tensor, Tensor> module)
    {
        if (ModuleHooks.Exist(module))
        {
            throw Unknown(name, module, "has a hook, which is C# code; remove the hook first");
        }

        switch (module)
        {
            case Sequential sequential when module.GetType() == typeof(Sequential):
                foreach (var (childName, child) in sequential.named_children())
                {
                    var full = name.Length == 0 ? childName : $"{name}.{childName}";
                    Take(full, child as Module<Tensor, Tensor> ?? throw Unknown(full, child));
                }

                return;
            case TorchSharp.Modules.Dropout or TorchSharp.Modules.Dropout2d:
                // It does nothing once training is over.
                return;
            case Conv2d convolution:
                Take(name, convolution);
                break;
            case BatchNorm2d norm:
                Take(name, norm);
                break;
            case MaxPool2d pool:
                ThrowIf(pool.ceil_mode, name, pool, "ceil_mode");
                AddLayer("MaxPool", name, [], [.. Window(pool.kernel_size, pool.stride, pool.padding, pool.dilation)]);
                break;
            case AvgPool2d pool:
                ThrowIf(pool.ceil_mode, name, pool, "ceil_mode");
                ThrowIf(pool.divisor_override is not null, name, pool, "divisor_override");
                AddLayer(
                    "AveragePool",
                    name,
                    [],
                    [.. Window(pool.kernel_size, pool.stride, pool.padding, null), ("count_include_pad", pool.count_include_pad ? 1L : 0L)]
                );
                break;
            case Linear linear:
                ThrowIf(_image.dim() != 2, name, linear, "an input that is not flat");
                AddLayer("Gemm", name, Weights(name, ("weight", linear.weight), ("bias", linear.bias)), [("transB", 1L)]);
                break;
            case TorchSharp.Modules.Flatten flatten:
                ThrowIf(flatten.start_dim != 1 || flatten.end_dim != -1, name, flatten, "a first or a last dimension");
                AddLayer("Flatten", name, [], [("axis", 1L)]);
                break;
            case TorchSharp.Modules.ReLU:
                AddLayer("Relu", name, [], []);
                break;
            case TorchSharp.Modules.Sigmoid:
                AddLayer("Sigmoid", name, [], []);
                break;
            case TorchSharp.Modules.Tanh:
                AddLayer("Tanh", name, [], []);
                break;
            case TorchSharp.Modules.Softmax softmax:
                AddLayer("Softmax", name, [], [("axis", softmax.dim)]);
                break;
            case TorchSharp.Modules.LogSoftmax softmax:
                AddLayer("LogSoftmax", name, [], [("axis", softmax.dim)]);
                break;
            default:
                throw Unknown(name, module);
        }

        try
        {
            _image = module.call(_image);
        }
        catch (Exception e) when (e is ExternalException or ArgumentException)
        {
            throw new ArgumentException(
                $"{Called(name, module)} cannot take an input of shape [batch, {string.Join(", ", _image.shape[1..])}] "
                    + $"({ModelWeights.FirstLine(e)}); give the inputShape that the network was made for, or mend the layer.",
                e
            );
        }
    }

    private void Take(string name, Conv2d layer)
    {
        ThrowIf(layer.padding_mode != TorchSharp.PaddingModes.Zeros, name, layer, $"padding_mode {layer.padding_mode}");
        var settings = Window(layer.kernel_size, layer.stride, layer.padding, layer.dilation).ToList();
        if (layer.padding_type == TorchSharp.Padding.Same)
        {
            // If it is odd, the larger half is on the right and below.
            var both = layer.kernel_size.Zip(layer.dilation, (size, step) => (size - 1) * step).ToArray();
            settings.RemoveAll(setting => setting.Name == "pads");
            settings.Add(("pads", both.Select(sum => sum / 2).Concat(both.Select(sum => sum - (sum / 2))).ToArray()));
        }

        settings.Add(("group", layer.groups));
        AddLayer("Conv", name, Weights(name, ("weight", layer.weight), ("bias", layer.bias)), [.. settings]);
    }

    private void Take(string name, BatchNorm2d layer)
    {
        ThrowIf(layer.running_mean is null || layer.running_var is null, name, layer, "track_running_stats: false");
        var weights = Weights(
            name,
            ("weight", layer.weight ?? ones_like(layer.running_mean!)),
            ("bias", layer.bias ?? zeros_like(layer.running_mean!)),
            ("running_mean", layer.running_mean),
            ("running_var", layer.running_var)
        );
        AddLayer("BatchNormalization", name, weights, [("epsilon", (float)layer.eps)]);
    }

    private static IEnumerable<(string Name, object Value)> Window(long[] kernel, long[]? stride, long[]? padding, long[]? dilation)
    {
        var sides = Pair(padding ?? [0]);
        yield return ("kernel_shape", Pair(kernel));
        yield return ("strides", Pair(stride ?? kernel));
        yield return ("pads", (long[])[.. sides, .. sides]);
        if (dilation is not null)
        {
            yield return ("dilations", Pair(dilation));
        }
    }

    private static long[] Pair(long[] lengths) => [lengths[0], lengths[^1]];

    /// <summary>Writes a layer's weights and returns the names that they have in the file.</summary>
    private string[] Weights(string layer, params (string Name, Tensor? Tensor)[] weights)
    {
        var names = new List<string>();
        foreach (var (name, tensor) in weights)
        {
            if (tensor is not null)
            {
                names.Add($"{layer}.{name}");
                var message = new ProtobufMessage();
                foreach (var length in tensor.shape)
                {
                    message.Add(1, length);
                }

                var numbers = tensor.detach().to(ScalarType.Float32).cpu().contiguous();
                _graph.Add(5, message.Add(2, FloatType).Add(8, names[^1]).Add(9, numbers.bytes));
            }
        }

        return [.. names];
    }

    /// <summary>Adds the layer before this one, and keeps this one, because the last one's output has a name of its own.</summary>
    private void AddLayer(string kind, string name, string[] weights, (string Name, object Value)[] settings)
    {
        if (_last is { } before)
        {
            AddNode($"{before.Name}.output");
        }

        _last = (kind, name, weights, settings);
    }

    private void AddNode(string output)
    {
        var (kind, name, weights, settings) = _last!.Value;
        var node = new ProtobufMessage().Add(1, _value);
        foreach (var weight in weights)
        {
            node.Add(1, weight);
        }

        node.Add(2, output).Add(3, name).Add(4, kind);
        foreach (var (setting, value) in settings)
        {
            node.Add(5, Attribute(setting, value));
        }

        _graph.Add(1, node);
        _value = output;
    }

    private static ProtobufMessage Attribute(string name, object value)
    {
        var attribute = new ProtobufMessage().Add(1, name);
        switch (value)
        {
            case float number:
                return attribute.Add(2, number).Add(20, 1);
            case long number:
                return attribute.Add(3, number).Add(20, 2);
            default:
                foreach (var number in (long[])value)
                {
                    attribute.Add(8, number);
                }

                return attribute.Add(20, 7);
        }
    }

    /// <summary>A name and the shape <c>[batch, …]</c>, where the number of images is free.</summary>
    private static ProtobufMessage ValueInfo(string name, long[] shape)
    {
        var lengths = new ProtobufMessage().Add(1, new ProtobufMessage().Add(2, "batch"));
        foreach (var length in shape)
        {
            lengths.Add(1, new ProtobufMessage().Add(1, length));
        }

        var type = new ProtobufMessage().Add(1, FloatType).Add(2, lengths);
        return new ProtobufMessage().Add(1, name).Add(2, new ProtobufMessage().Add(1, type));
    }

    private static string Called(string name, Module module) =>
        name.Length == 0 ? $"The network ({module.GetType().Name})" : $"The layer '{name}' ({module.GetType().Name})";

    private static void ThrowIf(bool isUnknown, string name, Module module, string setting)
    {
        if (isUnknown)
        {
            throw Unknown(name, module, $"has {setting}, which this course does not write to ONNX files; make the layer without it");
        }
    }

    private static NotSupportedException Unknown(string name, Module module) =>
        Unknown(
            name,
            module,
            name.Length == 0 || module.GetType().Assembly != typeof(Sequential).Assembly
                ? $"is a class of its own, whose forward method is C# code; write it as a Sequential of {Known}"
                : $"is none of the layers that can be written to an ONNX file: {Known}"
        );

    private static NotSupportedException Unknown(string name, Module module, string why) => new($"{Called(name, module)} {why}.");
}
