using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Reads a tensor that the learner's code returned.</summary>
internal static class TaskTensor
{
    /// <exception cref="WrongAnswerException">There is none, or it was freed.</exception>
    public static Tensor Living(Tensor? tensor, string expected)
    {
        if (tensor is null)
        {
            throw new WrongAnswerException(expected, "Your function returned null.", "Return the tensor that you computed.");
        }

        return tensor.IsInvalid
            ? throw new WrongAnswerException(
                expected,
                "The tensor that you returned was freed before it was handed over.",
                "A `using` or a dispose scope ends before the result is used: return a tensor that is not in it, or move it out with "
                    + "`MoveToOuterDisposeScope()`."
            )
            : tensor;
    }

    /// <summary>All numbers in one row, whatever their type.</summary>
    public static float[] Numbers(Tensor tensor) => tensor.detach().cpu().to(ScalarType.Float32).flatten().data<float>().ToArray();

    /// <summary>Such as <c>[10, 1, 28, 28]</c>.</summary>
    public static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    public static bool Near(float[] a, float[] b, double tolerance = 1e-3) =>
        a.Length == b.Length && a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance * Math.Max(1, Math.Abs(pair.Second)));
}
