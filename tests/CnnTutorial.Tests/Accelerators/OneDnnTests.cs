using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Accelerators;

public sealed class OneDnnTests
{
    /// <summary>The course's second and third convolution, whose numbers of channels are no multiples of 16.</summary>
    [Theory]
    [InlineData(24, 36, 14)]
    [InlineData(36, 48, 7)]
    [InlineData(8, 65, 6)]
    public void Convolutions_are_those_of_double_precision_whatever_lies_in_freed_memory(int channels, int filters, int size)
    {
        for (var round = 0; round < 5; round++)
        {
            using var scope = NewDisposeScope();
            for (var length = 1_000; length < 2_000_000; length *= 2)
            {
                full(length, float.NaN).Dispose();
            }

            var images = rand(16, channels, size, size, requires_grad: true);
            var kernels = (randn(filters, channels, 3, 3) * 0.1).detach().requires_grad_(true);
            var (output, gradient) = Convolve(images, kernels);
            var (expected, expectedGradient) = Convolve(Precise(images), Precise(kernels));
            Assert.InRange((output - expected).abs().max().item<double>(), 0, 1e-4);
            Assert.InRange((gradient - expectedGradient).abs().max().item<double>(), 0, 1e-3);
        }
    }

    private static (Tensor Output, Tensor Gradient) Convolve(Tensor images, Tensor kernels)
    {
        var output = functional.conv2d(images, kernels, padding: [1L, 1L]);
        return (output.detach(), autograd.grad([output.square().sum()], [images])[0]);
    }

    private static Tensor Precise(Tensor tensor) => tensor.detach().to(ScalarType.Float64).requires_grad_(true);
}
