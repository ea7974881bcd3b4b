using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Says of grey images that their channel is the dimension that changes fastest in memory.</summary>
/// <remarks>
/// With one channel the numbers lie in the same places either way; but libtorch chooses its kernels by what a tensor says of
/// its layout, and those for "channels last" make max-pooling on a CPU several times faster. All that follows in the network
/// keeps the layout. TorchSharp has no <c>to(memory_format)</c>, hence the strides.
/// See https://pytorch.org/tutorials/intermediate/memory_format_tutorial.html.
/// </remarks>
internal static class ChannelsLast
{
    /// <summary>The same memory with other strides, where that helps; the tensor itself elsewhere.</summary>
    /// <param name="images">Any tensor; only those of shape <c>[N, 1, rows, columns]</c> are changed.</param>
    public static Tensor View(Tensor images)
    {
        // The fast kernels are oneDNN's for x64 processors; GPUs choose for themselves.
        if (
            RuntimeInformation.ProcessArchitecture != Architecture.X64
            || images.device_type != TorchSharp.DeviceType.CPU
            || images.dim() != 4
            || images.shape[1] != 1
            || !images.is_contiguous()
        )
        {
            return images;
        }

        var (rows, columns) = (images.shape[2], images.shape[3]);
        return images.as_strided(images.shape, [rows * columns, 1, columns, 1], images.storage_offset());
    }
}
