using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Checks network, images and labels before the first batch: a mistake in them would show much later, or never.</summary>
internal static class TrainingInput
{
    /// <summary>Throws if nothing can be learned.</summary>
    /// <param name="model">The network.</param>
    /// <param name="optimizer">What will change its weights.</param>
    /// <exception cref="ArgumentException">A learning rate is not a number of 0 or more, the optimizer belongs to another model, or the
    /// weights hold NaN or infinite numbers.</exception>
    public static void ThrowIfUnfit(Module<Tensor, Tensor> model, optim.Optimizer optimizer)
    {
        foreach (var group in optimizer.ParamGroups)
        {
            if (!double.IsFinite(group.LearningRate) || group.LearningRate < 0)
            {
                throw new ArgumentException(
                    $"The optimizer's learning rate is {group.LearningRate}; give it a small positive number, such as 0.001.",
                    nameof(optimizer)
                );
            }
        }

        var own = model.parameters().Select(parameter => parameter.Handle).ToHashSet();
        if (own.Count > 0 && !optimizer.parameters().Any(parameter => own.Contains(parameter.Handle)))
        {
            throw new ArgumentException(
                "The optimizer belongs to another model: none of the weights that it changes is one of this model's, so nothing would be "
                    + "learned; make it from model.parameters() of this model, after model.to(device).",
                nameof(optimizer)
            );
        }

        if (ModelWeights.NotFinite(model) is { } name)
        {
            throw new ArgumentException(
                $"The model's {name} holds NaN or infinite numbers before training begins, and nothing can be learned from those; "
                    + "make the model and its optimizer again.",
                nameof(model)
            );
        }
    }

    /// <summary>Throws if images and labels do not fit a network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="labels">All labels.</param>
    /// <param name="imageShape">Channels, rows and columns of an image.</param>
    /// <param name="what">What to call them, such as <c>the training split</c>.</param>
    /// <param name="toLearnFrom">Whether one class is too few.</param>
    /// <exception cref="ArgumentException">The message says what is wrong with them.</exception>
    public static void ThrowIfUnfit(
        Module<Tensor, Tensor> model,
        Device device,
        ReadOnlySpan<byte> labels,
        IReadOnlyList<long> imageShape,
        string what,
        bool toLearnFrom
    )
    {
        if (labels.Length == 0)
        {
            throw new ArgumentException(
                toLearnFrom
                    ? $"There is no image to learn from: {what} is empty."
                    : $"There is no image to evaluate with: {what} is empty.",
                nameof(labels)
            );
        }

        // Hooks should see what training computes, not this trial.
        var hooked = model.modules().OfType<Module<Tensor, Tensor>>().Append(model).Any(ModuleHooks.Exist);
        var classes = hooked ? long.MaxValue : ClassesOf(model, device, Math.Min(2, labels.Length), imageShape, what);
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= classes)
            {
                throw new ArgumentException(
                    $"In {what} image {i} has label {labels[i]}, but the model knows {classes} classes, numbered 0 to "
                        + $"{classes - 1}; correct the labels, or give the model's last layer as many outputs as there are classes.",
                    nameof(labels)
                );
            }
        }

        if (toLearnFrom && !labels.ContainsAnyExcept(labels[0]))
        {
            throw new ArgumentException(
                $"Every image in {what} has label {labels[0]}, so that there is nothing to tell apart; take images of two classes or more.",
                nameof(labels)
            );
        }
    }

    /// <summary>How many classes the network knows, found from its output for images of that size.</summary>
    public static long ClassesOf(Module<Tensor, Tensor> model, Device device, int count, IReadOnlyList<long> imageShape, string what)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        // This trial changes nothing: not the state of the layers, and not the random numbers with which a seeded training begins.
        var random = RandomState.Get();
        var wasTraining = model.training;
        model.eval();
        long[] shape;
        try
        {
            shape = model.call(Pixels.Scale(zeros([count, .. imageShape], ScalarType.Byte, device))).shape;
        }
        catch (Exception e)
        {
            throw new ArgumentException(
                $"The model cannot take the images in {what}, which are {Size(imageShape)} ({ModelWeights.FirstLine(e)}); give it images "
                    + "of the size that its layers were made for, or change the layers.",
                nameof(model),
                e
            );
        }
        finally
        {
            model.train(wasTraining);
            RandomState.Set(random);
        }

        return shape is [var images, var classes] && images == count && classes > 0
            ? classes
            : throw new ArgumentException(
                $"The model turns {count} images into a tensor of shape [{string.Join(", ", shape)}], but it should be [{count}, "
                    + "classes], one logit for each class; most often a Flatten before the first Linear is missing.",
                nameof(model)
            );
    }

    private static string Size(IReadOnlyList<long> shape) =>
        shape is [var channels, var rows, var columns]
            ? ImageSplit.Size(channels, rows, columns)
            : $"tensors of shape [{string.Join(", ", shape)}]";
}
