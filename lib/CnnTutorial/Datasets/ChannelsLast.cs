using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Makes the channel the dimension of images that changes fastest in memory.</summary>
/// <remarks>
/// With one channel the numbers lie in the same places either way, and only the strides are changed; images in colour are copied. libtorch
/// chooses its kernels by a tensor's layout, and those for "channels last" make max-pooling on a CPU several times faster. The layers that
/// follow keep the layout. TorchSharp has no <c>to(memory_format)</c>, hence the strides. See
/// https://pytorch.org/tutorials/intermediate/memory_format_tutorial.html.
/// </remarks>
internal static class ChannelsLast
{
    /// <summary>The same images in that layout, where it helps; the tensor itself elsewhere.</summary>
    /// <param name="images">Any tensor; only those of shape <c>[N, channels, rows, columns]</c> with 1 to 4 channels are changed.</param>
    public static Tensor View(Tensor images)
    {
        if (!HelpsFor(images) || images.shape[1] > 4)
        {
            return images;
        }

        if (images.shape[1] > 1)
        {
            using var scope = NewDisposeScope();
            return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
        }

        var (rows, columns) = (images.shape[2], images.shape[3]);
        return images.as_strided(images.shape, [rows * columns, 1, columns, 1], images.storage_offset());
    }

    /// <summary>Changes the strides of the tensor itself, where it helps: grey images on an x64 processor.</summary>
    /// <remarks>
    /// If a virtual machine hides the sizes of the processor's caches, libtorch 2.10 computes convolutions of other layouts wrongly, up
    /// to NaN. This happens if a number of channels is not a multiple of 16.
    /// </remarks>
    /// <returns>The same tensor.</returns>
    public static Tensor Restride(Tensor images)
    {
        if (HelpsFor(images) && images.shape[1] == 1 && images.stride(1) != 1 && !images.requires_grad)
        {
            // [N, 1, rows, columns] → [N, rows, columns, 1] → [N, 1, rows, columns], with nothing moved.
            using var scope = NewDisposeScope();
            images.squeeze_(1).unsqueeze_(3).transpose_(2, 3).transpose_(1, 2);
        }

        return images;
    }

    /// <summary>Whether these are images in the usual layout on an x64 processor. The fast kernels are oneDNN's; GPUs choose for
    /// themselves.</summary>
    private static bool HelpsFor(Tensor images) =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64
        && images.device_type == TorchSharp.DeviceType.CPU
        && images.dim() == 4
        && images.shape[1] >= 1
        && images.is_contiguous();
}
