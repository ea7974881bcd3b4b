using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Which pixels an answer depends on: a patch covers a part of the image, and the answer's probability falls or does not
/// fall.</summary>
/// <remarks>After M. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks", 2014, section 4.2.</remarks>
public sealed class OcclusionMap
{
    private const int PartSize = 1000;

    private readonly float[] _falls;

    private OcclusionMap(ImageSplit image, int prediction, float confidence, float[] falls) =>
        (Image, Prediction, Confidence, _falls) = (image, prediction, confidence, falls);

    /// <summary>The network's answer for the whole image.</summary>
    public int Prediction { get; }

    /// <summary>The probability of that class, in [0, 1].</summary>
    public float Confidence { get; }

    /// <summary>The image's label.</summary>
    public int Label => Image.Labels[0];

    /// <summary>The largest fall of all.</summary>
    public float LargestFall => _falls.Max();

    /// <summary>The largest change, whether the probability falls or rises.</summary>
    internal float LargestChange => _falls.Max(Math.Abs);

    /// <summary>The image, as a split of one.</summary>
    internal ImageSplit Image { get; }

    /// <summary>By how much the probability of the answer falls when the patch lies around a pixel; negative if it rises.</summary>
    /// <param name="row">From 0, the top.</param>
    /// <param name="column">From 0, the left.</param>
    public float this[int row, int column] => _falls[(row * Image.Columns) + column];

    /// <summary>Covers one image with a patch at each of its pixels in turn and asks the network each time; the model stays in its
    /// mode.</summary>
    /// <param name="model">A network that gives logits.</param>
    /// <param name="split">Where the image is.</param>
    /// <param name="image">Which, from 0 to Count − 1.</param>
    /// <param name="patch">The side of the square patch in pixels.</param>
    /// <param name="shade">What the patch is filled with: 0 is paper, 1 is ink.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image, or the patch has no size.</exception>
    public static OcclusionMap Of(Module<Tensor, Tensor> model, ImageSplit split, int image, int patch = 5, double shade = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(split);
        ArgumentOutOfRangeException.ThrowIfLessThan(patch, 1);
        var only = split.Only(image);
        var (prediction, confidence) = (0, 0f);
        var falls = new List<float>();
        EvaluationMode.Run(
            model,
            device =>
            {
                using var scope = NewDisposeScope();
                var whole = Pixels.Scale(only.ToByteTensor(device));
                var sure = model.call(whole).softmax(1)[0];
                prediction = (int)sure.argmax().item<long>();
                confidence = sure[prediction].item<float>();
                for (long start = 0; start < only.Rows * only.Columns; start += PartSize)
                {
                    using var part = NewDisposeScope();
                    var covered = Patches(only, patch, start, Math.Min(PartSize, (only.Rows * only.Columns) - start), device);
                    var probabilities = model
                        .call(ChannelsLast.View(where(covered, tensor((float)shade, device: device), whole).contiguous()))
                        .softmax(1);
                    falls.AddRange(probabilities.select(1, prediction).cpu().data<float>().Select(now => confidence - now));
                }
            }
        );
        return new OcclusionMap(only, prediction, confidence, [.. falls]);
    }

    /// <summary>For each of some pixels what a patch around it covers: bool <c>[pixels, 1, rows, columns]</c>.</summary>
    private static Tensor Patches(ImageSplit image, int patch, long start, long count, Device device)
    {
        var covered = new bool[count, 1, image.Rows, image.Columns];
        var (before, after) = ((patch - 1) / 2, patch / 2);
        for (var i = 0; i < count; i++)
        {
            var (row, column) = ((start + i) / image.Columns, (start + i) % image.Columns);
            for (var r = Math.Max(0, row - before); r <= Math.Min(image.Rows - 1, row + after); r++)
            {
                for (var c = Math.Max(0, column - before); c <= Math.Min(image.Columns - 1, column + after); c++)
                {
                    covered[i, 0, r, c] = true;
                }
            }
        }

        return tensor(covered, device: device);
    }
}
