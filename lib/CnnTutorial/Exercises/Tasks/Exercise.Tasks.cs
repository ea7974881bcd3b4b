using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>The checks of the small tasks in notebooks 00 to 06.</summary>
public static partial class Exercise
{
    /// <summary>Notebook 00: the convolution by hand.</summary>
    /// <param name="convolve">From an image, a kernel, a stride and a padding to the output, row by row.</param>
    public static CheckResult CheckConvolution(Func<float[,], float[,], int, int, float[,]> convolve)
    {
        ArgumentNullException.ThrowIfNull(convolve);
        return CheckRunner.Run("Task: the convolution by hand", () => ConvolutionCheck.Run(convolve));
    }

    /// <summary>Notebook 02: the mean image of each digit.</summary>
    /// <param name="meanImages">From images float32 <c>[N, 1, 28, 28]</c> and labels int64 <c>[N]</c> to ten mean images <c>[10, 1, 28,
    /// 28]</c>.</param>
    public static CheckResult CheckMeanImages(Func<Tensor, Tensor, Tensor> meanImages)
    {
        ArgumentNullException.ThrowIfNull(meanImages);
        return CheckRunner.Run("Task: the mean image of each digit", () => MeanImagesCheck.Run(meanImages));
    }

    /// <summary>Notebook 02: the class whose mean image is nearest.</summary>
    /// <param name="nearestMean">From images <c>[N, 1, 28, 28]</c> and ten mean images <c>[10, 1, 28, 28]</c> to N classes.</param>
    public static CheckResult CheckNearestMean(Func<Tensor, Tensor, Tensor> nearestMean)
    {
        ArgumentNullException.ThrowIfNull(nearestMean);
        return CheckRunner.Run("Task: the nearest mean image", () => NearestMeanCheck.Run(nearestMean));
    }

    /// <summary>Notebook 03: a variant of the network, and the number of its parameters.</summary>
    /// <param name="createVariant">Makes a new network: the course's, with 16 and 32 filters of 5×5 and average pooling.</param>
    /// <param name="parameters">How many parameters the learner says that it has.</param>
    public static CheckResult CheckVariant(Func<Module<Tensor, Tensor>> createVariant, Func<long> parameters)
    {
        ArgumentNullException.ThrowIfNull(createVariant);
        ArgumentNullException.ThrowIfNull(parameters);
        return CheckRunner.Run("Task: a variant of the network", () => VariantCheck.Run(createVariant, parameters));
    }

    /// <summary>Notebook 04: the cross-entropy by hand.</summary>
    /// <param name="crossEntropy">From logits, one row per image, and labels to the mean loss.</param>
    public static CheckResult CheckCrossEntropy(Func<float[,], int[], double> crossEntropy)
    {
        ArgumentNullException.ThrowIfNull(crossEntropy);
        return CheckRunner.Run("Task: the loss by hand", () => CrossEntropyCheck.Run(crossEntropy));
    }

    /// <summary>Notebook 04: the gradient of one weight by nudging it.</summary>
    /// <param name="gradient">From a loss function of weights, the weights, the index of one of them, and the size of the nudge.</param>
    public static CheckResult CheckNudge(Func<Func<float[], double>, float[], int, float, double> gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return CheckRunner.Run("Task: the gradient by nudging", () => NudgeCheck.Run(gradient));
    }

    /// <summary>Notebook 04: gradient descent that learns a kernel.</summary>
    /// <param name="learnKernel">From images <c>[N, 1, R, C]</c>, a 3×3 kernel's output for them <c>[N, 1, R − 2, C − 2]</c>, a rate and
    /// a number of steps to that kernel <c>[1, 1, 3, 3]</c>.</param>
    public static CheckResult CheckKernel(Func<Tensor, Tensor, double, int, Tensor> learnKernel)
    {
        ArgumentNullException.ThrowIfNull(learnKernel);
        return CheckRunner.Run("Task: learn a kernel", () => KernelCheck.Run(learnKernel));
    }

    /// <summary>Notebook 05: the five lines of a training step, again and again on one batch.</summary>
    /// <param name="train">Takes the given number of steps on the batch and returns the loss of each.</param>
    public static CheckResult CheckOneBatch(
        Func<Module<Tensor, Tensor>, Module<Tensor, Tensor, Tensor>, optim.Optimizer, Batch, int, IReadOnlyList<double>> train
    )
    {
        ArgumentNullException.ThrowIfNull(train);
        return CheckRunner.Run("Task: one batch by heart", () => OneBatchCheck.Run(train));
    }

    /// <summary>Notebook 06: the confusion matrix by hand.</summary>
    /// <param name="count">From labels, answers and the number of classes to the counts: a row for each label, a column for each
    /// answer.</param>
    public static CheckResult CheckConfusion(Func<int[], int[], int, int[,]> count)
    {
        ArgumentNullException.ThrowIfNull(count);
        return CheckRunner.Run("Task: the confusion matrix by hand", () => ConfusionCheck.Run(count));
    }
}
