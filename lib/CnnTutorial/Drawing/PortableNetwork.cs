using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A network as layers and weights that a few lines of JavaScript (network.js) can compute.</summary>
/// <remarks>The model is read and never run, so its mode and its gradients stay as they are.</remarks>
internal sealed class PortableNetwork
{
    /// <summary>The largest output of a cell, in bytes.</summary>
    internal const int OutputLimit = 1_500_000;

    /// <summary>How much of it the script, the markup, and the scales and biases may take.</summary>
    private const int BesideTheWeights = 60_000;

    private const string Computed = "Conv2d, ReLU, MaxPool2d, Flatten, Linear and Dropout";

    private readonly PortableWeights _weights;
    private readonly List<PortableLayer> _layers = [];
    private readonly string _image;
    private int[] _shape;

    private PortableNetwork(int[] inputShape, int width) =>
        (_shape, _image, _weights) = (inputShape, ImageSplit.Size(inputShape[0], inputShape[1], inputShape[2]), new PortableWeights(width));

    public IReadOnlyList<PortableLayer> Layers => _layers;

    public PortableWeights Weights => _weights;

    /// <summary>How many bytes fit into the output beside the network, as base64.</summary>
    public int BytesLeft => Math.Max(0, OutputLimit - BesideTheWeights - Weights.ToBase64().Length) / 4 * 3;

    /// <summary>What network.js needs.</summary>
    public object ForScript() =>
        new
        {
            Layers,
            Weights.FineCount,
            Weights.Width,
            Numbers = Weights.ToBase64(),
        };

    /// <summary>How many numbers come out at the end.</summary>
    public int Classes => _shape[0];

    /// <exception cref="ArgumentException">The numbers of classes and names differ.</exception>
    public void ThrowIfNamesDiffer(IReadOnlyList<string> classNames)
    {
        if (Classes != classNames.Count)
        {
            throw new ArgumentException(
                $"The network chooses among {Classes} classes, and there are {classNames.Count} class names; give one for each.",
                nameof(classNames)
            );
        }
    }

    /// <summary>Takes a network apart.</summary>
    /// <param name="model">A <c>Sequential</c>.</param>
    /// <param name="inputShape">Channels, rows and columns of an image.</param>
    /// <exception cref="NotSupportedException">It cannot be done; the message says why, as the second half of a sentence.</exception>
    public static PortableNetwork Of(Module<Tensor, Tensor> model, params int[] inputShape)
    {
        var count = model.parameters().Sum(parameter => parameter.numel());
        if (count > Room(2))
        {
            throw new NotSupportedException(
                $"it has {count:N0} parameters, and the output of a cell has room for {Room(2):N0}; take fewer filters or a smaller "
                    + "Linear layer, or one more pooling before it"
            );
        }

        var network = new PortableNetwork(inputShape, width: count > Room(3) ? 2 : 3);
        network.Take("", model);
        return network._shape is [> 0]
            ? network
            : throw new NotSupportedException(
                $"it ends with {Text(network._shape)} numbers per image and not with one number for each class; put a Flatten and a "
                    + "Linear at its end"
            );
    }

    /// <summary>How many weights of so many bytes fit; base64 makes four characters of three bytes.</summary>
    internal static int Room(int width) => (OutputLimit - BesideTheWeights) / 4 * 3 / width;

    private void Take(string name, Module<Tensor, Tensor> module)
    {
        if (ModuleHooks.Exist(module))
        {
            throw new NotSupportedException(
                $"{Called(name, module)} has a hook, which is C# code that a browser cannot run; remove the hook first"
            );
        }

        switch (module)
        {
            case Sequential sequential when module.GetType() == typeof(Sequential):
                foreach (var (childName, child) in sequential.named_children())
                {
                    Take(childName, child as Module<Tensor, Tensor> ?? throw Unknown(childName, child));
                }

                break;
            case Conv2d convolution:
                Take(name, convolution);
                break;
            case MaxPool2d pool:
                Take(name, pool);
                break;
            case Linear linear:
                Take(name, linear);
                break;
            case TorchSharp.Modules.ReLU:
                _layers.Add(new PortableLayer("relu", _shape, _shape) { Name = name });
                break;
            case TorchSharp.Modules.Flatten { start_dim: 1, end_dim: -1 }:
                // The numbers are already in the right order: channel by channel, row by row.
                _shape = [_shape.Aggregate(1, (product, length) => product * length)];
                break;
            case TorchSharp.Modules.Flatten:
                throw new NotSupportedException($"its layer '{name}' flattens some dimensions and not all; the pad knows only Flatten()");
            case TorchSharp.Modules.Dropout:
                // It does nothing once training is over.
                break;
            default:
                throw Unknown(name, module);
        }
    }

    private void Take(string name, Conv2d layer)
    {
        if (layer.transposed || layer.groups != 1 || layer.dilation.Any(step => step != 1) || layer.padding_mode != PaddingModes.Zeros)
        {
            throw new NotSupportedException(
                $"its layer '{name}' is a Conv2d with groups, a dilation or another padding than zeros; the pad knows only kernel "
                    + "size, stride and padding"
            );
        }

        var (kernel, stride) = (Pair(layer.kernel_size), Pair(layer.stride));
        var both = layer.padding_type switch
        {
            TorchSharp.Padding.Same => kernel.Select(size => size - 1).ToArray(),
            TorchSharp.Padding.Valid => [0, 0],
            _ => [.. Pair(layer.padding ?? [0]).Select(side => 2 * side)],
        };
        Window(name, layer, layer.in_channels);
        var (weights, scales) = _weights.Add(name, layer.weight, layer.bias);
        Add(
            new PortableLayer("convolution", _shape, [(int)layer.out_channels, .. Positions(name, kernel, stride, both)])
            {
                Name = name,
                Kernel = kernel,
                Stride = stride,
                Padding = [both[0] / 2, both[1] / 2],
                Weights = weights,
                Scales = scales,
            }
        );
    }

    private void Take(string name, MaxPool2d layer)
    {
        if (layer.ceil_mode || (layer.dilation ?? []).Any(step => step != 1))
        {
            throw new NotSupportedException(
                $"its layer '{name}' is a MaxPool2d with ceil_mode or a dilation; the pad knows only window, stride and padding"
            );
        }

        Window(name, layer, null);
        var (kernel, stride, padding) = (Pair(layer.kernel_size), Pair(layer.stride ?? layer.kernel_size), Pair(layer.padding ?? [0]));
        Add(
            new PortableLayer("maxPool", _shape, [_shape[0], .. Positions(name, kernel, stride, [2 * padding[0], 2 * padding[1]])])
            {
                Name = name,
                Kernel = kernel,
                Stride = stride,
                Padding = padding,
            }
        );
    }

    private void Take(string name, Linear layer)
    {
        if (_shape.Length != 1 || _shape[0] != layer.in_features)
        {
            throw new NotSupportedException(
                $"its layer '{name}' gets {Text(_shape)} numbers per image of {_image} and was made for {layer.in_features:N0}; change the "
                    + "first number of that Linear, or put a Flatten before it"
            );
        }

        var (weights, scales) = _weights.Add(name, layer.weight, layer.bias);
        Add(
            new PortableLayer("linear", _shape, [(int)layer.out_features])
            {
                Name = name,
                Weights = weights,
                Scales = scales,
            }
        );
    }

    private void Add(PortableLayer layer)
    {
        _layers.Add(layer);
        _shape = layer.Output;
    }

    private void Window(string name, Module<Tensor, Tensor> layer, long? channels)
    {
        if (_shape.Length != 3 || (channels ?? _shape[0]) != _shape[0])
        {
            throw new NotSupportedException(
                $"its layer '{name}' is a {layer.GetType().Name} for {(channels is null ? "" : $"{channels} channels of ")}pixels and "
                    + $"gets {Text(_shape)} numbers of an image of {_image}; give it the output of the layer before it"
            );
        }
    }

    private int[] Positions(string name, int[] kernel, int[] stride, int[] padding)
    {
        var steps = new[] { _shape[1] + padding[0] - kernel[0], _shape[2] + padding[1] - kernel[1] };
        return steps.Min() >= 0
            ? [(steps[0] / stride[0]) + 1, (steps[1] / stride[1]) + 1]
            : throw new NotSupportedException(
                $"the window of its layer '{name}' is {Text(kernel)} pixels and gets an image of {Text(_shape[1..])}; leave out a "
                    + "pooling before it"
            );
    }

    private static int[] Pair(long[] lengths) => [(int)lengths[0], (int)lengths[^1]];

    private static string Text(IReadOnlyList<int> shape) => string.Join('×', shape.Select(length => $"{length:N0}"));

    private static string Called(string name, Module module) =>
        name.Length == 0 ? $"the network ({module.GetType().Name})" : $"its layer '{name}' ({module.GetType().Name})";

    private static NotSupportedException Unknown(string name, Module module) =>
        new(
            name.Length == 0 || module.named_children().Any()
                ? $"{Called(name, module)} is a class of its own, whose forward method is C# code that a browser cannot run; write it as a "
                    + $"Sequential of {Computed}"
                : $"{Called(name, module)} is none of the layers that the pad computes: {Computed}"
        );
}
