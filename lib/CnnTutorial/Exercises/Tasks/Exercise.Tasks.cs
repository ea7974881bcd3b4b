using static TorchSharp.torch;

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
}
