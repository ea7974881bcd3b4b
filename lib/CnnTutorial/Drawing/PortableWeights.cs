using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>A network's weights as whole numbers of two or three bytes, for a browser.</summary>
/// <remarks>
/// Each row of weights (those of one filter, or of one output of a dense layer) has a float32 scale of its own; biases stay float32.
/// Measured on the course's network after ten epochs at 1e-3 and the 10,000 test images of MNIST: with three bytes no probability differs
/// from that of the float32 weights by more than 7e-7, with two bytes by more than 9e-5. Half-precision numbers (float16), two bytes as
/// well, differ by up to 9e-4: they spend bits on a range that weights do not have.
/// </remarks>
/// <param name="width">Bytes for each weight, 2 or 3.</param>
internal sealed class PortableWeights(int width)
{
    private readonly List<byte> _weights = [];
    private readonly List<float> _fine = [];

    /// <summary>Bytes for each weight.</summary>
    public int Width => width;

    /// <summary>How many numbers of float32 come first in <see cref="ToBase64"/>; the weights follow.</summary>
    public int FineCount => _fine.Count;

    /// <summary>Adds a layer's weights and biases; says where they begin.</summary>
    /// <exception cref="NotSupportedException">One of them is not finite.</exception>
    public (int Weights, int Scales) Add(string layer, Parameter weight, Parameter? bias)
    {
        var rows = (int)weight.shape[0];
        var values = Read(weight);
        var biases = bias is null ? new float[rows] : Read(bias);
        if (values.Concat(biases).Any(value => !float.IsFinite(value)))
        {
            throw new NotSupportedException(
                $"the weights of its layer '{layer}' are no longer numbers (NaN or infinite), as happens when a learning rate is too "
                    + "large; train it again with a smaller one"
            );
        }

        var begin = (_weights.Count / width, _fine.Count);
        double range = (1 << ((8 * width) - 1)) - 1;
        foreach (var row in values.Chunk(values.Length / rows))
        {
            var largest = row.Max(MathF.Abs);
            var scale = largest == 0 ? 1 : (float)(largest / range);
            foreach (var value in row)
            {
                var number = (int)Math.Clamp(Math.Round(value / (double)scale), -range, range);
                for (var part = 0; part < width; part++)
                {
                    _weights.Add((byte)(number >> (8 * part)));
                }
            }

            _fine.Add(scale);
        }

        _fine.AddRange(biases);
        return begin;
    }

    /// <summary>All numbers, little-endian, as on every machine that runs a browser.</summary>
    public string ToBase64() => Convert.ToBase64String([.. MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_fine)), .. _weights]);

    private static float[] Read(Parameter parameter)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        return parameter.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }
}
