using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Looks at what a network is to learn from or to be judged by, before the first batch: what is wrong there shows much later, or
/// never.</summary>
internal static class TrainingInput
{
    /// <summary>Names what makes learning impossible.</summary>
    /// <param name="model">The network.</param>
    /// <param name="optimizer">What will change its weights.</param>
    /// <exception cref="ArgumentException">A learning rate is no number from 0 on, the optimizer is another model's, or the weights are
    /// ruined already.</exception>
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
                $"The model's {name} holds NaN or infinite numbers before training begins, and from those nothing can be learned; make "
                    + "the model and its optimizer anew.",
                nameof(model)
            );
        }
    }

    /// <summary>Names what makes images and labels useless for a network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="labels">All labels.</param>
    /// <param name="imageShape">Channels, rows and columns of an image.</param>
    /// <param name="what">What to call them, such as <c>the training split</c>.</param>
    /// <param name="toLearnFrom">Whether one class is too few.</param>
    /// <exception cref="ArgumentException">One sentence says what is wrong with them.</exception>
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
                toLearnFrom ? $"There is no image to learn from: {what} is empty." : $"There is no image to judge by: {what} is empty.",
                nameof(labels)
            );
        }

        // Hooks are there to see what training computes, not what is tried.
        var hooked = model.modules().OfType<Module<Tensor, Tensor>>().Append(model).Any(ModuleHooks.Exist);
        var classes = hooked ? long.MaxValue : ClassesOf(model, device, Math.Min(2, labels.Length), imageShape, what);
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= classes)
            {
                throw new ArgumentException(
                    $"In {what} image {i} has label {labels[i]}, and the model tells {classes} classes apart, numbered 0 to "
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

    /// <summary>How many classes the network tells apart, which it says by what it makes of images of that size.</summary>
    public static long ClassesOf(Module<Tensor, Tensor> model, Device device, int count, IReadOnlyList<long> imageShape, string what)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        // Trying changes nothing: neither what layers have seen nor the random numbers that a training with a seed begins with.
        var random = get_rng_state();
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
            set_rng_state(random);
        }

        return shape is [var images, var classes] && images == count && classes > 0
            ? classes
            : throw new ArgumentException(
                $"The model makes of {count} images a tensor of shape [{string.Join(", ", shape)}], and it should be [{count}, "
                    + "classes], one logit for each class; a Flatten before the first Linear is what most often is missing.",
                nameof(model)
            );
    }

    private static string Size(IReadOnlyList<long> shape) =>
        shape is [var channels, var rows, var columns]
            ? ImageSplit.Size(channels, rows, columns)
            : $"tensors of shape [{string.Join(", ", shape)}]";
}
