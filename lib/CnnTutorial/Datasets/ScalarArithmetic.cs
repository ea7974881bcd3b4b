using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Arithmetic with a number that other threads cannot disturb.</summary>
/// <remarks>
/// TorchSharp makes a native object of every number, also of the 1 that an addition multiplies by, and keeps no reference to it during
/// the operation. If another thread causes a garbage collection in that moment, the number is freed while libtorch reads it: a wrong
/// result, NaN, or a crash. Here it lives until the operation is done. The library must use TorchSharp's own operators with numbers and
/// its additions nowhere else; <c>BannedSymbols.txt</c> lets the compiler see to that.
/// </remarks>
internal static class ScalarArithmetic
{
#pragma warning disable RS0030 // The one place where numbers become TorchSharp's.
    private static readonly Scalar One = 1;

    /// <summary>Each element times a number.</summary>
    public static Tensor Times(this Tensor tensor, double number)
    {
        using Scalar scalar = number;
        return tensor.mul(scalar);
    }

    /// <summary>Divides each element by a number, in place.</summary>
    public static Tensor DivideBy(this Tensor tensor, double number)
    {
        using Scalar scalar = number;
        return tensor.div_(scalar);
    }

    /// <summary>Adds another tensor, in place.</summary>
    public static Tensor AddInPlace(this Tensor tensor, Tensor other) => tensor.add_(other, One);
#pragma warning restore RS0030
}
