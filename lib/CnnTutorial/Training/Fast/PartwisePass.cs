using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Modules = TorchSharp.Modules;

namespace CnnTutorial;

/// <summary>Computes a batch in parts, each from the first layer to the last on one core.</summary>
/// <remarks>
/// A layer's output is then small enough to stay in the core's cache, and the cores wait for each other twice per step instead of after
/// each operation. The mathematics stays the same, since the layers treat each image by itself; only the order in which
/// gradients are added up differs, and it does not depend on the number of threads. Two things are computed differently from the layers,
/// to read and write less memory. A convolution's bias is added after the max-pooling that follows: the largest of several numbers stays
/// the largest if the same is added to all. And a ReLU overwrites its input.
/// </remarks>
internal sealed class PartwisePass
{
    private const int Parts = 8;
    private const int LeastPart = 8;

    private readonly IReadOnlyList<Operation> _operations;
    private readonly IReadOnlyDictionary<Modules.Dropout, long[]> _dropped;
    private readonly WorkerTeam _team;
    private readonly HashSet<(long Images, bool Learns)> _prepared = [];

    private PartwisePass(
        IReadOnlyList<Module<Tensor, Tensor>> layers,
        IReadOnlyDictionary<Modules.Dropout, long[]> dropped,
        WorkerTeam team
    ) => (_operations, _dropped, _team) = ([.. Operations(layers)], dropped, team);

    private delegate Tensor Operation(Tensor value, Lazy<Dictionary<Modules.Dropout, Tensor?>>? masks, int part);

    /// <summary>Whether layers are computed differently where the result is the same. Benchmarks turn it off to measure the gain.</summary>
    internal static bool RearrangesLayers { get; set; } = true;

    /// <summary>Whether it was measured to be faster: with oneDNN's kernels for x64 processors, and GNU's OpenMP.</summary>
    public static bool Helps(Device device) =>
        device.type == DeviceType.CPU && OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The pass, or null for a network whose layers are not known to treat each image by itself.</summary>
    /// <param name="model">The network.</param>
    /// <param name="imageShape">The shape of one image.</param>
    /// <param name="team">The threads that compute.</param>
    public static PartwisePass? Of(Module<Tensor, Tensor> model, IEnumerable<long> imageShape, WorkerTeam team)
    {
        if (ForwardPass.Order(model) is not { } layers || layers.Any(ModuleHooks.Exist))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var dropped = new Dictionary<Modules.Dropout, long[]>();
        try
        {
            var value = ChannelsLast.View(zeros([2, .. imageShape]));
            foreach (var layer in layers)
            {
                switch (layer)
                {
                    // Its random numbers are drawn for the whole batch at once, in the order in which they are stored.
                    case Modules.Dropout dropout when value.is_contiguous() && dropped.TryAdd(dropout, value.shape[1..]):
                        break;
                    case Modules.Conv2d or Modules.Linear or Modules.ReLU or Modules.MaxPool2d or Modules.AvgPool2d or Modules.Flatten:
                        value = layer.call(value);
                        break;
                    default:
                        return null;
                }

                if (value.shape[0] != 2)
                {
                    return null;
                }
            }
        }
        catch (ExternalException)
        {
            // The layers do not fit together; the usual pass reports how.
            return null;
        }

        return new PartwisePass(layers, dropped, team);
    }

    /// <summary>The logits of all images, without gradients.</summary>
    public Tensor Predict(Tensor images)
    {
        var outputs = new Tensor[Count(images)];
        Run(
            images,
            learns: false,
            part =>
            {
                using var noGradients = no_grad();
                using var scope = NewDisposeScope();
                outputs[part] = Forward(images, null, part).DetachFromDisposeScope();
            }
        );
        return Join(outputs, parts => cat(parts));
    }

    /// <summary>Forward, loss and backward.</summary>
    /// <param name="batch">What to learn from.</param>
    /// <param name="loss">A loss that <see cref="CanSplit"/> accepts.</param>
    /// <param name="parameters">What the gradients are for.</param>
    /// <returns>The logits, the loss, and for each part the gradients of the parameters, which the caller must free.</returns>
    public (Tensor Logits, Tensor Loss, IReadOnlyList<Tensor>[] Gradients) Learn(
        Batch batch,
        Module<Tensor, Tensor, Tensor> loss,
        IReadOnlyList<Tensor> parameters
    )
    {
        var count = Count(batch.Images);
        // Drawn by the calling thread while the others compute the layers before, and always in the same order.
        var masks = new Lazy<Dictionary<Modules.Dropout, Tensor?>>(() =>
            _dropped.ToDictionary(dropout => dropout.Key, dropout => Mask(dropout.Key, [batch.Count, .. dropout.Value]))
        );
        var (outputs, losses, gradients) = (new Tensor[count], new Tensor[count], new Tensor[count][]);
        try
        {
            Run(
                batch.Images,
                learns: true,
                part =>
                {
                    using var scope = NewDisposeScope();
                    var logits = Forward(batch.Images, masks, part);
                    // Weighted by its share of the images, so that the parts add up to the mean over the batch.
                    var share = loss.call(logits, Part(batch.Labels, part)).Times((double)logits.shape[0] / batch.Count);
                    gradients[part] = [.. autograd.grad([share], [.. parameters]).Select(gradient => gradient.DetachFromDisposeScope())];
                    (outputs[part], losses[part]) = (logits.detach().DetachFromDisposeScope(), share.detach().DetachFromDisposeScope());
                },
                meanwhile: () => _ = masks.Value
            );
        }
        finally
        {
            foreach (var mask in masks.Value.Values)
            {
                mask?.Dispose();
            }
        }

        return (Join(outputs, parts => cat(parts)), Join(losses, parts => stack(parts).sum()), gradients);
    }

    /// <summary>Whether the loss of a batch is the mean of its images' losses, each of which counts the same.</summary>
    public static bool CanSplit(Module<Tensor, Tensor, Tensor> loss) =>
        loss is Modules.CrossEntropyLoss { reduction: Reduction.Mean, weight: null, ignore_index: null };

    /// <summary>Does the parts of a batch, each on some thread.</summary>
    /// <remarks>
    /// oneDNN prepares a convolution when it meets one of a new size, and that is not safe beside another thread: 10 of 160 processes
    /// crashed or got NaN. So the first batch of each size is done by one thread alone.
    /// </remarks>
    private void Run(Tensor images, bool learns, Action<int> work, Action? meanwhile = null)
    {
        var count = Count(images);
        if (!_prepared.Add((images.shape[0], learns)))
        {
            _team.Run(count, work, meanwhile);
            return;
        }

        _team.Run(
            1,
            _ =>
            {
                for (var part = 0; part < count; part++)
                {
                    work(part);
                }
            },
            meanwhile
        );
    }

    private static int Count(Tensor images) => (int)Math.Clamp(images.shape[0] / LeastPart, 1, Parts);

    private static Tensor Part(Tensor whole, int part)
    {
        var (count, all) = (Count(whole), whole.shape[0]);
        var start = all * part / count;
        return whole.narrow(0, start, (all * (part + 1) / count) - start);
    }

    private static Tensor Join(Tensor[] parts, Func<Tensor[], Tensor> join)
    {
        var all = join(parts);
        foreach (var part in parts)
        {
            part.Dispose();
        }

        return all;
    }

    /// <summary>What libtorch's dropout multiplies by: the same numbers, drawn from the same generator.</summary>
    private static Tensor? Mask(Modules.Dropout dropout, long[] shape) =>
        (dropout.training, dropout.p) switch
        {
            (false, _) or (_, 0) => null,
            (_, 1) => zeros(shape).DetachFromDisposeScope(),
            (_, var p) => empty(shape).bernoulli_(1 - p).DivideBy(1 - p).DetachFromDisposeScope(),
        };

    private static IEnumerable<Operation> Operations(IReadOnlyList<Module<Tensor, Tensor>> layers)
    {
        for (var i = 0; i < layers.Count; i++)
        {
            var (layer, next) = (layers[i], i + 1 < layers.Count ? layers[i + 1] : null);
            switch (layer)
            {
                case Modules.Dropout dropout:
                    yield return (value, masks, part) => masks?.Value[dropout] is { } mask ? value * Part(mask, part) : value;
                    break;
                // These layers do not need their outputs for their own gradients, so a ReLU may overwrite them.
                case Modules.ReLU when RearrangesLayers && i > 0 && layers[i - 1] is Modules.Conv2d or Modules.MaxPool2d:
                    yield return (value, _, _) => value.relu_();
                    break;
                case Modules.Conv2d { bias: { } bias, padding: { } padding, padding_mode: PaddingModes.Zeros } conv
                    when RearrangesLayers && next is Modules.MaxPool2d:
                    yield return (value, _, _) =>
                        functional.conv2d(value, conv.weight!, null, conv.stride, padding, conv.dilation, conv.groups);
                    yield return (value, _, _) => next.call(value).AddInPlace(bias.view(-1, 1, 1));
                    i++;
                    break;
                default:
                    yield return (value, _, _) => layer.call(value);
                    break;
            }
        }
    }

    private Tensor Forward(Tensor images, Lazy<Dictionary<Modules.Dropout, Tensor?>>? masks, int part) =>
        _operations.Aggregate(Part(images, part), (value, operation) => operation(value, masks, part));
}
