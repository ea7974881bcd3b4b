using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>What safetensors calls the types of numbers.</summary>
internal static class SafetensorsType
{
    private static readonly (string Name, ScalarType Type, int Bytes)[] Known =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    /// <exception cref="NotSupportedException">There is no name for it.</exception>
    public static string NameOf(string tensor, ScalarType type) =>
        Known.FirstOrDefault(known => known.Type == type).Name
        ?? throw new NotSupportedException(
            $"{tensor} is of type {type}, which a safetensors file cannot hold; turn it into Float32 with to(ScalarType.Float32)."
        );

    /// <summary>The type and the bytes of one number, or null if the name is unknown.</summary>
    public static (ScalarType Type, int Bytes)? Of(string? name) =>
        Array.FindIndex(Known, known => known.Name == name) is >= 0 and var place ? (Known[place].Type, Known[place].Bytes) : null;
}
